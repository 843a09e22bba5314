"""Somebody looks for what was said."""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence, Set
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import islice
from operator import neg
from typing import Literal, NamedTuple

from shared.errors import SearchOff, StoreUnavailable
from shared.model.batch.batch import Batch
from shared.model.pieces import Forgotten
from shared.model.search.candidates import numbers
from shared.model.search.entry import Entry
from shared.model.search.found import Found, find
from shared.model.search.query import Filters, Query, read_query
from shared.ports.pieces import Pieces
from shared.ports.queue import Clock
from shared.ports.searcher import Ranks, Searcher
from shared.ports.state import BatchStore
from shared.searching.reader import IndexReader, OpenPiece, PieceGone

Order = Literal["newest", "best"]
AT_ONCE = 32
"""Entries that are read side by side, and pieces; of entries more each time nothing was found."""
MOST_AT_ONCE = 128
MOST_LOOKED_AT = 2_000
LONGEST = timedelta(seconds=3)
"""A call ends after so many entries, or so long, with what it found and where to go on."""
BEST_OF = 300
_TRIES = 3


class Search(NamedTuple):
    """`after` is where an earlier page ended, `most` how many recordings are wanted. The best are
    those of the newest `BEST_OF`, and there is no page after them."""

    text: str
    filters: Filters = Filters()
    order: Order = "newest"
    most: int = 20
    after: int | None = None


class Hits(NamedTuple):
    """`after` is where to go on; None: there is nothing more. There may be more without anything
    found so far."""

    found: tuple[Found, ...]
    after: int | None


class _Ref(NamedTuple):
    """An entry that may be looked for, and how it is read."""

    rank: int
    read: Callable[[], Entry]


class _Bounds(NamedTuple):
    """Ranks: below the first, from the second on."""

    below: int
    least: int


@dataclass(frozen=True, kw_only=True)
class SearchWords:
    """A listing; of each piece, of what was not read before: a range for its head and one for each
    word, until a page is full; where there is a service, a call to it for each 32 entries and more;
    and of what is found a range and a row each. The row decides: what it does not say is not shown.
    Raises `SearchRefused`, `SearchOff`, `StoreUnavailable`."""

    pieces: Pieces
    reader: IndexReader
    store: BatchStore
    clock: Clock
    pool: Executor
    is_on: bool
    searcher: Searcher | None = None

    def __call__(self, asked: Search, sees: Callable[[Batch], bool]) -> Hits:
        """`sees` tells of which batches the caller may read."""
        if not self.is_on:
            raise SearchOff("this deployment keeps no index of what was said")
        query = read_query(asked.text)
        for _ in range(_TRIES):
            try:
                return self._found(asked, query, sees)
            except PieceGone:
                continue
        raise StoreUnavailable("the index changed faster than it was read")

    def _found(self, asked: Search, query: Query, sees: Callable[[Batch], bool]) -> Hits:
        there = self.pieces.listing()
        self.reader.keep_only(there.pieces)
        opened = list(self.pool.map(self.reader.open, there.pieces))
        refs = _newest_first(opened, self._candidates(query, asked), _bounds(asked))
        if self.searcher is not None:
            handed_over = _handed_over(self.searcher, query, asked.filters, _bounds(asked))
            refs = heapq.merge(refs, handed_over, key=lambda ref: -ref.rank)
        wanted = BEST_OF if asked.order == "best" else asked.most
        looking = _Looking(query, asked.filters, there.forgotten, self, sees)
        found, last, ended = self._look(refs, looking, wanted)
        if asked.order == "best":
            best = sorted(found, key=lambda one: (-one.score, -one.entry.rank))
            return Hits(tuple(best[: asked.most]), None)
        return Hits(tuple(found[: asked.most]), None if ended else last)

    def _look(
        self, refs: Iterator[_Ref], looking: _Looking, wanted: int
    ) -> tuple[list[Found], int | None, bool]:
        """What was found, the rank of the last entry looked at, and whether that was the last."""
        began, looked_at, at_once = self.clock.now(), 0, AT_ONCE
        found: list[Found] = []
        last: int | None = None
        while looked_at < MOST_LOOKED_AT and self.clock.now() - began < LONGEST:
            part, before = list(islice(refs, at_once)), len(found)
            for one in looking(part):
                found.append(one)
                if len(found) == wanted:
                    return found, one.entry.rank, False
            if len(part) < at_once:
                return found, last, True
            looked_at, last = looked_at + len(part), part[-1].rank
            at_once = AT_ONCE if len(found) > before else min(2 * at_once, MOST_AT_ONCE)
        return found, last, False

    def _candidates(
        self, query: Query, asked: Search
    ) -> Callable[[Sequence[OpenPiece]], list[Iterator[_Ref]]]:
        def of_piece(opened: OpenPiece) -> Iterator[_Ref]:
            bits = opened.candidates(query, asked.filters)
            return _refs(opened, bits, _bounds(asked)) if bits else iter(())

        return lambda group: list(self.pool.map(of_piece, group))


class _Looking:
    """Takes entries in their order and gives those that are looked for and may be shown."""

    def __init__(
        self,
        query: Query,
        filters: Filters,
        forgotten: Forgotten,
        search: SearchWords,
        sees: Callable[[Batch], bool],
    ) -> None:
        self._query, self._filters, self._forgotten = query, filters, forgotten
        self._search, self._sees = search, sees
        self._batches: dict[str, bool] = {}
        self._shown: set[str] = set()

    def __call__(self, refs: Sequence[_Ref]) -> Iterator[Found]:
        looked = [one for one in self._search.pool.map(self._found, refs) if one]
        self._learn({one.entry.batch_id for one in looked} - self._batches.keys())
        found = [one for one in looked if self._batches[one.entry.batch_id]]
        for one, is_so in zip(found, self._search.pool.map(self._is_so, found), strict=True):
            if is_so and one.entry.recording_id not in self._shown:
                self._shown.add(one.entry.recording_id)
                yield one

    def _found(self, ref: _Ref) -> Found | None:
        entry = ref.read()
        if self._forgotten.covers(entry.origin):
            return None
        return find(entry, self._query, self._filters)

    def _learn(self, batch_ids: Set[str]) -> None:
        """Which of these batches may be seen."""
        for batch_id, batch in zip(
            batch_ids, self._search.pool.map(self._search.store.batch, batch_ids), strict=True
        ):
            self._batches[batch_id] = batch is not None and not batch.is_gone and self._sees(batch)

    def _is_so(self, found: Found) -> bool:
        """Whether the row says that these are the words."""
        entry = found.entry
        row = self._search.store.recording(entry.batch_id, entry.recording_id)
        outcome = row.outcome if row is not None and row.state == "transcribed" else None
        if outcome is None or not outcome.outputs:
            return False
        correction = outcome.correction
        return entry.revision >= (correction.number if correction else 0)


def _newest_first(
    opened: Sequence[OpenPiece],
    candidates: Callable[[Sequence[OpenPiece]], list[Iterator[_Ref]]],
    bounds: _Bounds,
) -> Iterator[_Ref]:
    """Entries of all pieces, none of which is looked into before its newest one has its turn."""
    below = bounds.below
    fitting = (one for one in opened if one.head.count and one.head.oldest < below)
    waiting = sorted(fitting, key=lambda one: one.head.newest)
    heap: list[tuple[int, int, Iterator[_Ref], _Ref]] = []
    count = 0
    while waiting or heap:
        while waiting and (not heap or waiting[-1].head.newest >= -heap[0][0]):
            group = [waiting.pop() for _ in range(min(AT_ONCE, len(waiting)))]
            for refs in candidates(group):
                count += 1
                _push(heap, count, refs)
        if heap:
            _, number, rest, ref = heapq.heappop(heap)
            yield ref
            _push(heap, number, rest)


def _push(
    heap: list[tuple[int, int, Iterator[_Ref], _Ref]], number: int, refs: Iterator[_Ref]
) -> None:
    ref = next(refs, None)
    if ref is not None:
        heapq.heappush(heap, (-ref.rank, number, refs, ref))


def _refs(opened: OpenPiece, bits: int, bounds: _Bounds) -> Iterator[_Ref]:
    """One after the other, as they are asked for: a word may stand in every entry, and a page has
    twenty."""
    ranks = opened.places().ranks  # the newest first, as `numbers` gives them
    first = bisect_right(ranks, -bounds.below, key=neg)
    behind = bisect_right(ranks, -bounds.least, key=neg)
    left = bits >> first << first & ((1 << behind) - 1)
    return (_Ref(ranks[number], partial(opened.entry, number)) for number in numbers(left))


def _handed_over(
    searcher: Searcher, query: Query, filters: Filters, bounds: _Bounds
) -> Iterator[_Ref]:
    """What the service has, as it is asked for. Of one rank it gives the latest first, so that
    none is left out that is to be shown where a page ends between two."""
    most, below = AT_ONCE, bounds.below
    while True:
        page = searcher.newest(query, filters, Ranks(bounds.least, below), most)
        for entry in page.entries:
            yield _Ref(entry.rank, partial(_as_it_is, entry))
        if page.is_last or not page.entries:
            return
        most, below = min(2 * most, MOST_AT_ONCE), page.entries[-1].rank


def _as_it_is(entry: Entry) -> Entry:
    return entry


def _bounds(asked: Search) -> _Bounds:
    to_at, from_at = asked.filters.to_at, asked.filters.from_at
    below = int(to_at.timestamp() * 1_000) << 20 if to_at else 1 << 64
    least = int(from_at.timestamp() * 1_000) << 20 if from_at else 0
    return _Bounds(min(below, asked.after if asked.after is not None else below), least)
