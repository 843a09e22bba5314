"""A job whose endpoint cannot be asked about it: waited for, but not for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from shared.model.failure import Failure
from shared.model.job import OVER, ActiveJob
from shared.model.policy import Policy
from shared.ports import ActiveJobs, BatchStore
from shared.usecases.give_back import FailJob
from shared.usecases.unresolved import NOT_CONFIGURED, LeaveUnresolved

ENDPOINT_GONE = Failure(
    kind="configuration",
    code="endpoint_gone",
    reason="The endpoint that was transcribing this recording is not in the settings any more.",
    advice="It is tried again at another endpoint, if there is one. Otherwise configure one, then "
    "drop the recording again.",
    retryable=True,
)


def is_out_of_reach_for_long(
    entry: ActiveJob, active: ActiveJobs, policy: Policy, now: datetime
) -> bool:
    """Notes the first time. Raises `StoreConflict` if the entry changed meanwhile."""
    if entry.out_of_reach_at is None:
        active.update(msgspec.structs.replace(entry, out_of_reach_at=now))
        return False
    return now - entry.out_of_reach_at > timedelta(seconds=policy.give_up_seconds)


def give_up_if_gone(
    entry: ActiveJob,
    *,
    store: BatchStore,
    active: ActiveJobs,
    fail_job: FailJob,
    leave_unresolved: LeaveUnresolved,
    policy: Policy,
    now: datetime,
) -> None:
    """Of a job at an endpoint that is not configured. If it is so for a day, its recordings go on
    elsewhere; but not if its create call may have been carried out without our knowing."""
    if not is_out_of_reach_for_long(entry, active, policy, now):
        return
    job = store.job(entry.batch_id, entry.job_id)
    if job is None or job.state in OVER or job.state in ("planning", "planned"):
        active.remove(entry.job_id)
    elif job.state == "submitting":
        leave_unresolved(job, NOT_CONFIGURED)
    else:
        fail_job(job, ENDPOINT_GONE, split=False)
