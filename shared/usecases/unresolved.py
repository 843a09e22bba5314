"""A create call whose outcome nobody can find out: the job stops, and is never sent again."""

from __future__ import annotations

from typing import Protocol

import msgspec

from shared.log import event
from shared.messages import Finish
from shared.model.failure import Failure
from shared.model.job import Job
from shared.ports import ActiveJobs, BatchStore, Clock, Outputs, Queue
from shared.usecases.give_back import ROWS_IN_TRANSACTION, rows_left
from shared.usecases.settle import fail

NOT_CONFIGURED = "the endpoint is not in the settings any more"
NOT_ANSWERED = "the endpoint could not be asked"
NOT_LISTED = "the provider's list does not show it, which proves nothing"


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


def outcome_unknown(job: Job, why: str) -> Failure:
    """What the customer reads."""
    fate = "kept there, as the profile says" if job.keep_provider_copy else "deleted by itself"
    return Failure(
        kind="provider",
        code="outcome_unknown",
        reason=f"The call that sent this recording to the endpoint {job.endpoint} ended without an "
        f"answer, and nobody can tell whether it was carried out: {why}. It was not sent again, "
        "because it might be paid for twice.",
        advice="To have it sent again, drop it again. Before that, look at the provider for a "
        f"transcription with the mark {job.id}: if there is one, this recording was paid for. It "
        f"is {fate}.",
    )
