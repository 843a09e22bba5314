"""Is a job over? Then nothing of it stays at the provider. Is its batch over? Then report it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import msgspec

from shared.errors import (
    ProviderRefused,
    ProviderUnauthorised,
    ProviderUnavailable,
    StoreConflict,
)
from shared.log import event
from shared.messages import Finish
from shared.model.batch.job import OVER, Job
from shared.model.batch.policy import Policy
from shared.pipeline.fail.old import begin_anew, has_been_collected_for_long
from shared.pipeline.finish.report import _report
from shared.ports.blobs import Outputs
from shared.ports.provider import SpeechProvider
from shared.ports.queue import Clock, Queue
from shared.ports.state import ActiveJobs, BatchStore


def finish(
    message: Finish,
    *,
    store: BatchStore,
    active: ActiveJobs,
    outputs: Outputs,
    reports_container: str,
    endpoints: Mapping[str, SpeechProvider],
    queue: Queue,
    policy: Policy,
    clock: Clock,
) -> None:
    """Safe to repeat from any point: each step looks at what is there before it acts."""
    if message.job_id is not None:
        job = store.job(message.batch_id, message.job_id)
        if job is not None and not _finish_job(job, store, active, endpoints, policy, clock):
            return
    if active.any_of(message.batch_id):
        return
    note = store.note_version(message.batch_id)
    batch = store.batch(message.batch_id)
    if note is None or batch is None or not batch.is_settled:
        return
    if any(job.state not in OVER for job in store.jobs(message.batch_id)):
        return
    lease = timedelta(seconds=policy.stuck_after_seconds)
    note = store.take_note(batch.id, clock.now(), lease)
    if note is None:  # of many jobs that end together one is enough to report
        return
    is_reported = False
    try:
        is_reported = _report(batch, store, outputs, reports_container, clock)
    finally:
        if not is_reported:
            store.give_note_back(batch.id, note)
    if not is_reported:
        return
    try:
        store.close_batch(batch.id, note)
    except StoreConflict:  # a recording came in while the report was written
        queue.send(Finish(batch_id=batch.id))


def _finish_job(
    job: Job,
    store: BatchStore,
    active: ActiveJobs,
    endpoints: Mapping[str, SpeechProvider],
    policy: Policy,
    clock: Clock,
) -> bool:
    """Whether the job is over. The provider's copy goes only after every row has its result."""
    if job.state not in OVER:
        if job.state in ("planning", "planned") or store.any_left(job):
            return False
        _delete_copy(job, store, endpoints, policy, clock)
        over = msgspec.structs.replace(
            job, state="failed" if job.failure else "finished", changed_at=clock.now()
        )
        store.save(over)
        event("job.finished", batch=job.batch_id, job=job.id, state=over.state)
    active.remove(job.id)
    return True


def _delete_copy(
    job: Job,
    store: BatchStore,
    endpoints: Mapping[str, SpeechProvider],
    policy: Policy,
    clock: Clock,
) -> None:
    """What the provider refuses to delete, or does not delete for a day, does not hold up the
    report: from here on no table knows the copy, so the search for orphans tries again and again.
    """
    provider = endpoints.get(job.endpoint or "")
    if not job.transcription_id or job.keep_provider_copy:
        return
    try:
        if provider is not None:
            provider.delete(job.transcription_id)
            return
        code = "endpoint_not_configured"
    except (ProviderRefused, ProviderUnauthorised) as error:
        code = error.code
    except ProviderUnavailable as error:
        now = clock.now()
        if not has_been_collected_for_long(begin_anew(job, store, policy, now), policy, now):
            raise
        code = error.code
    event(
        "copy.not_deleted",
        endpoint=job.endpoint,
        transcription=job.transcription_id,
        code=code,
        level=40,
    )
