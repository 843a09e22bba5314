"""A batch, or a recording of it, is held: nothing of it goes until it is released.

A hold is written into the header, and what goes is written down together with the header: of two at
the same moment one is first, and the other one finds that.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from shared.errors import BatchBusy, BatchMissing, OnHold, RecordingMissing
from shared.log import event
from shared.model.batch import transitions as batches
from shared.model.batch.batch import Batch
from shared.model.keeping.hold import Hold
from shared.model.keeping.removal import is_asked
from shared.model.recording.recording import Recording
from shared.ports.queue import Clock
from shared.ports.state import BatchStore


@dataclass(frozen=True, kw_only=True)
class HoldDesk:
    """Each is safe to repeat: who held first stands there. Raises `BatchMissing`,
    `RecordingMissing`, `BatchBusy` where it is being deleted, `StoreConflict`."""

    store: BatchStore
    clock: Clock

    def hold_batch(self, batch_id: str, by: str, reason: str = "") -> Hold:
        batch = self._batch(batch_id)
        if batch.hold is not None:
            return batch.hold
        hold = Hold(at=self.clock.now(), by=by, reason=reason)
        self.store.commit(batches.held(batch, hold), [])
        event("hold.set", batch=batch_id, caller=by)
        return hold

    def release_batch(self, batch_id: str, by: str) -> None:
        batch = self._batch(batch_id)
        if batch.hold is not None:
            self.store.commit(batches.released(batch), [])
            event("hold.released", batch=batch_id, caller=by)

    def hold_recording(self, batch_id: str, recording_id: str, by: str, reason: str = "") -> Hold:
        batch, row = self._both(batch_id, recording_id)
        if row.hold is not None:
            return row.hold
        hold = Hold(at=self.clock.now(), by=by, reason=reason)
        held = msgspec.structs.replace(row, hold=hold)
        self.store.commit(batches.held(batch, recordings=1), [held])
        event("hold.set", batch=batch_id, recording=recording_id, caller=by)
        return hold

    def release_recording(self, batch_id: str, recording_id: str, by: str) -> None:
        batch, row = self._both(batch_id, recording_id)
        if row.hold is not None:
            free = msgspec.structs.replace(row, hold=None)
            self.store.commit(batches.released(batch, recordings=1), [free])
            event("hold.released", batch=batch_id, recording=recording_id, caller=by)

    def _batch(self, batch_id: str) -> Batch:
        batch = self.store.batch(batch_id)
        if batch is None or batch.deleted_at is not None:
            raise BatchMissing(f"there is no batch {batch_id}")
        if batch.deleting is not None:
            raise BatchBusy("the batch is being deleted: nothing can hold it any more")
        return batch

    def _both(self, batch_id: str, recording_id: str) -> tuple[Batch, Recording]:
        batch = self._batch(batch_id)
        row = self.store.recording(batch_id, recording_id)
        if row is None:
            raise RecordingMissing("the batch has no recording of that id")
        if is_asked(row, "contents"):
            raise BatchBusy("the recording was deleted: nothing can hold it any more")
        return batch, row


def refuse_held(batch: Batch, row: Recording | None = None) -> None:
    """Of a batch as a whole, or of one recording of it. Raises `OnHold`."""
    hold = batch.hold or (row.hold if row else None)
    if hold is not None:
        raise OnHold(
            f"it is held since {hold.at:%Y-%m-%d %H:%M} UTC by {hold.by}: once an owner has "
            "released it, ask again"
        )
    if row is None and batch.held:
        raise OnHold(
            f"{batch.held} of its recordings are held: once an owner has released them, ask again"
        )
