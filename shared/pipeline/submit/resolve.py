"""A create call whose outcome nobody knows: look at the provider before anything is sent again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from shared.errors import ProviderError
from shared.log import event
from shared.messages import Submit
from shared.model.batch.job import ActiveJob, Job
from shared.model.batch.policy import Policy
from shared.model.failure_texts import NOT_ANSWERED, NOT_LISTED
from shared.model.profile.capabilities import Capabilities
from shared.pipeline.fail.old import LeaveUnresolved, is_out_of_reach_for_long
from shared.pipeline.submit.answer import note_submitted
from shared.ports.provider import SpeechProvider
from shared.ports.queue import Queue
from shared.ports.state import ActiveJobs, BatchStore


def resolve(
    entry: ActiveJob,
    *,
    store: BatchStore,
    active: ActiveJobs,
    endpoints: Mapping[str, SpeechProvider],
    capabilities: Mapping[str, Capabilities],
    leave_unresolved: LeaveUnresolved,
    queue: Queue,
    policy: Policy,
    now: datetime,
) -> None:
    """The provider lists the job's mark: adopt what it has. It does not: the call was never
    carried out, and the job is planned again. Where that cannot be found out, it is left
    unresolved; an endpoint that does not answer is asked again and again, for a day."""
    job = store.job(entry.batch_id, entry.job_id)
    if job is None or job.state != "submitting":
        _mend_index(entry, job.transcription_id if job else None, active, policy, now)
        return
    if now - job.changed_at <= timedelta(seconds=policy.resolve_after_seconds):
        return  # resolved and sent anew since the entry was read: that call may be under way
    provider = endpoints[entry.endpoint]
    try:
        pages = provider.find(job.id, job.changed_at)
        transcription_id = next((found for found in pages if found), None)
    except ProviderError as error:
        event("job.not_resolved", job=job.id, endpoint=entry.endpoint, code=error.code, level=30)
        if is_out_of_reach_for_long(entry, active, policy, now):
            leave_unresolved(job, NOT_ANSWERED)
        return
    event("job.resolved", job=job.id, endpoint=entry.endpoint, found=transcription_id is not None)
    if transcription_id is not None:
        note_submitted(
            job, entry, transcription_id, store=store, active=active, policy=policy, now=now
        )
    elif capabilities[provider.name].find_is_proof:
        _plan_again(job, store, active, queue, now)
    else:
        leave_unresolved(job, NOT_LISTED)


def _plan_again(
    job: Job, store: BatchStore, active: ActiveJobs, queue: Queue, now: datetime
) -> None:
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
