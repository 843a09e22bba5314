"""A create call whose outcome nobody can find out: the job stops, and is never sent again."""

from __future__ import annotations

from dataclasses import dataclass

from shared.log import event
from shared.messages import Finish
from shared.model.failures_from import outcome_unknown
from shared.model.job import transitions as jobs
from shared.model.job.job import Job
from shared.pipeline.fail.try_again_or_fail import FailRecording, SaveSettled
from shared.ports.ground import UseCase


@dataclass(frozen=True, kw_only=True)
class LeaveUnresolved(UseCase):
    """Its recordings fail with a reason that a person can act on: first their error reports, then
    their rows, then the job. Safe to repeat from any point. Raises `StoreConflict` where the
    outcome became known meanwhile."""

    fail: FailRecording
    save_settled: SaveSettled

    def __call__(self, job: Job, why: str) -> None:
        failure = outcome_unknown(job.id, job.endpoint, why, is_kept=job.keep_provider_copy)
        rows = list(self.store.rows_left(job))
        self.save_settled(self.fail(row, failure) for row in rows)
        self.store.save(jobs.unresolved(job, failure, self.clock.now()))
        event(
            "job.unresolved",
            batch=job.batch_id,
            job=job.id,
            endpoint=job.endpoint,
            recordings=len(rows),
            why=why,
            level=40,
        )
        self.active.remove(job.id)
        self.queue.send(Finish(batch_id=job.batch_id, job_id=job.id))
