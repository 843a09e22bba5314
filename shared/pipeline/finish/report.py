"""Writes the reports of a batch that is over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import Literal

import msgspec

from shared.errors import StoreConflict
from shared.log import event
from shared.model.batch.batch import Batch, Totals
from shared.model.batch.report import BatchReport, ReportItem, build_report
from shared.model.batch.transitions import distrusted, reported
from shared.model.insights.translation import is_same_language
from shared.model.keeping.due import Days, days_of
from shared.model.keeping.removal import is_asked
from shared.model.keeping.told_in_report import kept_for
from shared.model.recording.output_names import insights_name, translated_name
from shared.model.recording.recording import Recording, insights_of, sentiment_of
from shared.outputs.report import FORMATS
from shared.outputs.report.html_writer import write_html
from shared.pipeline.finish.said import ReadSaid, is_told
from shared.ports.blobs import Outputs
from shared.ports.queue import Clock
from shared.ports.state import BatchStore

KEPT_IN_MEMORY_BYTES = 1_000_000
_item_decoder = msgspec.json.Decoder(ReportItem)


class _Items:
    """The items of a report, which lie in a file and can be read as often as one likes."""

    def __init__(self, file: SpooledTemporaryFile[bytes]) -> None:
        self._file = file
        self.profiles: set[str] = set()
        self.count = self.deleted = 0
        self.kept: dict[str, Days] = {}

    def add(self, row: Recording) -> None:
        self._file.write(msgspec.json.encode(_item(row)) + b"\n")
        self.profiles.add(row.profile.name)
        self.count += 1
        if is_asked(row, "contents"):
            self.deleted += 1
        else:
            self.kept[row.profile.name] = days_of(row.profile)

    def __iter__(self) -> Iterator[ReportItem]:
        self._file.seek(0)
        return map(_item_decoder.decode, self._file)


@dataclass(frozen=True, kw_only=True)
class ReportBatch:
    """Write the reports, unless a recording is still on its way. Whether they are there. Raises
    `StoreConflict` where somebody else changed the batch meanwhile."""

    store: BatchStore
    outputs: Outputs
    reports_container: str
    clock: Clock

    def __call__(self, batch: Batch) -> bool:
        done = self._reported(batch, self.store.recordings(batch.id), lists=True)
        if done is batch:
            self.store.list_batch(batch)  # a plan without anything to do listed it as running
        return done is not None

    def unlisted(self, batch: Batch, rows: Iterable[Recording]) -> Batch | None:
        """The header as it is now, whose entry in the list is left to the caller, to be written
        before the note goes. `rows` are all its recordings, read after the header. None: one of
        them is still on its way."""
        return self._reported(batch, rows, lists=False)

    def _reported(self, batch: Batch, rows: Iterable[Recording], *, lists: bool) -> Batch | None:
        """The batch itself, where there is a report on so many already."""
        with SpooledTemporaryFile(max_size=KEPT_IN_MEMORY_BYTES) as file:
            items = _Items(file)
            for row in rows:
                if not row.is_terminal:
                    return None
                items.add(row)
            if batch.finished_at is not None and batch.reported == items.count:
                return batch
            header = self._write(batch, items)
        done = self._save(batch, header, items.count, lists)
        if header.finished_at != batch.finished_at:
            _tell(header)
        return done

    def _write(self, batch: Batch, items: _Items) -> BatchReport:
        header = build_report(
            items,
            batch_id=batch.id,
            title=batch.title,
            profiles=sorted(items.profiles),
            origin=batch.origin,
            created_at=batch.created_at,
            finished_at=self._finished_at(batch),
            accepted=items.count,
            deadline_at=batch.deadline_at,
            budget=batch.budget,
            notes=kept_for(items.kept, items.deleted),
        )
        for name, report in FORMATS.items():
            path = f"{self.reports_container}/{batch.id}.{name}"
            pieces = self._page(header, items) if name == "html" else report.write(header, items)
            self.outputs.put_stream(path, pieces, report.media_type)
            event("report.written", batch=batch.id, format=name)
        return header

    def _finished_at(self, batch: Batch) -> datetime:
        """A report that is only written anew does not make a batch younger, and is not news."""
        before = batch.finished_at if batch.reported < 0 else None
        return before or self.clock.now()

    def _page(self, header: BatchReport, items: _Items) -> Iterator[bytes]:
        said = ReadSaid(outputs=self.outputs) if is_told(header) else None
        return write_html(header, items, said=said)

    def _save(self, batch: Batch, header: BatchReport, recordings: int, lists: bool) -> Batch:
        counts = header.counts
        done = reported(
            batch,
            recordings,
            counts.failed,
            header.finished_at,
            unchanged=counts.unchanged,
            totals=_totals(header),
        )
        try:
            self.store.save_batch(done, lists=lists)
        except StoreConflict:
            self._distrust(batch.id)
            raise
        return done

    def _distrust(self, batch_id: str) -> None:
        """Somebody else reported meanwhile, and nobody knows whose files lie on top: the batch is
        opened for another report, whatever the books say. One that is being deleted needs none."""
        there = self.store.batch(batch_id)
        if there is not None and not there.is_gone:
            self.store.save_batch(distrusted(there))
            self.store.open_batch(there)


def _totals(header: BatchReport) -> Totals:
    cost = header.cost
    return Totals(
        transcribed=header.counts.transcribed,
        needs_review=header.counts.needs_review,
        audio_ms=header.audio_ms,
        cost_amount=cost.amount if cost else None,
        cost_currency=cost.currency if cost else "",
    )


def _tell(header: BatchReport) -> None:
    counts = header.counts
    event(
        "batch.completed",
        batch=header.batch_id,
        accepted=counts.accepted,
        transcribed=counts.transcribed,
        failed=counts.failed,
        unchanged=counts.unchanged,
        audio_ms=header.audio_ms,
        seconds=int((header.finished_at - header.created_at).total_seconds()),
        cost=header.cost.amount if header.cost else None,
        currency=header.cost.currency if header.cost else None,
    )


def _outputs(row: Recording) -> dict[str, str]:
    """With where insights and translations lie, or will: the report does not wait for them."""
    written = _with_translations(row)
    if insights_of(row) is None or "json" not in written:
        return written
    there = row.understanding
    made = there.path if there is not None else None
    return {**written, "insights": made or insights_name(written["json"])}


def _with_translations(row: Recording) -> dict[str, str]:
    """The JSON of each, but of those of which it is known that there will be none."""
    written = row.outcome.outputs if row.outcome else {}
    if row.state != "transcribed" or row.outcome is None or "json" not in written:
        return written
    path, spoken = written["json"], row.outcome.language
    wanted = [one for one in row.profile.translations if not is_same_language(one, spoken)]
    return written | {f"json.{one}": translated_name(path, path, one) for one in wanted}


def _item(row: Recording) -> ReportItem:
    outcome, audio = row.outcome, row.audio
    return ReportItem(
        recording_id=row.id,
        container=row.container,
        name=row.name,
        etag=row.etag,
        bytes=row.bytes,
        state=_state(row),
        attempts=row.attempt,
        duration_ms=audio.duration_ms if audio else None,
        channels=audio.channels if audio else None,
        language=outcome.language if outcome else None,
        confidence=outcome.confidence if outcome else None,
        needs_review=outcome.needs_review if outcome else False,
        review_spans=outcome.review_spans if outcome else (),
        outputs=_outputs(row),
        error_report=row.error_report,
        failure=row.failure,
        provider=row.profile.provider if row.job_id or row.state == "transcribed" else None,
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
        same_as=row.same_as,
        conversation=outcome.conversation if outcome else None,
        sentiment=sentiment_of(row),
    )


def _state(row: Recording) -> Literal["transcribed", "failed", "unchanged"]:
    """Of a row that is terminal."""
    return row.state if row.state in ("transcribed", "unchanged") else "failed"
