"""Whether an entry holds what is looked for, and where."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from shared.model.search.entry import Entry, Turn
from shared.model.search.query import Filters, Query, Wanted, is_same
from shared.model.search.words import Token, tokens

AROUND = 70
"""Characters on either side of what was found."""
MOST_PLACES = 3
_ENOUGH, _LONG, _USUAL_WORDS = 1.2, 0.75, 1_000
"""As in BM25: a word that is said often counts little more than one said twice, and less in a long
recording. Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009."""


class Place(NamedTuple):
    """`speaker` is the role or, without one, the label. What was `found` stands between what was
    said before and after. `parts` is all of it: every second part is what was looked for, for more
    of it may stand around what was found."""

    start_ms: int
    speaker: str
    before: str
    found: str
    after: str
    parts: tuple[str, ...]
    is_in_doubt: bool


class Found(NamedTuple):
    """`times` is how often what is wanted is said, `places` are the first of them. The better the
    match, the higher `score`."""

    entry: Entry
    times: int
    score: float
    places: tuple[Place, ...]


class _Spot(NamedTuple):
    """Characters of a turn."""

    turn: int
    start: int
    end: int


class _Said:
    """A turn with its words, which are taken apart once somebody needs them."""

    def __init__(self, number: int, turn: Turn) -> None:
        self.number, self.turn = number, turn

    @cached_property
    def words(self) -> Sequence[Token]:
        return tokens(self.turn.text)

    @cached_property
    def plain(self) -> str | None:
        """The text in small letters, as long as it was; None: not all of it is of ASCII."""
        return self.turn.text.lower() if self.turn.text.isascii() else None


def fits(entry: Entry, filters: Filters) -> bool:
    """All but by whom it is said, and whether that is in doubt."""
    if filters.batch_id and entry.batch_id != filters.batch_id:
        return False
    if filters.profile and entry.profile != filters.profile:
        return False
    if filters.from_at and entry.came_ms < filters.from_at.timestamp() * 1_000:
        return False
    if filters.to_at and entry.came_ms >= filters.to_at.timestamp() * 1_000:
        return False
    return all(is_same(entry.metadata.get(key, ""), value) for key, value in filters.metadata)


def find(entry: Entry, query: Query, filters: Filters) -> Found | None:
    """None: it is not what is looked for."""
    if not fits(entry, filters):
        return None
    said = list(_said(entry, filters.speaker))
    if any(next(_spots(said, wanted), None) for wanted in query.unwanted):
        return None
    is_looked_at = _looked_at(entry) if filters.in_doubt else _anything
    each = [[s for s in _spots(said, one) if is_looked_at(s)] for one in query.wanted]
    if not all(each):
        return None
    length = sum(len(one.words) for one in said)
    spots = sorted({spot for spots in each for spot in spots})
    return Found(
        entry=entry,
        times=len(spots),
        score=sum(_worth(one, len(s), length) for one, s in zip(query.wanted, each, strict=True)),
        places=tuple(_places(entry, spots)),
    )


def _worth(wanted: Wanted, times: int, length: int) -> float:
    long = 1 - _LONG + _LONG * length / _USUAL_WORDS
    return len(wanted.words) * times / (times + _ENOUGH * long)


def _said(entry: Entry, speaker: str) -> Iterator[_Said]:
    """Only by that speaker, if one is named."""
    ours = {n for n, names in enumerate(entry.speakers) if any(is_same(speaker, x) for x in names)}
    for number, turn in enumerate(entry.turns):
        if not speaker or turn.speaker in ours:
            yield _Said(number, turn)


def _spots(said: Sequence[_Said], wanted: Wanted) -> Iterator[_Spot]:
    for one in said:
        if one.plain is not None:
            for match in _plain(wanted).finditer(one.plain):
                yield _Spot(one.number, match.start(1), match.end(1))
        else:
            for first, last in _runs(one.words, wanted):
                yield _Spot(one.number, first.start, last.end)


@lru_cache(maxsize=256)
def _plain(wanted: Wanted) -> re.Pattern[str]:
    """What `_runs` finds, in text of ASCII alone: many times as quick as taking it apart, and most
    of what is looked at holds nothing. It looks ahead, as one run may begin within another."""
    run = "[^a-z0-9]+".join(map(re.escape, wanted.words))
    end = "[a-z0-9]*" if wanted.is_prefix else "(?![a-z0-9])"
    return re.compile(f"(?<![a-z0-9])(?=({run}{end}))")


def _runs(words: Sequence[Token], wanted: Wanted) -> Iterator[tuple[Token, Token]]:
    """The first and the last word of each run of words that is the one wanted."""
    size, begun = len(wanted.words), wanted.words[0]
    for at, word in enumerate(words[: len(words) - size + 1]):
        is_begun = word.term == begun or (wanted.is_prefix and size == 1)
        if is_begun and _is_run(words[at : at + size], wanted):
            yield word, words[at + size - 1]


def _is_run(words: Sequence[Token], wanted: Wanted) -> bool:
    *whole, last = (word.term for word in words)
    if tuple(whole) != wanted.words[:-1]:
        return False
    return last.startswith(wanted.words[-1]) if wanted.is_prefix else last == wanted.words[-1]


def _looked_at(entry: Entry) -> Callable[[_Spot], bool]:
    return lambda spot: _is_in_doubt(entry, spot)


def _anything(spot: _Spot) -> bool:
    return True


def _is_in_doubt(entry: Entry, spot: _Spot) -> bool:
    turn = entry.turns[spot.turn]
    start_ms, end_ms = turn.at_ms(spot.start), turn.at_ms(spot.end)
    return any(start_ms < to_ms and from_ms < end_ms for from_ms, to_ms in entry.doubts)


def _places(entry: Entry, spots: Sequence[_Spot]) -> Iterator[Place]:
    """The first ones that do not stand in what is shown of one before."""
    shown: list[_Spot] = []
    for spot in spots:
        last = shown[-1] if shown else None
        if last and last.turn == spot.turn and spot.start < last.end + AROUND:
            continue
        shown.append(spot)
        yield _place(entry, spot, [one for one in spots if one.turn == spot.turn])
        if len(shown) == MOST_PLACES:
            return


def _place(entry: Entry, spot: _Spot, spots: Sequence[_Spot]) -> Place:
    """`spots` are those of the same turn."""
    turn = entry.turns[spot.turn]
    label, role = entry.speakers[turn.speaker] if turn.speaker >= 0 else ("", "")
    before, left_out = _cut(turn.text[: spot.start], at_end=True)
    after, left_over = _cut(turn.text[spot.end :], at_end=False)
    shown = spot.start - len(before), spot.end + len(after)
    first, *parts = _parts(turn.text, shown, spots)
    return Place(
        start_ms=turn.at_ms(spot.start),
        speaker=role or label,
        before=left_out + before,
        found=turn.text[spot.start : spot.end],
        after=after + left_over,
        parts=(left_out + first, *parts[:-1], parts[-1] + left_over),
        is_in_doubt=_is_in_doubt(entry, spot),
    )


def _parts(text: str, shown: tuple[int, int], spots: Sequence[_Spot]) -> Iterator[str]:
    """What is shown, every second part of it a spot, or several that run into one another."""
    at, end = shown
    for start, stop in _joined(one for one in spots if at <= one.start and one.end <= end):
        yield text[at:start]
        yield text[start:stop]
        at = stop
    yield text[at:end]


def _joined(spots: Iterable[_Spot]) -> Iterator[tuple[int, int]]:
    start = stop = -1
    for one in spots:
        if one.start >= stop:
            if stop > 0:
                yield start, stop
            start = one.start
        stop = max(stop, one.end)
    yield start, stop


def _cut(text: str, *, at_end: bool) -> tuple[str, str]:
    """So much of it as is shown, between two words where there is a space, and what tells that
    there is more."""
    if len(text) <= AROUND:
        return text, ""
    if at_end:
        part = text[-AROUND:]
        return (part.partition(" ")[2], "… ") if " " in part else (part, "…")
    part = text[:AROUND]
    return (part.rpartition(" ")[0], " …") if " " in part else (part, "…")
