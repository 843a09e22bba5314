"""A job whose endpoint cannot be asked about it: waited for, but not for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import msgspec

from shared.model.failure_texts import ENDPOINT_GONE, NOT_CONFIGURED
from shared.model.job.active_job import ActiveJob
from shared.model.job.job import OVER
from shared.pipeline.fail.job import FailJob
from shared.pipeline.fail.unresolved import LeaveUnresolved
from shared.ports.ground import UseCase
from shared.ports.indices import ActiveJobs
from shared.ports.state import BatchStore


@dataclass(frozen=True, kw_only=True)
class OutOfReach(UseCase):
    """Whether an endpoint has been out of reach for too long, as far as a job of it goes. Notes
    the first time. Raises `StoreConflict` if the entry changed meanwhile."""

    def __call__(self, entry: ActiveJob) -> bool:
        now = self.clock.now()
        if entry.out_of_reach_at is None:
            self.active.update(msgspec.structs.replace(entry, out_of_reach_at=now))
            return False
        return now - entry.out_of_reach_at > timedelta(seconds=self.policy.give_up_seconds)


@dataclass(frozen=True, kw_only=True)
class GiveUpIfGone:
    """Of a job at an endpoint that is not configured. If it is so for a day, its recordings go on
    elsewhere; but not if its create call may have been carried out without our knowing."""

    store: BatchStore
    active: ActiveJobs
    is_out_of_reach: OutOfReach
    fail_job: FailJob
    leave_unresolved: LeaveUnresolved

    def __call__(self, entry: ActiveJob) -> None:
        if not self.is_out_of_reach(entry):
            return
        job = self.store.job(entry.batch_id, entry.job_id)
        if job is None or job.state in OVER or job.state in ("planning", "planned"):
            self.active.remove(entry.job_id)
        elif job.state == "submitting":
            self.leave_unresolved(job, NOT_CONFIGURED)
        else:
            self.fail_job(job, ENDPOINT_GONE, split=False)
