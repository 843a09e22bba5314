"""How everything is doing, for people who watch: measured once for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

import msgspec

from shared.batches.batch_status import BatchStatus
from shared.batches.listing import ListBatches
from shared.batches.status import TellStatus
from shared.errors import BatchMissing
from shared.model.batch.batch import BatchEntry
from shared.ports.queue import Clock
from shared.ports.state import BatchFilter, BatchStore

MOST_OPEN = 20
MOST_LATELY = 50
KNOWN_FOR = timedelta(seconds=3)
WORTH = 20
"""At most so much of the time, one part in this many, is spent on measuring."""


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """`open` are batches that have work to do, the newest first, and `more` is how many of these
    are left out. `lately` are the newest of all batches in the list."""

    measured_at: datetime
    open: tuple[BatchStatus, ...]
    more: int
    lately: tuple[BatchEntry, ...]


@dataclass(frozen=True, kw_only=True)
class MeasureOverview:
    """Two queries, and for each of up to twenty open batches what its status takes."""

    store: BatchStore
    tell_status: TellStatus
    list_batches: ListBatches
    clock: Clock

    def __call__(self) -> Overview:
        notes = list(self.store.open_batches())
        oldest = datetime.min.replace(tzinfo=self.clock.now().tzinfo)
        notes.sort(key=lambda note: note.created_at or oldest, reverse=True)
        found = [self._status(note.id) for note in notes[:MOST_OPEN]]
        return Overview(
            measured_at=self.clock.now(),
            open=tuple(status for status in found if status is not None and not _is_over(status)),
            more=max(len(notes) - MOST_OPEN, 0),
            lately=self.list_batches(BatchFilter(), most=MOST_LATELY).batches,
        )

    def _status(self, batch_id: str) -> BatchStatus | None:
        """None: it was deleted meanwhile, or its header is still to come."""
        try:
            return self.tell_status(batch_id)
        except BatchMissing:
            return None


class TellOverview:
    """Measures at most every three seconds of a process, and never for more than a part of the
    time, however many ask."""

    def __init__(self, measure: MeasureOverview, clock: Clock) -> None:
        self._measure, self._clock = measure, clock
        self._lock = Lock()
        self._last: Overview | None = None
        self._due_at: datetime | None = None

    def __call__(self) -> Overview:
        with self._lock:
            begun_at = self._clock.now()
            if self._last is None or self._due_at is None or begun_at >= self._due_at:
                self._last = self._measure()
                ended_at = self._clock.now()
                self._due_at = ended_at + max(KNOWN_FOR, WORTH * (ended_at - begun_at))
            return self._last


def _is_over(status: BatchStatus) -> bool:
    return status.status in ("completed", "cancelled", "refused")
