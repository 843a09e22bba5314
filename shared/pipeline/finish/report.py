"""Writes the reports of a batch that is over."""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile

import msgspec

from shared.errors import (
    StoreConflict,
)
from shared.log import event
from shared.model.batch.batch import Batch
from shared.model.batch.recording import Recording
from shared.model.batch.report import BatchReport, ReportItem, build_report
from shared.outputs.report import FORMATS
from shared.ports.blobs import Outputs
from shared.ports.queue import Clock
from shared.ports.state import BatchStore

KEPT_IN_MEMORY_BYTES = 1_000_000


_item_decoder = msgspec.json.Decoder(ReportItem)


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
