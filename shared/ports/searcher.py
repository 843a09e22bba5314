"""A service that finds what was said, as the use-cases see it: it holds what pieces held before."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple, Protocol

from shared.model.pieces import Origin
from shared.model.search.entry import Entry
from shared.model.search.query import Filters, Query


class Ranks(NamedTuple):
    """From the first on, and below the second."""

    least: int
    below: int


class Newest(NamedTuple):
    """Entries, the highest rank first, and of one recording the latest. `is_last`: there are no
    more after these."""

    entries: Sequence[Entry]
    is_last: bool


class Searcher(Protocol):
    """An index at a service. What is put there or removed shows a moment later. Raises
    `StoreUnavailable`, also where the service refuses."""

    name: str

    def is_made(self) -> bool:
        """Whether there is an index. Where there is none, nothing is held or found."""

    def make(self) -> None:
        """The index, where there is none."""

    def put(self, entries: Sequence[Entry]) -> None:
        """As often as anybody likes. Of these the service may refuse some, which the log tells:
        `held` says of which it has."""

    def held(
        self,
        *,
        recordings: Collection[str] = (),
        batches: Collection[str] = (),
        before_ms: int | None = None,
    ) -> Iterator[Origin]:
        """What it holds of these recordings or these batches, or of what was written before a
        moment: of one of the three, in one call for some hundreds."""

    def remove(self, origins: Sequence[Origin]) -> None:
        """No error where one is gone already."""

    def newest(self, query: Query, filters: Filters, ranks: Ranks, most: int) -> Newest:
        """At most so many of those that may be what is looked for, in one call. None that is looked
        for is left out."""
