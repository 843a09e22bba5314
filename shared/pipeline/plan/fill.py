"""Fills jobs with recordings, a transaction at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

import msgspec

from shared.errors import StoreConflict
from shared.log import event
from shared.messages import Submit
from shared.model.batch.job import Job
from shared.model.batch.recording import Recording
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.profile import Profile
from shared.ports.queue import Clock, Queue
from shared.ports.state import BatchStore

ROWS_IN_TRANSACTION = 99  # and the job's own row makes 100, the table's limit


class _Filler:
    """Fills jobs from one group of recordings, a transaction at a time."""

    def __init__(
        self,
        group: list[Recording],
        *,
        store: BatchStore,
        queue: Queue,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        # In the order of their ids, whoever put the group together: a job holds what lies between
        # its first and its last.
        self._group = sorted(group, key=lambda row: row.id)
        self._store, self._queue = store, queue
        self._clock, self._new_id = clock, new_id

    def fill(self, limits: Capabilities, whole_container: str | None) -> int:
        """Make the jobs and announce them. Returns how many transactions lost."""
        most = (
            len(self._group) if whole_container else limits.most_files(self._group[0].profile.mode)
        )
        parts = list(_chunks(self._group, most))
        if most < ROWS_IN_TRANSACTION and len(parts) > 1:
            return self._fill_line(parts)
        return sum(self._fill_one(part, whole_container) for part in parts)

    def _fill_line(self, parts: list[list[Recording]]) -> int:
        """Jobs that are small are stored whole, many in a transaction, and wait in a line: one
        message sends them all, one after the other."""
        line = self._new_id()
        numbered = [(f"{line}{number:05}", part) for number, part in enumerate(parts)]
        planned: list[Job] = []
        conflicts = 0
        for some in _packed(numbered):
            jobs = [self._whole(job_id, part, line) for job_id, part in some]
            rows = [
                row for job, (_, part) in zip(jobs, some, strict=True) for row in _taken(part, job)
            ]
            try:
                planned += self._store.save_jobs(jobs, rows)
            except StoreConflict:
                conflicts += 1  # another planner has some of them; the rest is planned anew
        if planned:
            first, last = planned[0], planned[-1]
            self._queue.send(Submit(batch_id=first.batch_id, job_id=first.id, last=last.id))
        for job in planned:
            event("job.planned", batch=job.batch_id, job=job.id, recordings=job.recordings)
        return conflicts

    def _whole(self, job_id: str, part: list[Recording], line: str) -> Job:
        job = _empty_job(job_id, part[0].batch_id, part[0].profile, None, part[0].id)
        return msgspec.structs.replace(
            job,
            state="planned",
            line=line,
            last=part[-1].id,
            recordings=len(part),
            audio_ms=sum(row.duration_ms for row in part),
            changed_at=self._clock.now(),
        )

    def _fill_one(self, part: list[Recording], whole_container: str | None) -> int:
        profile = part[0].profile
        job = _empty_job(self._new_id(), part[0].batch_id, profile, whole_container, part[0].id)
        conflicts = 0
        for rows in _chunks(part, ROWS_IN_TRANSACTION):
            try:
                job = self._add(job, rows, is_last=rows[-1] is part[-1])
            except StoreConflict:
                conflicts += 1
                if not job.recordings:
                    return conflicts  # another planner is filling a job from these; leave it to it
        if job.state == "planning" and job.recordings:
            job = self._add(job, [], is_last=True)
        if job.recordings:
            self._queue.send(Submit(batch_id=job.batch_id, job_id=job.id))
            event("job.planned", batch=job.batch_id, job=job.id, recordings=job.recordings)
        return conflicts

    def _add(self, job: Job, rows: list[Recording], *, is_last: bool) -> Job:
        now = self._clock.now()
        grown = msgspec.structs.replace(
            job,
            state="planned" if is_last else "planning",
            last=rows[-1].id if rows else job.last,
            recordings=job.recordings + len(rows),
            audio_ms=job.audio_ms + sum(row.duration_ms for row in rows),
            changed_at=now,
        )
        saved = self._store.save(grown, _taken(rows, grown, job.recordings))
        assert saved is not None
        return saved


def _empty_job(
    job_id: str, batch_id: str, profile: Profile, whole_container: str | None, first: str
) -> Job:
    return Job(
        batch_id=batch_id,
        id=job_id,
        provider=profile.provider,
        options=profile.options,
        mode=profile.mode,
        keep_provider_copy=profile.keep_provider_copy,
        changed_at=datetime.min,
        first=first,
        last=first,
        recordings=0,
        audio_ms=0,
        whole_container=whole_container,
    )


def _taken(rows: list[Recording], job: Job, index: int = 0) -> list[Recording]:
    """The rows as those of the job, from this position on."""
    return [
        msgspec.structs.replace(
            row,
            state="planned",
            job_id=job.id,
            job_index=index + i,
            changed_at=job.changed_at,
            not_before_at=None,
        )
        for i, row in enumerate(rows)
    ]


def _packed(
    parts: Iterable[tuple[str, list[Recording]]],
) -> Iterator[list[tuple[str, list[Recording]]]]:
    """As many jobs, with their recordings, as fit into a transaction."""
    pack: list[tuple[str, list[Recording]]] = []
    rows = 0
    for part in parts:
        if rows + 1 + len(part[1]) > ROWS_IN_TRANSACTION:
            yield pack
            pack, rows = [], 0
        pack.append(part)
        rows += 1 + len(part[1])
    yield pack


def _chunks(rows: list[Recording], size: int) -> Iterable[list[Recording]]:
    return (rows[i : i + size] for i in range(0, len(rows), size))
