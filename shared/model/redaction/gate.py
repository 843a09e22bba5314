"""The last look before something is stored: nothing of what was hidden may stand in it.

Short values, which stand by chance in many places, are looked for where they were said; long ones
in every byte of every output.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from shared.errors import RedactionFailed
from shared.model.redaction.kinds import kinds_of
from shared.model.redaction.net import Passage, find
from shared.model.redaction.redact import Redacted, passages_of
from shared.model.transcript.transcript import Transcript

_LEAST_CHARACTERS = 6
_WITH_LABELS = ("json", "docx")


def check(redacted: Redacted, asked: Sequence[str], outputs: Mapping[str, bytes]) -> None:
    """`outputs` by format, as they would be stored; of the JSON what was said is looked at, for
    names of files and labels are their owner's. Raises `RedactionFailed`, which names kinds and
    outputs, never a value."""
    transcript = redacted.transcript
    left = find(passages_of(transcript), kinds_of(asked))
    if left:
        raise RedactionFailed(f"{left[0].kind}, in the text", is_leak=True)
    said = (transcript.text, transcript.utterances, transcript.insights)
    texts = {name: text for name, text in outputs.items() if name not in _WITH_LABELS}
    for name, content in {**texts, "json": msgspec.json.encode(said)}.items():
        if _holds(content, redacted.hidden):
            raise RedactionFailed(name, is_leak=True)


def kinds_in(transcript: Transcript, texts: Iterable[str], asked: Sequence[str]) -> tuple[str, ...]:
    """The kinds that are to be hidden and stand in a transcript, or in texts beside it, that people
    are about to store."""
    code = transcript.language.code
    beside = [Passage(text, (n, "beside"), n, code) for n, text in enumerate(texts)]
    hits = find([*passages_of(transcript), *beside], kinds_of(asked))
    return tuple(dict.fromkeys(hit.kind for hit in hits))


def _holds(content: bytes, hidden: Iterable[str]) -> bool:
    return any(text.encode() in content for text in hidden if len(text) >= _LEAST_CHARACTERS)
