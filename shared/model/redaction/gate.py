"""The last look before something is stored: nothing of what was hidden may stand in it.

Short values, which stand by chance in many places, are looked for where they were said; long ones
in every byte of every output.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from shared.errors import RedactionFailed
from shared.model.redaction.again import Book, Units
from shared.model.redaction.kinds import kinds_of
from shared.model.redaction.net import Passage, find
from shared.model.redaction.redact import Redacted, passages_of
from shared.model.transcript.transcript import Transcript

_LEAST_CHARACTERS = 6
_FORMAT = re.compile(r"<[^<>]*>|\"\w+\":|\A\ufeff[\w,]+\r?\n")
"""Tags, names of fields, and the head of a table."""
_WITH_LABELS = ("json", "docx")


def check(redacted: Redacted, asked: Sequence[str], outputs: Mapping[str, bytes]) -> None:
    """`outputs` by format, as they would be stored; of the JSON what was said is looked at, for
    names of files and labels are their owner's. Raises `RedactionFailed`, which names kinds and
    outputs, never a value."""
    transcript = redacted.transcript
    left = find(passages_of(transcript), kinds_of(asked))
    if left:
        raise RedactionFailed(f"{left[0].kind}, in the text", why="leak")
    if _stands(passages_of(transcript), redacted.sought):
        raise RedactionFailed("what a finder found, in the text", why="leak")
    said = (transcript.text, transcript.utterances, transcript.insights)
    texts = {name: text for name, text in outputs.items() if name not in _WITH_LABELS}
    hidden = _without_roles(redacted.hidden, transcript)
    for name, content in {**texts, "json": msgspec.json.encode(said)}.items():
        if _holds(content, hidden):
            raise RedactionFailed(name, why="leak")


def kinds_in(transcript: Transcript, texts: Iterable[str], asked: Sequence[str]) -> tuple[str, ...]:
    """The kinds that are to be hidden and stand in a transcript, or in texts beside it, that people
    are about to store."""
    code = transcript.language.code
    beside = [Passage(text, (n, "beside"), n, code) for n, text in enumerate(texts)]
    hits = find([*passages_of(transcript), *beside], kinds_of(asked))
    return tuple(dict.fromkeys(hit.kind for hit in hits))


def _without_roles(hidden: Iterable[str], transcript: Transcript) -> list[str]:
    """What the profile calls who speaks stands in many outputs, and is its owner's."""
    roles = {speaker.role.casefold() for speaker in transcript.speakers if speaker.role}
    return [text for text in hidden if text.casefold() not in roles]


def _stands(passages: Sequence[Passage], sought: Iterable[Units]) -> bool:
    book = Book(passages) if sought else None
    return book is not None and any(True for units in sought for _ in book.find(units))


def _holds(content: bytes, hidden: Iterable[str]) -> bool:
    return any(
        _is_in(text, content.decode())
        for text in hidden
        if len(text) >= _LEAST_CHARACTERS and text.encode() in content
    )


def _is_in(text: str, content: str) -> bool:
    """A name may be the beginning of a longer word, or a word of the format, which nobody wants
    hidden."""
    if not text.replace(" ", "").isalpha():
        return True
    name = re.compile(rf"(?<!\w){re.escape(text)}(?!\w)")
    return name.search(_FORMAT.sub(" ", content)) is not None
