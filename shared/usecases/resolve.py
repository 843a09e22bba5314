"""A create call whose outcome nobody knows: look at the provider before anything is sent again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from shared.log import event
from shared.messages import Submit
from shared.model.job import ActiveJob
from shared.model.policy import Policy
from shared.ports import ActiveJobs, BatchStore, Queue, SpeechProvider
from shared.usecases.submit import note_submitted


def resolve(
    entry: ActiveJob,
    *,
    store: BatchStore,
    active: ActiveJobs,
    endpoints: Mapping[str, SpeechProvider],
    queue: Queue,
    policy: Policy,
    now: datetime,
) -> None:
    """The provider lists the job's mark: adopt what it has. It does not: the call was never
    carried out, and the job is planned again."""
    job = store.job(entry.batch_id, entry.job_id)
    if job is None or job.state != "submitting":
        _mend_index(entry, job.transcription_id if job else None, active, policy, now)
        return
    if now - job.changed_at <= timedelta(seconds=policy.resolve_after_seconds):
        return  # resolved and sent anew since the entry was read: that call may be under way
    pages = endpoints[entry.endpoint].find(job.id, job.changed_at)
    transcription_id = next((found for found in pages if found), None)
    event("job.resolved", job=job.id, endpoint=entry.endpoint, found=transcription_id is not None)
    if transcription_id is not None:
        note_submitted(
            job, entry, transcription_id, store=store, active=active, policy=policy, now=now
        )
        return
    store.save(msgspec.structs.replace(job, state="planned", changed_at=now))
    active.remove(job.id)
    queue.send(Submit(batch_id=job.batch_id, job_id=job.id))


def _mend_index(
    entry: ActiveJob,
    transcription_id: str | None,
    active: ActiveJobs,
    policy: Policy,
    now: datetime,
) -> None:
    """The job's row went on and its entry in the index did not."""
    if transcription_id is None:
        active.remove(entry.job_id)
        return
    active.put(
        msgspec.structs.replace(
            entry, transcription_id=transcription_id, next_poll_at=now + policy.poll_pause(0)
        )
    )
