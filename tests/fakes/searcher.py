"""A searcher in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from shared.errors import StoreUnavailable
from shared.model.pieces import Origin
from shared.model.search.entry import Entry
from shared.model.search.query import Filters, Query
from shared.ports.searcher import Newest, Ranks


class FakeSearcher:
    """`ports.searcher.Searcher`. It knows nothing of words, and so gives everything. `hidden` is
    what it was given and does not show yet. `is_out`: it does not answer, `most` is how many of a
    call it takes, `refused` the name of audio of which it takes nothing. `given` is
    all that it was ever given."""

    name = "fake"

    def __init__(self) -> None:
        self.there: dict[Origin, Entry] | None = None
        self.hidden: dict[Origin, Entry] = {}
        self.is_late = self.is_out = False
        self.most, self.refused = 1_000, ""
        self.given: list[Entry] = []

    def is_made(self) -> bool:
        self._answer()
        return self.there is not None

    def make(self) -> None:
        self.there = self._held()

    def put(self, entries: Sequence[Entry]) -> None:
        place = self.hidden if self.is_late else self._made()
        taken = [one for one in entries[: self.most] if one.name != self.refused]
        self.given += taken
        place.update({one.origin: one for one in taken})
        if len(entries) > self.most:
            raise StoreUnavailable("busy")

    def show(self) -> None:
        """What was hidden so far."""
        self._made().update(self.hidden)
        self.hidden.clear()

    def held(
        self,
        *,
        recordings: Collection[str] = (),
        batches: Collection[str] = (),
        before_ms: int | None = None,
    ) -> Iterator[Origin]:
        for one in list(self._held()):
            is_old = before_ms is not None and one.made_ms < before_ms
            if one.thing in recordings or one.batch_id in batches or is_old:
                yield one

    def remove(self, origins: Sequence[Origin]) -> None:
        for one in origins:
            self._held().pop(one, None)

    def newest(self, query: Query, filters: Filters, ranks: Ranks, most: int) -> Newest:
        fitting = [one for one in self._held().values() if ranks.least <= one.rank < ranks.below]
        fitting.sort(key=lambda one: (-one.rank, -one.revision, -one.made_ms))
        return Newest(fitting[:most], len(fitting) <= most)

    def _answer(self) -> None:
        if self.is_out:
            raise StoreUnavailable("out")

    def _held(self) -> dict[Origin, Entry]:
        self._answer()
        return {} if self.there is None else self.there

    def _made(self) -> dict[Origin, Entry]:
        self._answer()
        if self.there is None:
            raise StoreUnavailable("there is no index")
        return self.there
