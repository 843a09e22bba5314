"""Insights that a service for language finds in what was said, without being asked in words.

It reads windows of the conversation, and says of stretches of them what they are: the tone of a
sentence, the kind of an entity, a phrase. Where it cannot, a language model is asked for the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from shared.model.insights.answers import NotMade, not_made
from shared.model.insights.insight import ANALYSED, BUILT_IN, Insight
from shared.model.insights.mentions import ENTITY_KINDS, Mention, entities_of, key_phrases_of
from shared.model.insights.shape import Value
from shared.model.insights.tone import TONES, Tone, sentiment_of, together
from shared.model.redaction.kinds import Finds
from shared.model.redaction.windows import Found, Placed, places_of, windows_of
from shared.model.transcript.transcript import Transcript

RECORD = 1_000
"""Characters of a text record, which is what is paid for; each window begins one."""


class SharedOut(NamedTuple):
    """Who makes what: those by name that are found, those that are asked for, and those that nobody
    makes."""

    found: tuple[str, ...] = ()
    asked: tuple[Insight, ...] = ()
    not_made: tuple[NotMade, ...] = ()


def share_out(
    insights: Iterable[Insight],
    transcript: Transcript,
    finds: Mapping[str, Finds],
    *,
    has_prompter: bool,
    today: date,
) -> SharedOut:
    """`finds` is what is found by the name of the insight, and in which languages."""
    found: list[str] = []
    asked: list[Insight] = []
    failed: list[NotMade] = []
    for one in insights:
        own = finds.get(one.name) if one == BUILT_IN.get(one.name) else None
        why = "nobody" if own is None else _why_not(own, transcript, today)
        if not why:
            found.append(one.name)
        elif has_prompter:
            asked.append(one)
        else:
            failed += not_made([one.name], why)
    return SharedOut(tuple(found), tuple(asked), tuple(failed))


def _why_not(finds: Finds, transcript: Transcript, today: date) -> str:
    """Why the service does not find it in that; "": it does. It has to know all that was said: of
    a half nobody would know that it is one."""
    if finds.until is not None and today > finds.until:
        return "retired"
    usual = transcript.language.code
    said = [one for one in transcript.utterances if one.text.strip()]
    return "" if all(finds.knows(one.language or usual) for one in said) else "language"


def windows_for(name: str, transcript: Transcript, finds: Finds, most: int) -> list[Placed]:
    """What is sent to have that insight found: for tones what each says by itself, so that no
    sentence is of two people."""
    assert name in ANALYSED
    return windows_of(transcript, finds, most, by_speaker=name == "sentiment")


def records_of(windows: Iterable[Placed]) -> int:
    """What they are paid for as."""
    return sum(-(-len(placed.window.text) // RECORD) for placed in windows)


def insight_of(
    name: str, transcript: Transcript, placed: Sequence[Placed], found: Sequence[Iterable[Found]]
) -> Value:
    """By what was found in each window."""
    if name == "sentiment":
        return sentiment_of(transcript, _tones(placed, found))
    mentions = _mentions(placed, found)
    if name == "entities":
        return entities_of(transcript, map(_of_known_kind, mentions))
    return key_phrases_of(transcript, (one._replace(kind="") for one in mentions))


def _of_known_kind(one: Mention) -> Mention:
    return one if one.kind in ENTITY_KINDS else one._replace(kind="other")


def _tones(placed: Sequence[Placed], found: Sequence[Iterable[Found]]) -> dict[int, Tone]:
    by_order: dict[int, set[str]] = {}
    for window, spans in zip(placed, found, strict=True):
        for span in spans:
            for order, _, _ in places_of(window, span) if span.kind in TONES else ():
                by_order.setdefault(order, set()).add(span.kind)
    return {order: together(tones) for order, tones in by_order.items()}


def _mentions(placed: Sequence[Placed], found: Sequence[Iterable[Found]]) -> list[Mention]:
    return [
        Mention(window.window.text[span.start : span.end], span.kind, places[0][0], places[0][1])
        for window, spans in zip(placed, found, strict=True)
        for span in spans
        if (places := places_of(window, span))
    ]
