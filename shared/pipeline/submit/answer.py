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
from shared.model.batch.job import ActiveJob, Job
from shared.model.batch.policy import Policy
from shared.model.failure_texts import request_refused
from shared.pipeline.fail.old import FailJob
from shared.ports.provider import JobRequest, SpeechProvider
from shared.ports.queue import Clock, Queue
from shared.ports.state import ActiveJobs, BatchStore


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
        fail_job(job, request_refused(error), split=error.names_an_input)
    except ProviderError as error:
        note_not_submitted(job, error)
        active.remove(job.id)  # before the job is anybody's again, who would list it anew
        waiting = msgspec.structs.replace(job, state="planned", tries=job.tries + 1)
        pause = pause_after(error, job, policy)
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
    job, entry = submitted(job, entry, transcription_id, policy, now)
    try:
        store.save(job)
    except StoreConflict:
        return
    active.put(entry)
    tell_of_submitted(job)


def submitted(
    job: Job, entry: ActiveJob, transcription_id: str, policy: Policy, now: datetime
) -> tuple[Job, ActiveJob]:
    """Both as they are once the provider has the job."""
    job = msgspec.structs.replace(
        job,
        state="submitted",
        transcription_id=transcription_id,
        submitted_at=now,
        changed_at=now,
        waiting_since_at=None,
        told_at=None,
    )
    entry = msgspec.structs.replace(
        entry,
        transcription_id=transcription_id,
        next_poll_at=now + policy.poll_pause(0),
        out_of_reach_at=None,
    )
    return job, entry


def tell_of_submitted(job: Job) -> None:
    event(
        "job.submitted",
        batch=job.batch_id,
        job=job.id,
        endpoint=job.endpoint,
        transcription=job.transcription_id,
        recordings=job.recordings,
        audio_ms=job.audio_ms,
    )


def back_in_line(
    job: Job, pause: timedelta, *, store: BatchStore, queue: Queue, policy: Policy, now: datetime
) -> None:
    """The job's row tells that it is being tried, so that the sweep adds no second message. What
    has been waiting for long is told of in the log, now and then."""
    try:
        note_waiting(job, now, store=store, policy=policy, now=now)
    except StoreConflict:
        return  # another message for this job is at work
    queue.send(Submit(batch_id=job.batch_id, job_id=job.id), after=pause)


def note_waiting(
    job: Job, changed_at: datetime, *, store: BatchStore, policy: Policy, now: datetime
) -> None:
    """Raises `StoreConflict`."""
    since_at, told_at = job.waiting_since_at or now, job.told_at
    is_to_tell = policy.is_waiting_long(since_at, told_at, now)
    store.save(
        msgspec.structs.replace(
            job,
            changed_at=changed_at,
            waiting_since_at=since_at,
            told_at=now if is_to_tell else told_at,
        )
    )
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


def note_not_submitted(job: Job, error: ProviderError) -> None:
    event(
        "job.not_submitted",
        job=job.id,
        endpoint=job.endpoint,
        error=type(error).__name__,
        code=error.code,
        level=30,
    )


def pause_after(error: ProviderError, job: Job, policy: Policy) -> timedelta:
    if isinstance(error, ProviderThrottled) and error.retry_after_seconds is not None:
        return timedelta(seconds=max(error.retry_after_seconds, 1))
    return policy.backoff(job.tries)
