"""Send a planned job to a provider: intent first, then the call, then its result."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from shared.endpoints.choose import choose_endpoint, down, well
from shared.errors import StoreConflict
from shared.log import event
from shared.messages import Finish, Submit
from shared.model.batch.job import ActiveJob, Job
from shared.model.batch.policy import Policy
from shared.pipeline.fail.old import FailJob
from shared.pipeline.submit.answer import back_in_line, send
from shared.pipeline.submit.create_call import create_call
from shared.pipeline.submit.fall_over import FallOver
from shared.ports.blobs import AudioBlobs, Requests
from shared.ports.provider import SpeechProvider
from shared.ports.queue import Clock, Queue
from shared.ports.state import ActiveJobs, BatchStore, EndpointBook


def submit(
    message: Submit,
    *,
    store: BatchStore,
    active: ActiveJobs,
    audio: AudioBlobs,
    requests: Requests,
    endpoints: Mapping[str, SpeechProvider],
    book: EndpointBook,
    fall_over: FallOver,
    fail_job: FailJob,
    queue: Queue,
    policy: Policy,
    clock: Clock,
) -> None:
    """A job that is not planned any more is somebody else's. No endpoint free: later."""
    job = store.job(message.batch_id, message.job_id)
    if job is None or job.state != "planned":
        return
    states = book.all()
    if fall_over(job, states):
        return
    well_ones = well(endpoints, states, clock.now())
    endpoint = choose_endpoint(job, active.all(), well_ones, policy)
    if endpoint is None:
        pause = min([policy.backoff(3), *down(states, clock.now()).values()])
        back_in_line(job, pause, store=store, queue=queue, policy=policy, now=clock.now())
        return
    request = create_call(job, store, audio, requests)
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
    if not (request.content_urls or request.container_url):
        queue.send(Finish(batch_id=job.batch_id, job_id=job.id))
        return
    if clock.now() - intent_at > timedelta(seconds=policy.submit_within_seconds):
        event("job.submit_too_late", job=job.id, level=30)
        return  # whoever resolves the intent may already have looked; do not send behind its back
    send(
        job,
        entry,
        request,
        provider=endpoints[endpoint],
        store=store,
        active=active,
        fail_job=fail_job,
        queue=queue,
        policy=policy,
        clock=clock,
    )


def _write_intent(job: Job, endpoint: str, store: BatchStore, now: datetime) -> Job:
    intent = msgspec.structs.replace(job, state="submitting", endpoint=endpoint, changed_at=now)
    saved = store.save(intent)
    assert saved is not None
    return saved
