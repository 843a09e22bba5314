"""What is spoken of: what has a name, and the phrases that say what it is about.

Either is believed only where it stands in what was said, and not where something was hidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from shared.model.insights.shape import Shape, Unfit, Value, fitting
from shared.model.insights.voice import name_of
from shared.model.transcript.transcript import Transcript

ENTITY_KINDS = (
    "person person_type organization location product event skill date_time quantity "
    "phone_number email_address url ip_address other".split()
)
"""What an entity can be."""
MOST_ENTITIES, MOST_PHRASES = 100, 50
_TEXT = Shape(type="string", max_length=200)
_HIDES = re.compile(r"[\[\]]|##")


class Mention(NamedTuple):
    """A place: `order` is that of the utterance in which it begins, `at` the code point there. Of a
    phrase `kind` is ""."""

    text: str
    kind: str
    order: int
    at: int


class _Told(NamedTuple):
    """One thing, wherever it is spoken of, in order."""

    text: str
    kind: str
    mentions: Sequence[Mention]


def entities_of(transcript: Transcript, mentions: Iterable[Mention]) -> Value:
    """Those that are spoken of most, in the order in which they first are."""
    chosen = _most_told(mentions, MOST_ENTITIES)
    return [
        {"text": one.text, "kind": one.kind, **_where(one, transcript)}
        for one in sorted(chosen, key=lambda one: one.mentions[0][2:])
    ]


def key_phrases_of(transcript: Transcript, mentions: Iterable[Mention]) -> Value:
    """Those that are said most often first."""
    chosen = _most_told(mentions, MOST_PHRASES)
    return [{"phrase": one.text, **_where(one, transcript)} for one in chosen]


def said(text: str, kind: str, transcript: Transcript) -> Iterator[Mention]:
    """Wherever it stands, as a word of its own if it does so."""
    phrase = r"\s+".join(map(re.escape, text.split()))
    if not phrase:
        return
    whole = re.compile(rf"(?<!\w){phrase}(?!\w)", re.I)
    is_whole = any(whole.search(one.text) for one in transcript.utterances)
    pattern = whole if is_whole else re.compile(phrase, re.I)
    for order, one in enumerate(transcript.utterances):
        for place in pattern.finditer(one.text):
            yield Mention(place[0], kind, order, place.start())


def _most_told(mentions: Iterable[Mention], most: int) -> list[_Told]:
    by_text: dict[tuple[str, str], set[Mention]] = {}
    for one in mentions:
        text = _believed(one.text)
        if text:
            by_text.setdefault((one.kind, text.casefold()), set()).add(one._replace(text=text))
    ordered = [sorted(found, key=lambda one: one[2:]) for found in by_text.values()]
    told = [_Told(found[0].text, found[0].kind, found) for found in ordered]
    return sorted(told, key=lambda one: (-len(one.mentions), one.mentions[0][2:]))[:most]


def _believed(text: str) -> str:
    """ "" of what holds nothing, or what something was hidden by."""
    try:
        found = str(fitting(_TEXT, " ".join(text.split())))
    except Unfit:
        return ""
    return found if any(map(str.isalnum, found)) and not _HIDES.search(found) else ""


def _where(one: _Told, transcript: Transcript) -> dict[str, Value]:
    utterances = [transcript.utterances[mention.order] for mention in one.mentions]
    return {
        "times": len(utterances),
        "speakers": list(dict.fromkeys(map(name_of, utterances))),
        "start_ms": utterances[0].start_ms,
    }
