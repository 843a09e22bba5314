"""A batch is cancelled: nothing more is sent, what is at a provider is deleted there, and what is
transcribed stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from datetime import datetime, timedelta
from itertools import islice

import msgspec

from shared.errors import BatchMissing
from shared.log import event
from shared.messages import Change, Finish
from shared.model.batch.batch import Batch
from shared.model.batch.job import OVER, Job
from shared.model.batch.policy import Policy
from shared.model.batch.recording import Recording
from shared.model.failure_texts import CANCELLED
from shared.model.money.spending import money_back
from shared.pipeline.fail.old import cancel_copy, fail
from shared.ports.blobs import Outputs
from shared.ports.provider import SpeechProvider
from shared.ports.queue import Clock, Queue
from shared.ports.state import ActiveJobs, BatchStore

ROWS_IN_TRANSACTION = 100
ROWS_IN_RUN = 1_000


def cancel(batch_id: str, *, store: BatchStore, queue: Queue, clock: Clock) -> Batch:
    """Asks for it; it is carried out by messages. A batch that is over stays as it is. Raises
    `BatchMissing`, `StoreConflict`."""
    batch = store.batch(batch_id)
    if batch is None or batch.is_gone:
        raise BatchMissing(f"there is no batch {batch_id}")
    if store.note_version(batch_id) is None:
        return batch
    if batch.cancelled_at is None:
        batch = msgspec.structs.replace(batch, cancelled_at=clock.now(), retry_at=None)
        store.save_batch(batch)
        event("batch.cancelled", batch=batch_id)
    queue.send(Change(batch_id=batch_id))
    return batch


def carry_out_cancel(
    batch: Batch,
    *,
    store: BatchStore,
    active: ActiveJobs,
    endpoints: Mapping[str, SpeechProvider],
    outputs: Outputs,
    errors_container: str,
    queue: Queue,
    policy: Policy,
    clock: Clock,
    pool: Executor,
) -> None:
    """Safe to repeat. A create call whose outcome is not known yet is waited for; results that
    are there are paid, and are written."""

    def give_up(rows: Iterable[Recording]) -> int:
        count, left = 0, iter(rows)
        while part := list(islice(left, ROWS_IN_TRANSACTION)):
            store.save(recordings=pool.map(cancelled, part))
            count += len(part)
        return count

    def cancelled(row: Recording) -> Recording:
        return fail(
            row,
            CANCELLED,
            outputs=outputs,
            errors_container=errors_container,
            now=clock.now(),
        )

    waiting = store.recordings(batch.id, state="waiting", page=ROWS_IN_RUN)
    if give_up(list(islice(waiting, ROWS_IN_RUN))) == ROWS_IN_RUN:
        queue.send(Change(batch_id=batch.id))
        return
    is_uncertain = False
    for job in list(store.jobs(batch.id)):
        if job.state == "submitting":
            is_uncertain = True
        elif is_cancelled(job) or (job.state not in OVER and job.state != "collecting"):
            _mark(job, store, clock.now())
            rows = _left(job, store)
            give_up(rows if job.is_sent else map(money_back, rows))
            _delete_copy(job, active, endpoints)
    if is_uncertain:
        queue.send(Change(batch_id=batch.id), after=timedelta(seconds=policy.submit_within_seconds))
    queue.send(Finish(batch_id=batch.id))


def is_cancelled(job: Job) -> bool:
    return job.failure is not None and job.failure.code == CANCELLED.code


def _mark(job: Job, store: BatchStore, now: datetime) -> None:
    """From here on nobody else decides what becomes of its recordings, whose error reports are
    stored before their rows."""
    if not is_cancelled(job):
        over = msgspec.structs.replace(job, state="failed", failure=CANCELLED, changed_at=now)
        store.save(over)


def _left(job: Job, store: BatchStore) -> list[Recording]:
    return list(
        store.recordings(
            job.batch_id, state="planned", job_id=job.id, first=job.first, last=job.last
        )
    )


def _delete_copy(job: Job, active: ActiveJobs, endpoints: Mapping[str, SpeechProvider]) -> None:
    """Also one that its profile would keep: it is not finished."""
    provider = endpoints.get(job.endpoint or "")
    if provider is not None and job.transcription_id:
        cancel_copy(job, provider)
    active.remove(job.id)
