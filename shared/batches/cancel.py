"""A batch is cancelled: nothing more is sent, what is at a provider is deleted there, and what is
transcribed stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Literal

import msgspec

from shared.batches.insist import insist
from shared.errors import BatchMissing, StoreConflict
from shared.log import event
from shared.messages import Change, Finish
from shared.model.batch import transitions as batches
from shared.model.batch.batch import Batch
from shared.model.failure_texts import CANCELLED
from shared.model.job import transitions as jobs
from shared.model.job.carrier import is_single, partition_of, unsettled
from shared.model.job.job import OVER, Job
from shared.model.money.spending import money_back
from shared.model.recording.recording import Recording
from shared.pipeline.fail.copy import cancel_copy
from shared.pipeline.fail.parts import EndPart, NoteSettled
from shared.pipeline.fail.try_again_or_fail import FailRecording, SaveSettled
from shared.ports.ground import UseCase
from shared.ports.indices import Line
from shared.ports.provider import SpeechProvider
from shared.ports.state import ROWS_IN_TRANSACTION

ROWS_IN_RUN = 1_000
JOBS_IN_RUN = 25
"""A run that is cut short begins anew: it is small, so that each gets somewhere."""
Ended = Literal["ended", "conflict", "uncertain"]
"""What came of ending a job. "conflict": somebody else changed it, or one of its recordings, at the
same moment. "uncertain": it is a part, and nobody knows yet what became of its carrier's call."""


@dataclass(frozen=True, kw_only=True)
class CancelBatch(UseCase):
    """Asks for it; it is carried out by messages. A batch that is over stays as it is. Raises
    `BatchMissing`, `StoreConflict`."""

    def __call__(self, batch_id: str) -> Batch:
        return insist(lambda: self._ask(batch_id))

    def _ask(self, batch_id: str) -> Batch:
        batch = self.store.batch(batch_id)
        if batch is None or batch.is_gone:
            raise BatchMissing(f"there is no batch {batch_id}")
        if self.store.note_version(batch_id) is None:
            return batch
        if batch.cancelled_at is None:
            batch = batches.cancelled(batch, self.clock.now())
            self.store.save_batch(batch)
            event("batch.cancelled", batch=batch_id)
        self.queue.send(Change(batch_id=batch_id))
        return batch


@dataclass(frozen=True, kw_only=True)
class CarryOutCancel(UseCase):
    """Safe to repeat. A create call whose outcome is not known yet is waited for; results that
    are there are paid, and are written."""

    endpoints: Mapping[str, SpeechProvider]
    line: Line
    fail: FailRecording
    save_settled: SaveSettled
    end_part: EndPart
    note_settled: NoteSettled
    pool: Executor

    def __call__(self, batch: Batch, after: str = "") -> None:
        """`after` is the id of the job up to which it was done, or "": the recordings that wait
        for a job come first."""
        if not after and not self._gave_up_waiting(batch):
            return
        first = f"{after}!" if after else None  # sorts next
        run = list(islice(self._to_end(batch, first), JOBS_IN_RUN))
        ends = set(self.pool.map(self._has_ended, run))
        if "conflict" in ends:
            self._again(batch, after)  # somebody else is at one of them
            return
        if "uncertain" in ends:
            self._again(batch)
        if len(run) == JOBS_IN_RUN:
            self.queue.send(Change(batch_id=batch.id, after=run[-1].id))
        else:
            if self._is_uncertain(batch):
                self._again(batch)
            self.queue.send(Finish(batch_id=batch.id))

    def _again(self, batch: Batch, after: str = "") -> None:
        pause = timedelta(seconds=self.policy.submit_within_seconds)
        self.queue.send(Change(batch_id=batch.id, after=after), after=pause)

    def _gave_up_waiting(self, batch: Batch) -> bool:
        """Whether no recording waits for a job any more."""
        found = self.store.recordings(batch.id, state="waiting", page=ROWS_IN_RUN)
        waiting = list(islice(found, ROWS_IN_RUN))
        self._give_up(waiting)
        if len(waiting) == ROWS_IN_RUN:
            self.queue.send(Change(batch_id=batch.id))
            return False
        return True

    def _to_end(self, batch: Batch, first: str | None) -> Iterator[Job]:
        """What a part that is over shared is not this batch's to delete."""
        for job in self.store.jobs(batch.id, first=first):
            if job.state == "carried":
                yield job
            elif job.carrier is not None:
                continue
            elif is_cancelled(job):
                if not job.is_emptied:
                    yield job
            elif job.state not in OVER and not _is_past_stopping(job):
                yield job

    def _is_uncertain(self, batch: Batch) -> bool:
        """Whether the outcome of a create call has to be waited for. One that is not listed yet
        is found by the sweep."""
        mine = [entry for entry in self.active.all() if entry.batch_id == batch.id]
        return any(entry.transcription_id is None for entry in mine)

    def _has_ended(self, job: Job) -> Ended:
        try:
            if job.state == "carried":
                return "uncertain" if self._end_part(job) else "ended"
            self._end(job)
        except StoreConflict:
            return "conflict"
        return "ended"

    def _end(self, job: Job) -> None:
        """From the first line on nobody else decides what becomes of its recordings, whose error
        reports are stored before their rows. The copy goes also where its profile would keep it:
        it is not finished."""
        if is_single(job):
            job = self._with_recording(job)
        else:
            if not is_cancelled(job):
                job = self._saved(jobs.failed(job, CANCELLED, self.clock.now()))
            left = list(self.store.rows_left(job))
            self._give_up(left if job.is_sent else map(money_back, left))
        provider = self.endpoints.get(job.endpoint or "")
        if provider is not None and job.transcription_id:
            cancel_copy(job, provider)
        self.active.remove(job.id)
        self.line.leave([job])
        self.store.save(msgspec.structs.replace(job, is_emptied=True))

    def _with_recording(self, job: Job) -> Job:
        """A job of one recording ends together with it, for its result may be written by somebody
        who does not read the job. The error report comes after both, and is put again by whoever
        follows one that died before it had said that the job is emptied."""
        if not is_cancelled(job):
            left = list(self.store.rows_left(job))
            given_up = [
                self.fail.unreported(row if job.is_sent else money_back(row), CANCELLED)
                for row in left
            ]
            job = self._saved(jobs.failed(job, CANCELLED, self.clock.now()), given_up)
        row = self.store.recording(job.batch_id, job.first)
        if row is not None and row.state == "failed" and row.job_id == job.id:
            path = self.fail.put_again(row)
            if path != row.error_report:
                self.store.save(None, [msgspec.structs.replace(row, error_report=path)])
        return job

    def _saved(self, job: Job, rows: Sequence[Recording] = ()) -> Job:
        saved = self.store.save(job, rows)
        assert saved is not None
        return saved

    def _end_part(self, job: Job) -> bool:
        """What others share goes on for them: this part is settled alone, and the copy goes with
        the last one. Returns whether that has to be waited for: the call is about to be made, or
        nobody knows what came of it. Results that are there are written."""
        carrier = self.store.job(partition_of(job.carrier or ""), job.carrier or "")
        if carrier is None or carrier.state not in ("submitted", "collecting"):
            return True
        if carrier.state == "submitted":
            self._give_up(self.store.rows_left(job))
        elif self.store.any_left(job):
            return False
        mine = [one for one in unsettled(carrier) if one.id == job.id]
        for part in mine:
            self.end_part(part, msgspec.structs.replace(carrier, failure=CANCELLED))
        self.note_settled(carrier, [part.number for part in mine])
        return False

    def _give_up(self, rows: Iterable[Recording]) -> None:
        self.save_settled(self._failed(iter(rows)))

    def _failed(self, rows: Iterator[Recording]) -> Iterator[Recording]:
        """Side by side, as many as are saved together: no more reports than rows."""
        while part := list(islice(rows, ROWS_IN_TRANSACTION)):
            yield from self.pool.map(self._cancelled, part)

    def _cancelled(self, row: Recording) -> Recording:
        return self.fail(row, CANCELLED)


def _is_past_stopping(job: Job) -> bool:
    """Its call is about to be made, or its results are there."""
    is_answered = bool(job.lane) and job.state == "submitted"
    return is_answered or job.state in ("submitting", "collecting")


def is_cancelled(job: Job) -> bool:
    return job.failure is not None and job.failure.code == CANCELLED.code
