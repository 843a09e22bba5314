"""A batch is deleted: its rows, its request, and if wanted all that was written for it."""

from __future__ import annotations

from concurrent.futures import Executor
from itertools import islice

import msgspec

from shared.errors import BatchBusy, BatchMissing
from shared.log import event
from shared.messages import Change
from shared.model.batch.batch import Batch
from shared.model.batch.recording import Recording
from shared.outputs.report import FORMATS
from shared.ports.blobs import Outputs, Requests
from shared.ports.queue import Clock, Queue
from shared.ports.state import BatchStore

ROWS_AT_ONCE = 200


def delete_batch(batch_id: str, with_outputs: bool, *, store: BatchStore, queue: Queue) -> None:
    """Asks for it; it is carried out by a message. The source audio stays. Raises `BatchMissing`,
    `BatchBusy` while the batch is worked on, `StoreConflict`."""
    batch = store.batch(batch_id)
    if batch is None or batch.deleted_at is not None:
        raise BatchMissing(f"there is no batch {batch_id}")
    if batch.deleting is None:
        if store.note_version(batch_id) is not None:
            raise BatchBusy("the batch is being worked on: cancel it, or wait until it is over")
        batch = msgspec.structs.replace(batch, deleting="outputs" if with_outputs else "rows")
        store.open_batch(batch)  # as for a retry
        store.save_batch(batch)
    store.open_batch(batch)
    queue.send(Change(batch_id=batch_id))


def carry_out_delete(
    batch: Batch,
    *,
    store: BatchStore,
    requests: Requests,
    outputs: Outputs,
    reports_container: str,
    clock: Clock,
    pool: Executor,
) -> None:
    """Safe to repeat: rows go last. The header stays, without what it says of anybody, so that
    the manifest or the key from which it came does not start the batch anew."""
    note = store.note_version(batch.id)
    if batch.deleting == "outputs":
        _remove_outputs(batch, store, outputs, reports_container, pool)
    if batch.items is not None:
        requests.remove(batch)
    store.forget(batch)
    store.save_batch(
        msgspec.structs.replace(batch, title="", deleting=None, deleted_at=clock.now())
    )
    if note is not None:
        store.close_batch(batch.id, note)
    event("batch.deleted", batch=batch.id)


def _remove_outputs(
    batch: Batch, store: BatchStore, outputs: Outputs, reports_container: str, pool: Executor
) -> None:
    def remove(row: Recording) -> None:
        paths = list(row.outcome.outputs.values()) if row.outcome else []
        for path in [*paths, *([row.error_report] if row.error_report else [])]:
            outputs.remove(path, recording=row)

    rows = store.recordings(batch.id)
    while part := list(islice(rows, ROWS_AT_ONCE)):
        list(pool.map(remove, part))
    for name in FORMATS:
        outputs.remove_report(f"{reports_container}/{batch.id}.{name}")
    if batch.error_report is not None:
        outputs.remove_report(batch.error_report)
