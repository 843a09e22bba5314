"""What was told of batches a moment ago, for all who ask."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple

from shared.batches.batch_status import BatchStatus
from shared.model.batch.batch import Batch

LATE = timedelta(minutes=1)
"""After its window has closed, a plan that is due for a batch comes within that."""
TOLD_FOR = timedelta(seconds=5)
LARGE = 1_000
MOST_TOLD = 1_000


class _Said(NamedTuple):
    version: str
    until_at: datetime
    status: BatchStatus


class Told:
    """What this process told lately of large batches, by their id. It holds for seconds, or as long
    as counting them took, and while the header says the same. With `turn` one counts while the
    others wait for what it tells."""

    def __init__(self) -> None:
        self._told: OrderedDict[str, _Said] = OrderedDict()
        self._turns: OrderedDict[str, AbstractContextManager[object]] = OrderedDict()
        self._lock = Lock()

    def turn(self, batch_id: str) -> AbstractContextManager[object]:
        with self._lock:
            turn = self._turns.setdefault(batch_id, Lock())
            self._turns.move_to_end(batch_id)
            while len(self._turns) > MOST_TOLD:
                self._turns.popitem(last=False)
            return turn

    def again(self, batch: Batch, now: datetime) -> BatchStatus | None:
        with self._lock:
            said = self._told.get(batch.id)
        if said is None or said.version != batch.version or said.until_at <= now:
            return None
        return said.status

    def note(self, batch: Batch, status: BatchStatus, began_at: datetime, now: datetime) -> None:
        if status.counts.accepted < LARGE:
            return
        with self._lock:
            until_at = now + max(TOLD_FOR, now - began_at)
            self._told[batch.id] = _Said(batch.version, until_at, status)
            self._told.move_to_end(batch.id)
            while len(self._told) > MOST_TOLD:
                self._told.popitem(last=False)
