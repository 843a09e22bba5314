"""The calls of a store that tell nobody anything: they go to the rows as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from shared.model.batch.batch import Batch, BatchEntry, Part
from shared.model.batch.carrier import Carried, Stretch
from shared.model.batch.job import Job, JobItem
from shared.model.batch.recording import Recording, State
from shared.ports.state import BatchFilter, NoticedRows, OpenBatch, RecordingFacts


class Silent:
    """What `ports.state.BatchStore` has and nobody wants to hear of."""

    def __init__(self, rows: NoticedRows) -> None:
        self._rows = rows

    def batch(self, batch_id: str) -> Batch | None:
        return self._rows.batch(batch_id)

    def part(self, batch_id: str, number: int) -> Part | None:
        return self._rows.part(batch_id, number)

    def parts(self, batch_id: str) -> list[Part]:
        return self._rows.parts(batch_id)

    def entries(
        self, wanted: BatchFilter, *, after: str | None, most: int
    ) -> tuple[list[BatchEntry], str | None]:
        return self._rows.entries(wanted, after=after, most=most)

    def note_version(self, batch_id: str) -> str | None:
        return self._rows.note_version(batch_id)

    def open_batches(self, *, after: str = "") -> Iterator[OpenBatch]:
        return self._rows.open_batches(after=after)

    def job(self, batch_id: str, job_id: str) -> Job | None:
        return self._rows.job(batch_id, job_id)

    def jobs(self, batch_id: str, *, first: str | None = None) -> Iterator[Job]:
        return self._rows.jobs(batch_id, first=first)

    def planned_jobs(self, batch_id: str, first: str, last: str, most: int) -> list[Job]:
        return self._rows.planned_jobs(batch_id, first, last, most)

    def items_left(self, job: Stretch) -> Iterator[JobItem]:
        return self._rows.items_left(job)

    def items_of(self, jobs: Sequence[Job]) -> dict[str, list[JobItem]]:
        return self._rows.items_of(jobs)

    def part_left(self, part: Carried) -> tuple[Job | None, list[Recording]]:
        return self._rows.part_left(part)

    def any_left(self, job: Stretch) -> bool:
        return self._rows.any_left(job)

    def rows_left(
        self,
        job: Stretch,
        *,
        first: str | None = None,
        last: str | None = None,
        page: int | None = None,
    ) -> Iterator[Recording]:
        return self._rows.rows_left(job, first=first, last=last, page=page)

    def recording(self, batch_id: str, recording_id: str) -> Recording | None:
        return self._rows.recording(batch_id, recording_id)

    def recordings(
        self,
        batch_id: str,
        *,
        state: State | None = None,
        job_id: str | None = None,
        first: str | None = None,
        last: str | None = None,
        page: int | None = None,
    ) -> Iterator[Recording]:
        return self._rows.recordings(
            batch_id, state=state, job_id=job_id, first=first, last=last, page=page
        )

    def recording_ids(self, first_batch: str, last_batch: str) -> Iterator[str]:
        return self._rows.recording_ids(first_batch, last_batch)

    def facts(self, batch_id: str) -> Iterator[RecordingFacts]:
        return self._rows.facts(batch_id)

    def list_batch(self, batch: Batch) -> None:
        self._rows.list_batch(batch)

    def save_part(self, part: Part) -> None:
        self._rows.save_part(part)

    def take_note(self, batch_id: str, now: datetime, lease: timedelta) -> str | None:
        return self._rows.take_note(batch_id, now, lease)

    def give_note_back(self, batch_id: str, version: str) -> None:
        self._rows.give_note_back(batch_id, version)

    def close_batch(self, batch_id: str, version: str) -> None:
        self._rows.close_batch(batch_id, version)

    def forget_recordings(self, batch: Batch, recordings: Sequence[Recording]) -> Batch:
        return self._rows.forget_recordings(batch, recordings)

    def forget(self, batch: Batch) -> Batch:
        return self._rows.forget(batch)

    def commit(
        self, batch: Batch, recordings: Sequence[Recording]
    ) -> tuple[Batch, list[Recording]]:
        return self._rows.commit(batch, recordings)
