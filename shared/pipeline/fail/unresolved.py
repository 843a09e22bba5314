"""A create call whose outcome nobody can find out: the job stops, and is never sent again."""

from __future__ import annotations

from typing import Protocol

import msgspec

from shared.log import event
from shared.messages import Finish
from shared.model.batch.job import Job
from shared.pipeline.fail.job import ROWS_IN_TRANSACTION, rows_left
from shared.pipeline.fail.reasons import outcome_unknown
from shared.pipeline.fail.recording import fail
from shared.ports.blobs import Outputs
from shared.ports.queue import Clock, Queue
from shared.ports.state import ActiveJobs, BatchStore


class LeaveUnresolved(Protocol):
    """`leave_unresolved` with its ports."""

    def __call__(self, job: Job, why: str) -> None: ...


def leave_unresolved(
    job: Job,
    why: str,
    *,
    store: BatchStore,
    active: ActiveJobs,
    outputs: Outputs,
    errors_container: str,
    queue: Queue,
    clock: Clock,
) -> None:
    """Its recordings fail with a reason that a person can act on: first their error reports, then
    their rows, then the job. Safe to repeat from any point. Raises `StoreConflict` where the
    outcome became known meanwhile."""
    failure = outcome_unknown(job, why)
    now = clock.now()
    rows = rows_left(job, store)
    for start in range(0, len(rows), ROWS_IN_TRANSACTION):
        store.save(
            recordings=[
                fail(row, failure, outputs=outputs, errors_container=errors_container, now=now)
                for row in rows[start : start + ROWS_IN_TRANSACTION]
            ]
        )
    store.save(msgspec.structs.replace(job, state="unresolved", failure=failure, changed_at=now))
    event(
        "job.unresolved",
        batch=job.batch_id,
        job=job.id,
        endpoint=job.endpoint,
        recordings=len(rows),
        why=why,
        level=40,
    )
    active.remove(job.id)
    queue.send(Finish(batch_id=job.batch_id))
