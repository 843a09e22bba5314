"""The guarantee beneath the messages: find what is stuck and put it back on its way."""

from __future__ import annotations

from collections.abc import Container, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from shared.errors import DropscribeError, StoreConflict
from shared.log import event
from shared.messages import Change, Collect, Expand, Finish, Message, Plan, Submit, go_along
from shared.model.batch.batch import Batch
from shared.model.job.active_job import ActiveJob
from shared.model.job.carrier import partition_of, tombstone
from shared.model.job.job import OVER, Job
from shared.model.job.standing import is_silent
from shared.pipeline.fail.parts import EndPart
from shared.pipeline.submit.dissolve import PutBack
from shared.ports.ground import UseCase
from shared.ports.indices import Diaries, Diary, Line
from shared.ports.state import OpenBatch

PLACE = "sweep of batches"
KEPT_EVERY = 20
LONGEST = timedelta(minutes=4)
"""What comes after it in the same run has to have its turn, too."""


@dataclass(frozen=True, kw_only=True)
class SweepBatches(UseCase):
    """Look at every batch that has work to do, and tell how much is left. A batch that cannot be
    read does not keep the others from being looked at. Where there are many, the place is kept: who
    is cut short, or takes too long, is followed by one that begins there, so that each has its
    turn."""

    line: Line
    put_back: PutBack
    end_part: EndPart
    diaries: Diaries

    def __call__(self) -> None:
        listed = {entry.job_id for entry in self.active.all()}
        began = self.clock.now()
        backlog = _Backlog(began)
        diary = self.diaries.get(PLACE) or Diary(name=PLACE, done_at=began)
        for count, note in enumerate(self._from(diary.place), 1):
            try:
                self._look_at(note, listed, backlog)
            except DropscribeError as error:
                event("sweep.batch_skipped", batch=note.id, error=type(error).__name__, level=30)
            if count % KEPT_EVERY == 0:
                diary = self._kept(diary, note.id)
                if self.clock.now() - began > LONGEST:
                    event("sweep.cut_short", batches=count, level=30)
                    return
        backlog.tell()
        if diary.place:
            self._kept(diary, "")

    def _from(self, place: str) -> Iterator[OpenBatch]:
        """Once around: those behind the place, and then those up to it."""
        yield from self.store.open_batches(after=place)
        if place:
            for note in self.store.open_batches():
                if note.id > place:
                    return
                yield note

    def _kept(self, diary: Diary, place: str) -> Diary:
        diary = msgspec.structs.replace(diary, place=place, done_at=self.clock.now())
        with suppress(StoreConflict):  # another instance sweeps at the same time
            self.diaries.save(diary)
        return self.diaries.get(PLACE) or diary

    def _look_at(self, note: OpenBatch, listed: Container[str], backlog: _Backlog) -> None:
        batch, now = self.store.batch(note.id), self.clock.now()
        if batch is None or now < batch.closes_at + timedelta(seconds=self.policy.settle_seconds):
            return
        if batch.cancelled_at or batch.retry_at or batch.deleting or batch.removing:
            self.queue.send(Change(batch_id=batch.id))
        if batch.deleting:
            return
        backlog.add_batch(batch)
        grows = batch.is_expanding and not self._expand_again(batch.id)
        has_open_job = self._look_at_jobs(batch.id, listed, backlog)
        if grows:
            return  # it is planned when all is there
        is_reported_on = note.reporting_at is not None and not self._is_overdue(note.reporting_at)
        if (not has_open_job and not is_reported_on) or self._has_waiting(batch.id):
            self.queue.send(Plan(batch_id=batch.id))

    def _look_at_jobs(self, batch_id: str, listed: Container[str], backlog: _Backlog) -> bool:
        """Whether one of them is still open."""
        has_open_job = False
        for job in self.store.jobs(batch_id):
            if job.state not in OVER:
                has_open_job = True
                backlog.add_job(job)
            self._look_at_job(job, listed, backlog)
        return has_open_job

    def _look_at_job(self, job: Job, listed: Container[str], backlog: _Backlog) -> None:
        if job.state == "carried":
            if is_silent(job, self.policy, self.clock.now()):
                self._look_at_part(job, listed, backlog)
            return
        if job.state != "planned" or not backlog.stands_in_line(job, self.line):
            self._hand_on(job)
        if job.id not in listed:
            self._list_again(job)

    def _look_at_part(self, part: Job, listed: Container[str], backlog: _Backlog) -> None:
        """Its carrier is looked at once. One that was claimed for and never written is declared
        dead, so that it cannot be sent any more; what a dead one carried is planned again, and
        ended where nothing of it is left: what was declared dead does not know all its parts."""
        carrier_id = part.carrier or ""
        carrier = backlog.carriers.get(carrier_id)
        if carrier is None:
            carrier = self._carrier(carrier_id, part)
            backlog.carriers[carrier_id] = carrier
            self._hand_on(carrier)
            if carrier.id not in listed:
                self._list_again(carrier)
        if carrier.state not in OVER:
            return
        if self.store.any_left(part):
            self.put_back.part(part.batch_id, part.id, carrier_id)
            self.queue.send(go_along(part.waits_for))
        else:
            self.end_part(part, carrier)

    def _carrier(self, carrier_id: str, part: Job) -> Job:
        """Raises `StoreConflict` where it was written at this moment."""
        there = self.store.job(partition_of(carrier_id), carrier_id)
        if there is not None:
            return there
        dead = self.store.save(tombstone(carrier_id, part, self.clock.now()))
        assert dead is not None
        return dead

    def _expand_again(self, batch_id: str) -> bool:
        """Parts of which nothing was heard for too long; or the batch itself, if none is left.
        Whether there are such: otherwise somebody is at it."""
        left = [part for part in self.store.parts(batch_id) if not part.is_done]
        overdue = [part.number for part in left if self._is_overdue(part.changed_at)]
        if overdue:
            event("batch.expansion_overdue", batch=batch_id, parts=len(overdue), level=30)
        for number in overdue if left else [None]:
            self.queue.send(Expand(batch_id=batch_id, part=number))
        return bool(overdue) or not left

    def _hand_on(self, job: Job) -> None:
        if not is_silent(job, self.policy, self.clock.now()):
            return
        message = self._next_step(job)
        if message is not None:
            event("job.overdue", batch=job.batch_id, job=job.id, state=job.state, level=30)
            self.queue.send(message)

    def _next_step(self, job: Job) -> Message | None:
        """What the job has been waiting for, if any. Jobs at the provider are the poll's;
        unanswered create calls have a keeper of their own."""
        if job.state == "planned":
            return Submit(batch_id=job.batch_id, job_id=job.id)  # it lost its place in the line
        if job.state == "planning":
            return Plan(batch_id=job.batch_id)
        if job.state != "collecting" or not job.endpoint or not job.transcription_id:
            return None
        if not self.store.any_left(job):
            return Finish(batch_id=job.batch_id, job_id=job.id)
        return Collect(
            endpoint=job.endpoint,
            transcription_id=job.transcription_id,
            batch_id=job.batch_id,
            job_id=job.id,
        )

    def _list_again(self, job: Job) -> None:
        """A job that was written down, and whose entry in the index was not."""
        at_provider = job.state in ("submitting", "submitted", "collecting")
        patience = timedelta(seconds=self.policy.resolve_after_seconds)
        if not at_provider or not job.endpoint or self.clock.now() - job.changed_at <= patience:
            return
        self.active.put(
            ActiveJob(
                job_id=job.id,
                batch_id=job.batch_id,
                endpoint=job.endpoint,
                audio_ms=job.audio_ms,
                since_at=job.submitted_at or job.changed_at,
                transcription_id=job.transcription_id,
            )
        )

    def _has_waiting(self, batch_id: str) -> bool:
        return next(iter(self.store.recordings(batch_id, state="waiting")), None) is not None

    def _is_overdue(self, since: datetime) -> bool:
        return self.clock.now() - since >= timedelta(seconds=self.policy.stuck_after_seconds)


class _Backlog:
    """What is left to do, added up on the way."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._batches = self._jobs = self._recordings = 0
        self._oldest_at = now
        self._in_line: dict[str, set[str]] = {}
        self.carriers: dict[str, Job] = {}

    def stands_in_line(self, job: Job, line: Line) -> bool:
        """A line is read once, and not before somebody asks."""
        if job.waits_for not in self._in_line:
            self._in_line[job.waits_for] = set(line.jobs(job.waits_for))
        return job.id in self._in_line[job.waits_for]

    def add_batch(self, batch: Batch) -> None:
        self._batches += 1
        self._oldest_at = min(self._oldest_at, batch.created_at)

    def add_job(self, job: Job) -> None:
        self._jobs += 1
        self._recordings += job.recordings

    def tell(self) -> None:
        """Also when nothing is left: that it is told shows that the app is alive."""
        event(
            "backlog.measured",
            batches=self._batches,
            jobs=self._jobs,
            recordings=self._recordings,
            oldest_seconds=int((self._now - self._oldest_at).total_seconds()),
        )
