"""Take the recordings out of a job that failed, each on the way that its failure asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

import msgspec

from shared.log import event
from shared.messages import Finish, Plan
from shared.model.batch.failure import Failure
from shared.model.batch.job import Job
from shared.model.batch.policy import Policy
from shared.model.batch.recording import Recording
from shared.model.money.spending import money_back
from shared.pipeline.fail.recording import settle_failure, wait_again
from shared.ports.blobs import Outputs
from shared.ports.queue import Clock, Queue
from shared.ports.state import ActiveJobs, BatchStore

ROWS_IN_TRANSACTION = 100


class FailJob(Protocol):
    """`fail_job` with its ports."""

    def __call__(
        self,
        job: Job,
        failure: Failure,
        *,
        known: Mapping[str, Failure] | None = None,
        split: bool = True,
    ) -> None: ...


def fail_job(
    job: Job,
    failure: Failure,
    *,
    store: BatchStore,
    active: ActiveJobs,
    outputs: Outputs,
    errors_container: str,
    queue: Queue,
    policy: Policy,
    clock: Clock,
    known: Mapping[str, Failure] | None = None,
    split: bool = True,
) -> None:
    """The job is over, and its recordings go on as `give_back` says. One that is at a provider is
    ended by its finish, which deletes the copy there. Safe to repeat from any point."""
    give_back(
        job,
        failure,
        store=store,
        outputs=outputs,
        errors_container=errors_container,
        policy=policy,
        now=clock.now(),
        known=known,
        split=split,
    )
    failed = msgspec.structs.replace(job, failure=failure)
    if job.transcription_id is None:
        failed = msgspec.structs.replace(failed, state="failed", changed_at=clock.now())
    store.save(failed)
    if job.transcription_id is None:
        active.remove(job.id)
    queue.send(Finish(batch_id=job.batch_id, job_id=job.id))
    queue.send(Plan(batch_id=job.batch_id))


def rows_left(job: Job, store: BatchStore) -> list[Recording]:
    """The recordings of the job that still wait for their result."""
    return list(
        store.recordings(
            job.batch_id, state="planned", job_id=job.id, first=job.first, last=job.last
        )
    )


def give_back(
    job: Job,
    failure: Failure,
    *,
    store: BatchStore,
    outputs: Outputs,
    errors_container: str,
    policy: Policy,
    now: datetime,
    known: Mapping[str, Failure] | None = None,
    split: bool = True,
) -> None:
    """`known` are failures of single recordings by id. The others, if there is more than one,
    go back in line in two halves (`split`), so that the culprit soon stands alone and its
    neighbours succeed; that uses up no attempt. A failure that may pass is first tried again
    as a whole. A job that was not sent gives its money back, too. Raises `StoreConflict` where
    somebody else is at it too."""
    known = known or {}
    rows = [row if job.is_sent else money_back(row) for row in rows_left(job, store)]
    others = [row for row in rows if row.id not in known]
    settle = _settler(outputs, errors_container, policy, now)
    changed = [settle(row, known[row.id]) for row in rows if row.id in known]
    if len(others) > 1 and split and not _may_pass(others[0], failure, policy):
        changed += _halves(others, job, policy, now)
    else:
        changed += [settle(row, failure) for row in others]
    for i in range(0, len(changed), ROWS_IN_TRANSACTION):
        store.save(recordings=changed[i : i + ROWS_IN_TRANSACTION])
    event(
        "job.given_back",
        batch=job.batch_id,
        job=job.id,
        recordings=len(rows),
        code=failure.code,
        level=30,
    )


def _may_pass(row: Recording, failure: Failure, policy: Policy) -> bool:
    return failure.retryable and row.attempt < policy.max_attempts


def _halves(rows: list[Recording], job: Job, policy: Policy, now: datetime) -> list[Recording]:
    middle = len(rows) // 2
    return [
        wait_again(
            row,
            now,
            attempt=row.attempt,
            policy=policy,
            cohort=f"{job.id}{'a' if i < middle else 'b'}",
        )
        for i, row in enumerate(rows)
    ]


def _settler(
    outputs: Outputs, errors_container: str, policy: Policy, now: datetime
) -> Callable[[Recording, Failure], Recording]:
    def settle(row: Recording, failure: Failure) -> Recording:
        return settle_failure(
            row,
            failure,
            outputs=outputs,
            errors_container=errors_container,
            policy=policy,
            now=now,
        )

    return settle
