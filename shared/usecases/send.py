"""Make a create call and act on its answer: the one call that costs money."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from shared.errors import (
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderThrottled,
    StoreConflict,
)
from shared.log import event
from shared.messages import Submit
from shared.model.failure import Failure
from shared.model.job import ActiveJob, Job
from shared.model.policy import Policy
from shared.ports import ActiveJobs, BatchStore, Clock, JobRequest, Queue, SpeechProvider
from shared.usecases.give_back import FailJob


def send(
    job: Job,
    entry: ActiveJob,
    request: JobRequest,
    *,
    provider: SpeechProvider,
    store: BatchStore,
    active: ActiveJobs,
    fail_job: FailJob,
    queue: Queue,
    policy: Policy,
    clock: Clock,
) -> None:
    """The job's intent is written. No answer: whoever resolves it will look. A refusal: the
    recordings go on without the job. Certainly not carried out: the job waits for its next turn,
    and no attempt is used up."""
    try:
        transcription_id = provider.submit(request)
    except OutcomeUnknown as error:
        event("job.outcome_unknown", job=job.id, endpoint=job.endpoint, code=error.code, level=30)
    except ProviderRefused as error:
        event("job.refused", job=job.id, endpoint=job.endpoint, code=error.code, level=30)
        fail_job(job, _refusal(error), split=error.names_an_input)
    except ProviderError as error:
        _note_not_submitted(job, error)
        active.remove(job.id)  # before the job is anybody's again, who would list it anew
        waiting = msgspec.structs.replace(job, state="planned", tries=job.tries + 1)
        pause = _pause(error, job, policy)
        back_in_line(waiting, pause, store=store, queue=queue, policy=policy, now=clock.now())
    else:
        note_submitted(
            job, entry, transcription_id, store=store, active=active, policy=policy, now=clock.now()
        )


def note_submitted(
    job: Job,
    entry: ActiveJob,
    transcription_id: str,
    *,
    store: BatchStore,
    active: ActiveJobs,
    policy: Policy,
    now: datetime,
) -> None:
    """Write the provider's id into the job and the index. Whoever comes second finds that it
    is there already."""
    submitted = msgspec.structs.replace(
        job,
        state="submitted",
        transcription_id=transcription_id,
        submitted_at=now,
        changed_at=now,
        waiting_since_at=None,
        told_at=None,
    )
    try:
        store.save(submitted)
    except StoreConflict:
        return
    active.put(
        msgspec.structs.replace(
            entry,
            transcription_id=transcription_id,
            next_poll_at=now + policy.poll_pause(0),
            out_of_reach_at=None,
        )
    )
    event(
        "job.submitted",
        batch=job.batch_id,
        job=job.id,
        endpoint=entry.endpoint,
        transcription=transcription_id,
        recordings=job.recordings,
        audio_ms=job.audio_ms,
    )


def back_in_line(
    job: Job, pause: timedelta, *, store: BatchStore, queue: Queue, policy: Policy, now: datetime
) -> None:
    """The job's row tells that it is being tried, so that the sweep adds no second message. What
    has been waiting for long is told of in the log, now and then."""
    since_at, told_at = job.waiting_since_at or now, job.told_at
    is_to_tell = policy.is_waiting_long(since_at, told_at, now)
    waiting = msgspec.structs.replace(
        job, changed_at=now, waiting_since_at=since_at, told_at=now if is_to_tell else told_at
    )
    try:
        store.save(waiting)
    except StoreConflict:
        return  # another message for this job is at work
    if is_to_tell:
        hours = int((now - since_at).total_seconds() // 3600)
        event(
            "job.waiting_long",
            batch=job.batch_id,
            job=job.id,
            provider=job.provider,
            hours=hours,
            level=40,
        )
    queue.send(Submit(batch_id=job.batch_id, job_id=job.id), after=pause)


def _note_not_submitted(job: Job, error: ProviderError) -> None:
    event(
        "job.not_submitted",
        job=job.id,
        endpoint=job.endpoint,
        error=type(error).__name__,
        code=error.code,
        level=30,
    )


def _pause(error: ProviderError, job: Job, policy: Policy) -> timedelta:
    if isinstance(error, ProviderThrottled) and error.retry_after_seconds is not None:
        return timedelta(seconds=max(error.retry_after_seconds, 1))
    return policy.backoff(job.tries)


def _refusal(error: ProviderRefused) -> Failure:
    return Failure(
        kind="configuration",
        code=error.code or "refused",
        reason=f"The provider refused the request: {error}",
        advice="Correct the profile that these recordings use, then drop them again.",
    )
