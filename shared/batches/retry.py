"""The failed recordings of a batch are tried once more, as if for the first time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from itertools import islice

import msgspec

from shared.batches.entries import Entry, Registrar
from shared.errors import BatchMissing, DropscribeError
from shared.log import event
from shared.messages import Change, Plan
from shared.model.batch.batch import Batch
from shared.model.batch.policy import Policy
from shared.model.batch.recording import Recording, looked_at_again
from shared.model.manifest.manifest import Item
from shared.pipeline.fail.old import fail, wait_again
from shared.ports.blobs import Outputs, Requests
from shared.ports.queue import Clock, Queue
from shared.ports.state import BatchStore

ROWS_IN_RUN = 100
Look = Callable[[Recording], Recording | None]


def retry(batch_id: str, *, store: BatchStore, queue: Queue, clock: Clock) -> Batch:
    """Asks for it; it is carried out by messages, and the batch is open until there is another
    report. A batch that was cancelled goes on. Raises `BatchMissing`, `StoreConflict`."""
    batch = store.batch(batch_id)
    if batch is None or batch.is_gone:
        raise BatchMissing(f"there is no batch {batch_id}")
    if batch.error_report is not None:
        return batch  # a manifest that was refused has no recordings
    batch = msgspec.structs.replace(
        batch, retry_at=clock.now(), cancelled_at=None, finished_at=None, reported=-1
    )
    store.open_batch(batch)  # the sweep looks at open batches only, should nobody come further
    store.save_batch(batch)
    store.open_batch(batch)  # once more: somebody may have found nothing to do, and closed it
    event("batch.retried", batch=batch_id)
    queue.send(Change(batch_id=batch_id))
    return batch


def carry_out_retry(
    message: Change,
    batch: Batch,
    *,
    store: BatchStore,
    requests: Requests,
    registrar: Callable[[Batch], Registrar],
    look_again: Look,
    outputs: Outputs,
    errors_container: str,
    queue: Queue,
    policy: Policy,
    clock: Clock,
    pool: Executor,
) -> None:
    """A hundred failed recordings; then the next message. The last one lets the batch go on.

    `registrar` makes what looks into entries of a request, `look_again` looks into a dropped
    recording: what was refused at the door is looked at as it is now.
    """
    after = f"{message.after}!" if message.after else None
    failed = store.recordings(batch.id, state="failed", first=after, page=2 * ROWS_IN_RUN)
    rows = list(islice(failed, ROWS_IN_RUN))
    due = [row for row in rows if batch.retry_at is not None and row.changed_at < batch.retry_at]
    look = look_again
    if batch.items is not None and any(row.audio is None for row in due):
        positions = {row.item for row in due if row.item is not None}
        look = partial(_look_into_entry, requests.find(batch, positions), registrar(batch))
    again = partial(
        _again,
        look=look,
        outputs=outputs,
        errors_container=errors_container,
        policy=policy,
        clock=clock,
    )
    results = list(pool.map(again, due))
    changed = [row for row in results if isinstance(row, Recording)]
    if changed:
        store.save(recordings=changed)
    for error in results:
        if isinstance(error, DropscribeError):
            raise error
    if len(rows) == ROWS_IN_RUN:
        queue.send(Change(batch_id=batch.id, after=rows[-1].id))
        return
    store.save_batch(msgspec.structs.replace(batch, retry_at=None))
    queue.send(Plan(batch_id=batch.id))


def _again(
    row: Recording,
    *,
    look: Look,
    outputs: Outputs,
    errors_container: str,
    policy: Policy,
    clock: Clock,
) -> Recording | DropscribeError:
    """The row in line again, or failed anew; an error that may pass is returned, so that the
    others have their turn."""
    now = clock.now()
    try:
        found = row if row.audio is not None else look(row)
        if found is None:
            return msgspec.structs.replace(row, changed_at=now)
        if found is not row and found.failure is not None:
            return fail(
                found,
                found.failure,
                outputs=outputs,
                errors_container=errors_container,
                now=now,
            )
        if row.error_report is not None:
            outputs.remove(row.error_report, recording=row)
    except DropscribeError as error:
        return error
    return wait_again(_blank(found), now, attempt=1, policy=policy, cohort="")


def _look_into_entry(
    items: dict[int, Item], registrar: Registrar, row: Recording
) -> Recording | None:
    """What the entry would be now; None for a prefix or container that brought nothing."""
    item = items.get(row.item) if row.item is not None else None
    if item is None:
        return None
    is_listed = item.is_listing
    if is_listed and row.name.endswith("*") and not row.etag:
        return None
    found = registrar.look(Entry(row.item or 0, item, row.container, row.name, listed=is_listed))
    return looked_at_again(row, found)


def _blank(row: Recording) -> Recording:
    """Without what the tries before have left. It is not left out any more."""
    return msgspec.structs.replace(
        row,
        failure=None,
        cleared=None,
        error_report=None,
        endpoint=None,
        transcription_id=None,
        submitted_at=None,
        outcome=None,
        decisions=tuple(made for made in row.decisions if made.what != "over_budget"),
    )
