"""Batches and recordings, page by page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

import msgspec

from shared.batches.status import existing
from shared.model.batch.batch import BatchEntry, entry_key, item_recording_id
from shared.model.recording.recording import Recording, State
from shared.ports.state import BatchFilter, BatchStore

MOST_IN_PAGE = 1_000
LOOKED_THROUGH = 5_000


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """`after` asks for the next page; None: this is the last."""

    recordings: tuple[Recording, ...]
    after: str | None


class BatchPage(msgspec.Struct, frozen=True, kw_only=True):
    """`after` asks for the next page; None: this is the last."""

    batches: tuple[BatchEntry, ...]
    after: str | None


@dataclass(frozen=True, kw_only=True)
class ReadItems:
    """The recordings of a batch in a fixed order, a page at a time; or one of them. Raises
    `BatchMissing`."""

    store: BatchStore

    def __call__(
        self,
        batch_id: str,
        *,
        state: State | None = None,
        after: str | None = None,
        most: int = 100,
        fits: Callable[[Recording], bool] | None = None,
    ) -> Page:
        """With `fits` only those of which it says so; then a page may hold less than `most`,
        or nothing, although it is not the last."""
        existing(batch_id, self.store)
        most = _in_page(most)
        first = f"{after}!" if after else None
        if fits is not None:
            return self._fitting(batch_id, state, first, most, fits)
        rows = self.store.recordings(batch_id, state=state, first=first, page=most + 1)
        found = list(islice(rows, most + 1))
        more = found[most - 1].id if len(found) > most else None
        return Page(recordings=tuple(found[:most]), after=more)

    def _fitting(
        self,
        batch_id: str,
        state: State | None,
        first: str | None,
        most: int,
        fits: Callable[[Recording], bool],
    ) -> Page:
        """No column holds it, so rows are looked through, a few thousand in one go."""
        found: list[Recording] = []
        rows = self.store.recordings(batch_id, state=state, first=first, page=MOST_IN_PAGE)
        for count, row in enumerate(rows, 1):
            if fits(row):
                found.append(row)
            if len(found) == most or count == LOOKED_THROUGH:
                return Page(recordings=tuple(found), after=row.id)
        return Page(recordings=tuple(found), after=None)

    def one(self, batch_id: str, recording_id: str) -> Recording | None:
        existing(batch_id, self.store)
        return self.store.recording(batch_id, recording_id)

    def one_of_client(self, batch_id: str, client_item_id: str) -> Recording | None:
        """The recording that its caller gave this id: its own id follows from that, so this is one
        read. Not of dropped audio."""
        return self.one(batch_id, item_recording_id(batch_id, 0, client_item_id, ""))


@dataclass(frozen=True, kw_only=True)
class ListBatches:
    """The newest first. Batches of dropped audio are in the list once their window has closed."""

    store: BatchStore

    def __call__(
        self,
        wanted: BatchFilter,
        *,
        after: str | None = None,
        most: int = 50,
        is_seen: Callable[[BatchEntry], bool] | None = None,
    ) -> BatchPage:
        """With `is_seen` only those of which it is so; a page may then hold less than `most`, or
        nothing, although it is not the last."""
        most = _in_page(most)
        if is_seen is None:
            entries, more = self.store.entries(wanted, after=after, most=most)
            return BatchPage(batches=tuple(entries), after=more)
        found: list[BatchEntry] = []
        for _ in range(LOOKED_THROUGH // MOST_IN_PAGE):
            entries, more = self.store.entries(wanted, after=after, most=MOST_IN_PAGE)
            for entry in filter(is_seen, entries):
                found.append(entry)
                if len(found) == most:
                    return BatchPage(batches=tuple(found), after=_key(entry))
            if more is None:
                break
            after = more
        return BatchPage(batches=tuple(found), after=more)


def _key(entry: BatchEntry) -> str:
    return entry_key(entry.id, entry.created_at)


def _in_page(most: int) -> int:
    return min(max(most, 1), MOST_IN_PAGE)
