"""The rows of a slice: of one batch, or of several where the job is a carrier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from shared.messages import SliceItem
from shared.model.job.carrier import Carried, Stretch, is_carrier, number_of, unsettled
from shared.model.job.job import Job
from shared.model.recording.recording import Recording
from shared.ports.state import BatchStore, Whole

FEW = 10
"""Recordings of a part whose batch may be small."""


@dataclass(frozen=True, kw_only=True)
class OfPart:
    """What a slice has of one batch. `rows` are the recordings that still wait for their result, by
    id; `is_all` tells that those are all that wait in this part, and `job` is its row, if it was
    read with them. Of a small batch `whole` is all of it, and `note` its note
    before that was read."""

    part: Stretch
    items: Sequence[SliceItem]
    rows: dict[str, Recording]
    is_all: bool = False
    job: Job | None = None
    whole: Whole | None = None
    note: str | None = None

    def saved(self, job: Job | None, rows: Iterable[Recording]) -> OfPart:
        """As it is once these were saved."""
        if self.whole is None:
            return self
        now = {row.id: row for row in rows}
        jobs = [job if job is not None and one.id == job.id else one for one in self.whole.jobs]
        recordings = [now.get(row.id, row) for row in self.whole.recordings]
        return replace(self, whole=Whole(self.whole.batch, jobs, recordings))


def rows_of(items: Sequence[SliceItem], job: Job, store: BatchStore) -> Iterator[OfPart]:
    """Part by part, without those that are settled: a slice comes back for as long as its provider
    is asked too often. A part that fits into a slice is read whole, together with its row."""
    if not is_carrier(job):
        yield _stretch(job, items, store)
        return
    parts = {part.number: part for part in unsettled(job)}
    for number, some in groupby(items, key=lambda item: item.part):
        if number in parts:
            part, mine = parts[number], list(some)
            yield (
                _part(part, mine, store)
                if part.recordings <= len(mine)
                else _stretch(part, mine, store)
            )


def _stretch(part: Stretch, items: Sequence[SliceItem], store: BatchStore) -> OfPart:
    ids = [item.recording_id for item in items]
    rows = {row.id: row for row in store.rows_left(part, first=min(ids), last=max(ids))}
    return OfPart(part=part, items=items, rows=rows)


def _part(part: Carried, items: Sequence[SliceItem], store: BatchStore) -> OfPart:
    """With all of its batch, where that is small."""
    note = store.note_version(part.batch_id) if part.recordings <= FEW else None
    whole = store.whole(part.batch_id) if note is not None else None
    if whole is not None:
        mine = (row for row in whole.recordings if row.job_id == part.id)
        return OfPart(
            part=part,
            items=items,
            rows={row.id: row for row in mine if row.state == "planned"},
            is_all=True,
            job=next((job for job in whole.jobs if job.id == part.id), None),
            whole=whole,
            note=note,
        )
    job, rows = store.part_left(part)
    return OfPart(part=part, items=items, rows={row.id: row for row in rows}, is_all=True, job=job)


def number(of_part: OfPart) -> int:
    """Of the part in its carrier."""
    return number_of(of_part.part) or 0
