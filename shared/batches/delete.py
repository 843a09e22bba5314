"""A batch is deleted: its rows, its request, and if wanted all that was written for it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import islice

from shared.batches.insist import insist
from shared.errors import BatchBusy, BatchMissing
from shared.keeping.hold import refuse_held
from shared.keeping.outputs import RemoveOutputs
from shared.log import event
from shared.messages import Change
from shared.model.batch import transitions as batches
from shared.model.batch.batch import Batch
from shared.outputs.report import FORMATS
from shared.ports.blobs import Outputs, Requests
from shared.ports.queue import Clock, Queue
from shared.ports.state import BatchStore

ROWS_AT_ONCE = 50
PARTS_IN_RUN = 40


@dataclass(frozen=True, kw_only=True)
class DeleteBatch:
    """Asks for it; it is carried out by a message. The source audio stays. Raises `BatchMissing`,
    `BatchBusy` while the batch is worked on, `OnHold`, `StoreConflict`."""

    store: BatchStore
    queue: Queue

    def __call__(self, batch_id: str, with_outputs: bool) -> None:
        insist(lambda: self._ask(batch_id, with_outputs))

    def _ask(self, batch_id: str, with_outputs: bool) -> None:
        batch = self.store.batch(batch_id)
        if batch is None or batch.deleted_at is not None:
            raise BatchMissing(f"there is no batch {batch_id}")
        refuse_held(batch)
        if batch.deleting is None:
            if self.store.note_version(batch_id) is not None:
                raise BatchBusy("the batch is being worked on: cancel it, or wait until it is over")
            batch = batches.to_be_deleted(batch, with_outputs=with_outputs)
            self.store.open_batch(batch)  # as for a retry
            self.store.save_batch(batch)
        self.store.open_batch(batch)
        self.queue.send(Change(batch_id=batch_id))


@dataclass(frozen=True, kw_only=True)
class CarryOutDelete:
    """Safe to repeat, and in small runs, each of which gets somewhere: nobody finds its words any
    more, outputs go before the rows that name them, and these before the next ones are looked at.
    The header stays, without what it says of anybody, so that the manifest or the key from which it
    came does not start the batch anew."""

    store: BatchStore
    requests: Requests
    outputs: Outputs
    remove_outputs: RemoveOutputs
    forget_words: Callable[[str], None]
    reports_container: str
    queue: Queue
    clock: Clock
    pool: Executor

    def __call__(self, batch: Batch) -> None:
        note = self.store.note_version(batch.id)
        self.forget_words(batch.id)
        if batch.deleting == "outputs":
            batch, is_done = self._without_outputs(batch)
            if not is_done:
                self.queue.send(Change(batch_id=batch.id))
                return
        was = batch.deleting == "outputs"
        self.remove_outputs.forget_batch(batch.id, with_outputs=was)
        if batch.items is not None:
            self.requests.remove(batch)
        batch = self.store.forget(batch)
        self.store.save_batch(batches.deleted(batch, self.clock.now()))
        if note is not None:
            self.store.close_batch(batch.id, note)
        event("batch.deleted", batch=batch.id)

    def _without_outputs(self, batch: Batch) -> tuple[Batch, bool]:
        """With its new version, and whether all are gone. Of a large batch, not yet."""
        for _ in range(PARTS_IN_RUN):
            found = self.store.recordings(batch.id, page=ROWS_AT_ONCE)
            part = list(islice(found, ROWS_AT_ONCE))
            list(self.pool.map(self.remove_outputs, part))
            batch = self.store.forget_recordings(batch, part)
            if len(part) < ROWS_AT_ONCE:
                self._remove_reports(batch)
                return batch, True
        return batch, False

    def _remove_reports(self, batch: Batch) -> None:
        for name in FORMATS:
            self.outputs.remove_report(f"{self.reports_container}/{batch.id}.{name}")
        if batch.error_report is not None:
            self.outputs.remove_report(batch.error_report)
