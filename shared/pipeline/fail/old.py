"""TEMPORARY: the functions that are not used any more once every step is a use-case."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from shared.model.batch import recording as rows
from shared.model.batch.job import Job
from shared.model.batch.recording import Recording
from shared.pipeline.fail.copy import cancel_copy as cancel_copy
from shared.pipeline.fail.job import CountFault
from shared.pipeline.fail.job import FailJob as FailJob
from shared.pipeline.fail.out_of_reach import GiveUpIfGone, OutOfReach
from shared.pipeline.fail.patience import BeginAnew
from shared.pipeline.fail.recording import FailRecording, SettleFailure
from shared.pipeline.fail.recording import may_have_failed as may_have_failed
from shared.pipeline.fail.unresolved import LeaveUnresolved as LeaveUnresolved

ROWS_IN_TRANSACTION = 100


class At:
    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at


def fail(
    row: Any, failure: Any, *, outputs: Any, errors_container: str, now: datetime
) -> Recording:
    return FailRecording(outputs=outputs, container=errors_container, clock=At(now))(row, failure)


def settle_failure(
    row: Any, failure: Any, *, outputs: Any, errors_container: str, policy: Any, now: datetime
) -> Recording:
    f = FailRecording(outputs=outputs, container=errors_container, clock=At(now))
    return SettleFailure(fail=f, policy=policy, clock=At(now))(row, failure)


def wait_again(
    row: Recording,
    now: datetime,
    *,
    attempt: int,
    policy: Any,
    delay_tries: int = 0,
    cohort: str | None = None,
) -> Recording:
    return rows.waiting_again(
        row,
        now,
        attempt=attempt,
        not_before_at=now + policy.backoff(delay_tries) if delay_tries else None,
        cohort=cohort,
    )


def rows_left(job: Job, store: Any) -> list[Recording]:
    return list(store.rows_left(job))


def count_fault(job: Any, failure: Any, *, store: Any, fail_job: Any, policy: Any) -> None:
    CountFault(store=store, fail_job=fail_job, policy=policy)(job, failure)


def is_late(job: Job, policy: Any, now: datetime) -> bool:
    if job.state == "collecting":
        patience = timedelta(seconds=policy.stuck_after_seconds)
        return job.last_round_at is not None and now - job.last_round_at > patience
    since = job.submitted_at or job.changed_at
    return now - since > timedelta(seconds=policy.submitted_seconds)


def has_been_collected_for_long(job: Job, policy: Any, now: datetime) -> bool:
    if job.state != "collecting" or job.collecting_at is None:
        return False
    return now - job.collecting_at > timedelta(seconds=policy.give_up_seconds)


def begin_anew(job: Job, store: Any, policy: Any, now: datetime) -> Job:
    return BeginAnew(store=store, policy=policy, clock=At(now))(job)


def is_out_of_reach_for_long(entry: Any, active: Any, policy: Any, now: datetime) -> bool:
    return OutOfReach(active=active, policy=policy, clock=At(now))(entry)


def give_up_if_gone(
    entry: Any,
    *,
    store: Any,
    active: Any,
    fail_job: Any,
    leave_unresolved: Any,
    policy: Any,
    now: datetime,
) -> None:
    GiveUpIfGone(
        store=store,
        active=active,
        is_out_of_reach=OutOfReach(active=active, policy=policy, clock=At(now)),
        fail_job=fail_job,
        leave_unresolved=leave_unresolved,
    )(entry)
