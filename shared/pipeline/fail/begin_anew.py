"""A job that is being collected may have got results since its time began to run."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import msgspec

from shared.log import event
from shared.model.job.carrier import stretches
from shared.model.job.job import Job
from shared.model.job.standing import standing
from shared.ports.ground import UseCase


@dataclass(frozen=True, kw_only=True)
class BeginAnew(UseCase):
    """The job as it is to be judged. Where its time is up, but one of its recordings got its
    result since that began to run, it runs anew from that moment on, and so it is stored. One
    query, and only then. Raises `StoreConflict`."""

    def __call__(self, job: Job) -> Job:
        began_at = job.last_round_at or job.collecting_at
        if began_at is None or not self._is_time_up(job):
            return job
        rows = chain.from_iterable(
            self.store.recordings(part.batch_id, job_id=part.id, first=part.first, last=part.last)
            for part in stretches(job)
        )
        newest_at = max((row.changed_at for row in rows if row.is_terminal), default=began_at)
        anew = msgspec.structs.replace(job, collecting_at=newest_at, last_round_at=None)
        if newest_at <= began_at or self._is_time_up(anew):
            return job
        saved = self.store.save(anew)
        assert saved is not None
        event("job.progressing", batch=job.batch_id, job=job.id)
        return saved

    def _is_time_up(self, job: Job) -> bool:
        stands = standing(job, self.policy, self.clock.now())
        is_due = stands == "last round" and job.last_round_at is None
        return job.state == "collecting" and (is_due or stands == "late")
