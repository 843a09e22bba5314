"""Send a planned job to a provider: intent first, then the call, then its result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from shared.messages import Finish, Plan, Submit
from shared.model.failure import Failure
from shared.model.job import ActiveJob, Job
from shared.model.policy import Policy
from shared.model.recording import Recording
from shared.ports import (
    ActiveJobs,
    AudioBlobs,
    BatchStore,
    Clock,
    EndpointBook,
    JobRequest,
    Outputs,
    Queue,
    Requests,
    SpeechProvider,
)
from shared.usecases.give_back import ROWS_IN_TRANSACTION, give_back


def submit(
    message: Submit,
    *,
    store: BatchStore,
    active: ActiveJobs,
    audio: AudioBlobs,
    requests: Requests,
    outputs: Outputs,
    errors_container: str,
    endpoints: Mapping[str, SpeechProvider],
    book: EndpointBook,
    queue: Queue,
    policy: Policy,
    clock: Clock,
) -> None:
    """A job that is not planned any more is somebody else's. No endpoint free: later."""
    job = store.job(message.batch_id, message.job_id)
    if job is None or job.state != "planned":
        return
    down = _down(book, clock.now())
    well = {name: provider for name, provider in endpoints.items() if name not in down}
    endpoint = choose_endpoint(job, active.all(), well, policy)
    if endpoint is None:
        pause = min([policy.backoff(3), *down.values()])
        _wait_for_room(job, pause, store=store, queue=queue, now=clock.now())
        return
    intent_at = clock.now()
    try:
        job = _write_intent(job, endpoint, store, intent_at)
    except StoreConflict:
        return
    entry = ActiveJob(
        job_id=job.id,
        batch_id=job.batch_id,
        endpoint=endpoint,
        audio_ms=job.audio_ms,
        since_at=intent_at,
    )
    active.put(entry)
    request = _create_call(job, store, audio, requests)
    if not (request.content_urls or request.container_url):
        queue.send(Finish(batch_id=job.batch_id, job_id=job.id))
        return
    if clock.now() - intent_at > timedelta(seconds=policy.submit_within_seconds):
        event("job.submit_too_late", job=job.id, level=30)
        return  # whoever resolves the intent may already have looked; do not send behind its back
    try:
        transcription_id = endpoints[endpoint].submit(request)
    except OutcomeUnknown as error:
        event("job.outcome_unknown", job=job.id, endpoint=endpoint, code=error.code, level=30)
    except ProviderRefused as error:
        event("job.refused", job=job.id, endpoint=endpoint, code=error.code, level=30)
        refusal = _refusal(error)
        give_back(
            job,
            refusal,
            store=store,
            outputs=outputs,
            errors_container=errors_container,
            policy=policy,
            now=clock.now(),
            split=error.names_an_input,
        )
        store.save(msgspec.structs.replace(job, failure=refusal))
        active.remove(job.id)
        queue.send(Finish(batch_id=job.batch_id, job_id=job.id))
        queue.send(Plan(batch_id=job.batch_id))
    except ProviderError as error:
        _back_in_line(
            job, error, store=store, active=active, queue=queue, policy=policy, now=clock.now()
        )
    else:
        note_submitted(
            job, entry, transcription_id, store=store, active=active, policy=policy, now=clock.now()
        )


def choose_endpoint(
    job: Job,
    running: Sequence[ActiveJob],
    endpoints: Mapping[str, SpeechProvider],
    policy: Policy,
) -> str | None:
    """The endpoint of the job's provider with the least audio outstanding that has room.
    One that did not take the job before comes last."""
    audio_ms = dict.fromkeys(
        (name for name, provider in endpoints.items() if provider.name == job.provider), 0
    )
    jobs = dict.fromkeys(audio_ms, 0)
    for entry in running:
        if entry.endpoint in jobs and entry.job_id != job.id:
            audio_ms[entry.endpoint] += entry.audio_ms
            jobs[entry.endpoint] += 1
    most = policy.most_active_jobs(job.provider)
    free = [name for name in jobs if jobs[name] < most]
    return min(free, key=lambda name: (name == job.endpoint, audio_ms[name], name), default=None)


def _down(book: EndpointBook, now: datetime) -> dict[str, timedelta]:
    """The endpoints that are taken out, and for how long yet."""
    return {
        name: state.down_until_at - now
        for name, state in book.all().items()
        if state.down_until_at is not None and state.is_down(now)
    }


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
    )
    try:
        store.save(submitted)
    except StoreConflict:
        return
    active.put(
        msgspec.structs.replace(
            entry, transcription_id=transcription_id, next_poll_at=now + policy.poll_pause(0)
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


def _write_intent(job: Job, endpoint: str, store: BatchStore, now: datetime) -> Job:
    intent = msgspec.structs.replace(job, state="submitting", endpoint=endpoint, changed_at=now)
    saved = store.save(intent)
    assert saved is not None
    return saved


def _create_call(job: Job, store: BatchStore, audio: AudioBlobs, requests: Requests) -> JobRequest:
    """Links are made anew for every call, so none is old when the provider gets to it."""
    name = f"dropscribe {job.batch_id}"
    if job.whole_container:
        url = audio.readable_url(job.whole_container, None)
        return JobRequest(
            mark=job.id,
            display_name=name,
            options=job.options,
            mode=job.mode,
            keep=job.keep_provider_copy,
            container_url=url,
        )
    rows = store.recordings(
        job.batch_id, state="planned", job_id=job.id, first=job.first, last=job.last
    )
    ordered = sorted(rows, key=lambda row: row.job_index or 0)
    _renumber(ordered, store)
    return JobRequest(
        mark=job.id,
        display_name=name,
        options=job.options,
        mode=job.mode,
        keep=job.keep_provider_copy,
        content_urls=_links(ordered, store, audio, requests),
    )


def _links(
    rows: Sequence[Recording], store: BatchStore, audio: AudioBlobs, requests: Requests
) -> tuple[str, ...]:
    """Addresses on the web are secrets, which only the stored request holds; read in one go."""
    positions = {row.item for row in rows if row.web_url is not None and row.item is not None}
    batch = store.batch(rows[0].batch_id) if positions else None
    items = requests.find(batch, positions) if batch is not None else {}
    return tuple(
        audio.readable_url(row.container, row.name)
        if row.web_url is None
        else items[row.item or 0].url or ""
        for row in rows
    )


def _renumber(ordered: Sequence[Recording], store: BatchStore) -> None:
    """Results are told apart by their position in the call, and some recordings may have left
    the job: it was refused, and whoever was giving them back died halfway."""
    moved = [
        msgspec.structs.replace(row, job_index=i)
        for i, row in enumerate(ordered)
        if row.job_index != i
    ]
    for start in range(0, len(moved), ROWS_IN_TRANSACTION):
        store.save(recordings=moved[start : start + ROWS_IN_TRANSACTION])


def _refusal(error: ProviderRefused) -> Failure:
    return Failure(
        kind="configuration",
        code=error.code or "refused",
        reason=f"The provider refused the request: {error}",
        advice="Correct the profile that these recordings use, then drop them again.",
    )


def _wait_for_room(
    job: Job, pause: timedelta, *, store: BatchStore, queue: Queue, now: datetime
) -> None:
    """The job's row tells that it is being tried, so that the sweep adds no second message."""
    try:
        store.save(msgspec.structs.replace(job, changed_at=now))
    except StoreConflict:
        return  # another message for this job is at work
    queue.send(Submit(batch_id=job.batch_id, job_id=job.id), after=pause)


def _back_in_line(
    job: Job,
    error: ProviderError,
    *,
    store: BatchStore,
    active: ActiveJobs,
    queue: Queue,
    policy: Policy,
    now: datetime,
) -> None:
    """The call was certainly not carried out: the job waits and no attempt is used up."""
    event(
        "job.not_submitted",
        job=job.id,
        endpoint=job.endpoint,
        error=type(error).__name__,
        code=error.code,
        level=30,
    )
    store.save(msgspec.structs.replace(job, state="planned", tries=job.tries + 1, changed_at=now))
    active.remove(job.id)
    pause = policy.backoff(job.tries)
    if isinstance(error, ProviderThrottled) and error.retry_after_seconds is not None:
        pause = max(timedelta(seconds=error.retry_after_seconds), timedelta(seconds=1))
    queue.send(Submit(batch_id=job.batch_id, job_id=job.id), after=pause)
