"""How a sentence feels, by words that are said to be good or bad. A stand-in: English alone, no
irony, and a negation holds for the three words behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

GOOD = frozenset(
    """
    amazing appreciate awesome beautiful best better brilliant delighted easy enjoy enjoyed
    excellent fantastic fine friendly glad good grateful great happy helped helpful kind like love
    loved lovely nice perfect pleased pleasure quick resolved satisfied solved splendid super thank
    thanks welcome wonderful
    """.split()
)
BAD = frozenset(
    """
    angry annoyed annoying appalling awful bad broken complain complaint damaged delayed
    disappointed disappointing disaster disgusting failed failure frustrated frustrating furious
    hate horrible impossible late lost mistake nightmare nobody poor problem ridiculous rude sad
    slow sorry terrible trouble unacceptable unhappy upset useless waste worried worse worst wrong
    """.split()
)
_NOT = frozenset("no not never hardly don't doesn't didn't isn't wasn't aren't can't won't".split())
_NEAR = 3
_SENTENCE = re.compile(r"[^.!?\n]*[^\s.!?][^.!?\n]*[.!?]*")
_WORD = re.compile(r"[\w'’]+")


class Sentence(NamedTuple):
    """Places are code points; `scores` are those of positive, neutral and negative."""

    start: int
    end: int
    tone: str
    scores: tuple[float, float, float]


def sentences(text: str) -> list[Sentence]:
    """A line ends one, too."""
    found = []
    for place in _SENTENCE.finditer(text):
        start = place.start() + len(place[0]) - len(place[0].lstrip())
        found.append(_felt(text[start : place.end()].rstrip(), start))
    return found


def _felt(text: str, start: int) -> Sentence:
    marks = list(_marks(word[0].casefold().replace("’", "'") for word in _WORD.finditer(text)))
    sum_, end = sum(marks), start + len(text)
    if sum_ == 0:
        return Sentence(start, end, "neutral", (0.05, 0.9, 0.05))
    sure = min(0.99, 0.6 + 0.15 * abs(sum_))
    rest = round((1 - sure) / 2, 4)
    if sum_ > 0:
        return Sentence(start, end, "positive", (sure, rest, rest))
    return Sentence(start, end, "negative", (rest, rest, sure))


def _marks(words: Iterable[str]) -> Iterator[int]:
    turned = 0
    for word in words:
        mark = (word in GOOD) - (word in BAD)
        yield -mark if turned else mark
        turned = _NEAR if word in _NOT else max(0, turned - 1)


def whole(tones: Iterable[str]) -> str:
    """That of a document, as the service puts it together."""
    found = set(tones)
    if {"positive", "negative"} <= found:
        return "mixed"
    return next((tone for tone in ("positive", "negative") if tone in found), "neutral")
