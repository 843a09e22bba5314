"""A job whose endpoint cannot be asked about it: waited for, but not for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from shared.model.batch.job import OVER, ActiveJob
from shared.model.batch.policy import Policy
from shared.pipeline.fail.job import FailJob
from shared.pipeline.fail.reasons import ENDPOINT_GONE, NOT_CONFIGURED
from shared.pipeline.fail.unresolved import LeaveUnresolved
from shared.ports.state import ActiveJobs, BatchStore


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
