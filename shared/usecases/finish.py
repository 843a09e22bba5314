"""Is a job over? Then nothing of it stays at the provider. Is its batch over? Then report it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from tempfile import SpooledTemporaryFile

import msgspec

from shared.errors import (
    ProviderRefused,
    ProviderUnauthorised,
    ProviderUnavailable,
    StoreConflict,
)
from shared.log import event
from shared.messages import Finish
from shared.model.batch import Batch
from shared.model.job import OVER, Job
from shared.model.policy import Policy
from shared.model.recording import Recording
from shared.model.report import BatchReport, ReportItem, build_report
from shared.ports import ActiveJobs, BatchStore, Clock, Outputs, Queue, SpeechProvider
from shared.reports import FORMATS
from shared.usecases.give_up import begin_anew, has_been_collected_for_long

KEPT_IN_MEMORY_BYTES = 1_000_000
_item_decoder = msgspec.json.Decoder(ReportItem)


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


def _report(
    batch: Batch, store: BatchStore, outputs: Outputs, reports_container: str, clock: Clock
) -> bool:
    """Write the reports, unless a recording is still on its way."""
    with SpooledTemporaryFile(max_size=KEPT_IN_MEMORY_BYTES) as spool:
        profiles: set[str] = set()
        accepted = 0
        for row in store.recordings(batch.id):
            if not row.is_terminal:
                return False
            accepted += 1
            profiles.add(row.profile.name)
            line = msgspec.json.encode(_item(row))
            spool.write(line + b"\n")
        if batch.finished_at is not None and batch.reported == accepted:
            store.list_batch(batch)  # a plan without anything to do listed it as running
            return True
        now = clock.now()

        def items() -> Iterator[ReportItem]:
            spool.seek(0)
            return map(_item_decoder.decode, spool)

        header = build_report(
            items(),
            batch_id=batch.id,
            title=batch.title,
            profiles=sorted(profiles),
            origin=batch.origin,
            created_at=batch.created_at,
            finished_at=now,
            accepted=accepted,
            deadline_at=batch.deadline_at,
            budget=batch.budget,
        )
        for name, report in FORMATS.items():
            path = f"{reports_container}/{batch.id}.{name}"
            outputs.put_stream(path, report.write(header, items()), report.media_type)
            event("report.written", batch=batch.id, format=name)
    try:
        store.save_batch(
            msgspec.structs.replace(
                batch, finished_at=now, reported=accepted, failed=header.counts.failed
            )
        )
    except StoreConflict:
        _distrust_reports(batch, store)
        raise
    _announce(header)
    return True


def _distrust_reports(batch: Batch, store: BatchStore) -> None:
    """Somebody else reported meanwhile, and nobody knows whose files lie on top: the batch is
    opened for another report, whatever the books say."""
    there = store.batch(batch.id)
    if there is not None:
        store.save_batch(msgspec.structs.replace(there, reported=-1))
        store.open_batch(there)


def _announce(header: BatchReport) -> None:
    counts = header.counts
    event(
        "batch.completed",
        batch=header.batch_id,
        accepted=counts.accepted,
        transcribed=counts.transcribed,
        failed=counts.failed,
        audio_ms=header.audio_ms,
        seconds=int((header.finished_at - header.created_at).total_seconds()),
        cost=header.cost.amount if header.cost else None,
        currency=header.cost.currency if header.cost else None,
    )


def _item(row: Recording) -> ReportItem:
    outcome, audio = row.outcome, row.audio
    return ReportItem(
        recording_id=row.id,
        container=row.container,
        name=row.name,
        etag=row.etag,
        bytes=row.bytes,
        state="transcribed" if row.state == "transcribed" else "failed",
        attempts=row.attempt,
        duration_ms=audio.duration_ms if audio else None,
        channels=audio.channels if audio else None,
        language=outcome.language if outcome else None,
        confidence=outcome.confidence if outcome else None,
        needs_review=outcome.needs_review if outcome else False,
        review_spans=outcome.review_spans if outcome else (),
        outputs=outcome.outputs if outcome else {},
        error_report=row.error_report,
        failure=row.failure,
        provider=row.profile.provider if row.job_id or outcome else None,
        endpoint=row.endpoint,
        job_id=row.job_id,
        transcription_id=row.transcription_id,
        submitted_at=row.submitted_at,
        transcribed_at=row.changed_at if row.state == "transcribed" else None,
        cost=outcome.cost if outcome else None,
        title=row.labels.title,
        client_item_id=row.labels.client_item_id,
        metadata=row.labels.metadata,
        decisions=row.decisions,
    )
