"""How long a job has stood, and what follows from it."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from shared.log import event
from shared.model.batch.job import Job
from shared.model.batch.policy import Policy
from shared.ports.state import BatchStore


def is_late(job: Job, policy: Policy, now: datetime) -> bool:
    """Nothing more is waited for. A job that is being collected has a last round before that, in
    which results are asked for with fresh links."""
    if job.state == "collecting":
        patience = timedelta(seconds=policy.stuck_after_seconds)
        return job.last_round_at is not None and now - job.last_round_at > patience
    since = job.submitted_at or job.changed_at
    return now - since > timedelta(seconds=policy.submitted_seconds)


def has_been_collected_for_long(job: Job, policy: Policy, now: datetime) -> bool:
    """As far as the job's row tells: see `begin_anew`."""
    if job.state != "collecting" or job.collecting_at is None:
        return False
    return now - job.collecting_at > timedelta(seconds=policy.give_up_seconds)


def begin_anew(job: Job, store: BatchStore, policy: Policy, now: datetime) -> Job:
    """The job as it is to be judged. Where time is up, but one of its recordings got its result
    since it began to run, it runs anew from that moment on, and so it is stored. One query, and
    only then. Raises `StoreConflict`."""
    began_at = job.last_round_at or job.collecting_at
    is_up = has_been_collected_for_long(job, policy, now) and job.last_round_at is None
    if job.state != "collecting" or began_at is None or not (is_up or is_late(job, policy, now)):
        return job
    rows = store.recordings(job.batch_id, job_id=job.id, first=job.first, last=job.last)
    newest_at = max((row.changed_at for row in rows if row.is_terminal), default=began_at)
    anew = msgspec.structs.replace(job, collecting_at=newest_at, last_round_at=None)
    if newest_at <= began_at or has_been_collected_for_long(anew, policy, now):
        return job
    saved = store.save(anew)
    assert saved is not None
    event("job.progressing", batch=job.batch_id, job=job.id)
    return saved
