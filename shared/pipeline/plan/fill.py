"""Fills jobs with recordings, a transaction at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from shared.errors import StoreConflict
from shared.log import event
from shared.model.batch.batch import Batch
from shared.model.job import transitions as jobs
from shared.model.job.job import Job
from shared.model.job.job_item import JobItem
from shared.model.job.job_key import call_key
from shared.model.job.lane import lane_of
from shared.model.job.title import title_of
from shared.model.money.price import PriceTable
from shared.model.money.spending import price
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.spread import Span, span_of, turns
from shared.model.recording import transitions as rows
from shared.model.recording.recording import Recording
from shared.pipeline.plan.stand import StandInLine
from shared.ports.blobs import AudioBlobs
from shared.ports.ground import UseCase
from shared.ports.state import ROWS_IN_TRANSACTION

ROOM = ROWS_IN_TRANSACTION - 1  # beside the row of the job

Share = tuple[str, list[Recording]]
"""The id of a job to be, and its recordings."""


@dataclass(frozen=True, kw_only=True)
class FillJobs(UseCase):
    """Makes jobs of one group of recordings, which may share one, and announces them. Returns how
    many transactions lost: another planner has their recordings."""

    stand_in_line: StandInLine
    audio: AudioBlobs
    capabilities: Mapping[str, Capabilities]
    prices: PriceTable
    new_id: Callable[[], str]

    def __call__(self, group: Iterable[Recording], batch: Batch) -> int:
        """All are of that batch."""
        # In the order of their ids, whoever put the group together: a job holds what lies between
        # its first and its last.
        ordered = sorted(group, key=lambda row: row.id)
        profile = ordered[0].profile
        container = self._whole_container(ordered)
        limits = self.capabilities[profile.provider]
        most = len(ordered) if container else limits.most_files(profile.mode)
        parts = list(_chunks(ordered, most))
        span = span_of(profile.send, self.clock.now(), batch.deadline_at)
        if most < ROOM and len(parts) > 1:
            return self._fill_many(parts, batch, span)
        ids = [self.new_id() for _ in parts]
        turn_of = dict(zip(ids, turns(ids, span), strict=True)) if span is not None else {}
        return sum(
            self._fill_one(
                _empty(id_, part, self._lane(part), batch, container, turn_of.get(id_)), part
            )
            for id_, part in zip(ids, parts, strict=True)
        )

    def _whole_container(self, group: Sequence[Recording]) -> str | None:
        """The container that may go to the provider as a whole: its profile says so, and what is
        in it now is exactly what is in the group, version by version."""
        profile = group[0].profile
        limits = self.capabilities[profile.provider]
        if not profile.container_jobs or not limits.of(profile.mode).supports_container:
            return None
        if len(group) > (limits.recordings_per_container_job or 0):
            return None
        containers = {row.container for row in group}
        if len(containers) != 1 or any(row.web_url or row.copy for row in group):
            return None
        container = containers.pop()
        there = {(entry.name, entry.etag) for entry in self.audio.list(container)}
        return container if there == {(row.name, row.etag) for row in group} else None

    def _fill_many(self, parts: Sequence[list[Recording]], batch: Batch, span: Span | None) -> int:
        """Jobs that are small are stored whole, many in a transaction, and join the line together;
        their ids are in its order."""
        first, lane = self.new_id(), self._lane(parts[0])
        ids = [f"{first}{i:05}" for i in range(len(parts))]
        turn_of = dict(zip(ids, turns(ids, span), strict=True)) if span is not None else {}
        planned: list[Job] = []
        conflicts = 0
        for shares in _packed(zip(ids, parts, strict=True)):
            empty = [
                (_empty(id_, part, lane, batch, turn_at=turn_of.get(id_)), part)
                for id_, part in shares
            ]
            try:
                planned += self._store_whole(empty)
            except StoreConflict:
                conflicts += 1  # another planner has some of them; the rest is planned anew
        if planned:
            self._join(planned)
        return conflicts

    def _store_whole(self, shares: Iterable[tuple[Job, list[Recording]]]) -> list[Job]:
        whole: list[Job] = []
        taken: list[Recording] = []
        for empty, part in shares:
            job = self._grown(empty, part)
            whole.append(_with_item(jobs.planned(job, job.changed_at), part))
            taken += _taken(part, job)
        try:
            return self.store.save_jobs(whole, taken)
        except StoreConflict:
            saved = [self._saved_before(job) for job in whole]
            if None in saved:
                raise
            return [job for job in saved if job is not None]

    def _fill_one(self, job: Job, part: list[Recording]) -> int:
        conflicts = 0
        for some in _chunks(part, ROOM):
            try:
                job = self._add(job, some, is_last=some[-1] is part[-1])
            except StoreConflict:
                conflicts += 1
                if not job.recordings:
                    return conflicts  # another planner is filling a job from these; leave it to it
        if job.state == "planning" and job.recordings:
            job = self._add(job, [], is_last=True)
        if job.recordings:
            self._join([job])
        return conflicts

    def _lane(self, part: Sequence[Recording]) -> str:
        profile = part[0].profile
        return lane_of(profile.provider, profile.mode, self.capabilities[profile.provider])

    def _add(self, job: Job, part: list[Recording], *, is_last: bool) -> Job:
        grown = self._grown(job, part)
        if is_last:
            grown = _with_item(jobs.planned(grown, grown.changed_at), part)
        try:
            saved = self.store.save(grown, _taken(part, grown, job.recordings))
        except StoreConflict:
            saved = self._saved_before(grown)
            if saved is None:
                raise
        assert saved is not None
        return saved

    def _saved_before(self, job: Job) -> Job | None:
        """The job as it is stored, where the write that met a conflict was carried out: its answer
        was lost, and the storage client, repeating it, met its own work. Nobody else makes a job of
        that id, and what it holds came in the same transaction."""
        there = self.store.job(job.batch_id, job.id)
        if there is None or msgspec.structs.replace(there, version=job.version) != job:
            return None
        return there

    def _grown(self, job: Job, part: Sequence[Recording]) -> Job:
        last = part[-1].id if part else job.last
        audio_ms = sum(row.sent_ms for row in part)
        cost = sum(price(row, self.prices) or 0.0 for row in part)
        since_at = min((row.registered_at for row in part), default=None)
        return jobs.filled(job, last, len(part), audio_ms, self.clock.now(), cost, since_at)

    def _join(self, planned: Sequence[Job]) -> None:
        self.stand_in_line(planned)
        for job in planned:
            event("job.planned", batch=job.batch_id, job=job.id, recordings=job.recordings)


def _empty(
    job_id: str,
    part: Sequence[Recording],
    lane: str,
    batch: Batch,
    container: str | None = None,
    turn_at: datetime | None = None,
) -> Job:
    first, profile = part[0], part[0].profile
    stays_alone = container is not None or not profile.shares_jobs
    kind = "" if stays_alone else call_key(profile, first.cohort)
    job = jobs.planning(job_id, first.batch_id, profile, first.id, container, kind, lane)
    return msgspec.structs.replace(
        job, deadline_at=batch.deadline_at, turn_at=turn_at, title=title_of(batch.title, part)
    )


def _with_item(job: Job, part: Sequence[Recording]) -> Job:
    """`part` are the last recordings that it got."""
    if job.recordings != 1 or len(part) != 1 or job.whole_container is not None:
        return job
    [row] = part
    return msgspec.structs.replace(
        job,
        item=JobItem(
            batch_id=row.batch_id,
            id=row.id,
            container=row.container,
            name=row.name,
            etag=row.etag,
            bytes=row.bytes,
            web_url=row.web_url,
            item=row.item,
            job_index=0,
            copy=row.copy,
        ),
    )


def _taken(part: Iterable[Recording], job: Job, index: int = 0) -> list[Recording]:
    """The rows as those of the job, from this position on."""
    return [
        rows.planned(row, job.id, position, job.changed_at)
        for position, row in enumerate(part, index)
    ]


def _packed(shares: Iterable[Share]) -> Iterator[list[Share]]:
    """As many jobs, with their recordings, as fit into a transaction."""
    pack: list[Share] = []
    size = 0
    for share in shares:
        if size + 1 + len(share[1]) > ROOM:
            yield pack
            pack, size = [], 0
        pack.append(share)
        size += 1 + len(share[1])
    yield pack


def _chunks(group: list[Recording], size: int) -> Iterator[list[Recording]]:
    return (group[i : i + size] for i in range(0, len(group), size))
