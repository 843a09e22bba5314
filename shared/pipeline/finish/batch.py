"""Is a batch over? Then it is reported, once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from shared.errors import DropscribeError, StoreConflict
from shared.log import event
from shared.messages import Finish
from shared.model.batch.batch import Batch
from shared.model.job.carrier import is_carrier
from shared.model.job.job import OVER, Job
from shared.pipeline.fail.try_again_or_fail import FailRecording
from shared.pipeline.finish.job import FinishJob
from shared.pipeline.finish.report import ReportBatch
from shared.ports.ground import UseCase

BUSY_FOR = timedelta(seconds=5)
MOST_KNOWN = 10_000


class BusyBatches:
    """Batches that had other active jobs a moment ago, as far as this process knows, which of them
    did not end since, and for when it has sent a message to look again."""

    def __init__(self) -> None:
        self._jobs: dict[str, tuple[set[str], datetime]] = {}
        self._due: dict[str, datetime] = {}
        self._lock = Lock()

    def is_known(self, job: Job, now: datetime) -> bool:
        with self._lock:
            others, at = self._jobs.get(job.batch_id, (set(), now))
            others.discard(job.id)
            return bool(others) and now - at < BUSY_FOR

    def note(self, batch_id: str, job_ids: Iterable[str], now: datetime) -> None:
        with self._lock:
            if len(self._jobs) >= MOST_KNOWN:
                self._jobs.clear()
            self._jobs[batch_id] = (set(job_ids), now)

    def is_first(self, batch_id: str, now: datetime) -> bool:
        """Whether no message is on its way; then this one is."""
        with self._lock:
            if self._due.get(batch_id, now) > now:
                return False
            if len(self._due) >= MOST_KNOWN:
                self._due.clear()
            self._due[batch_id] = now + BUSY_FOR
            return True


@dataclass(frozen=True, kw_only=True)
class FinishBatch(UseCase):
    """First the job that the message names, if it names one, and then the batch. Safe to repeat
    from any point: each step looks at what is there before it acts."""

    finish_job: FinishJob
    report: ReportBatch
    fail: FailRecording
    busy: BusyBatches

    def __call__(self, message: Finish) -> None:
        if message.job_id is not None:
            job = self.store.job(message.batch_id, message.job_id)
            if job is not None and (not self.finish_job(job) or is_carrier(job)):
                return
        if not self.active.any_of(message.batch_id):
            self._end(message.batch_id)

    def _end(self, batch_id: str) -> None:
        """Of a batch of which no job is active, as somebody saw a moment ago."""
        batch = self._over(batch_id)
        if batch is None:
            return
        lease = timedelta(seconds=self.policy.stuck_after_seconds)
        note = self.store.take_note(batch.id, self.clock.now(), lease)
        if note is not None:  # of many jobs that end together one is enough to report
            self._report_and_close(batch, note)

    def end_single(self, job: Job) -> None:
        """Of a job of one recording that is over. Where another one of the batch was active a
        moment ago, whoever ends that one looks; and so does a message, in case it ended
        meanwhile."""
        try:
            self.finish_job.clear(job)
        except DropscribeError as error:  # its entry in the index leads back to it
            event("job.not_cleared", job=job.id, error=type(error).__name__, level=30)
            return
        now = self.clock.now()
        if self.busy.is_known(job, now):
            if self.busy.is_first(job.batch_id, now):
                self.queue.send(Finish(batch_id=job.batch_id), after=BUSY_FOR)
            return
        others = self.active.any_of(job.batch_id)
        if others:
            self.busy.note(job.batch_id, others, now)
            return
        self._end(job.batch_id)

    def _over(self, batch_id: str) -> Batch | None:
        """The batch, if it is open and, by all that its jobs tell, nothing is left to do."""
        note = self.store.note_version(batch_id)
        batch = self.store.batch(batch_id)
        if note is None or batch is None or not may_be_reported(batch):
            return None
        is_over = all(job.state in OVER for job in self.store.jobs(batch_id))
        return batch if is_over else None

    def _take_back_reports(self, batch: Batch) -> None:
        """Of recordings in jobs that others shared, which a cancel does not stop: it may have died
        when an error report was there and its row was not, and then the result came."""
        shared = {job.id for job in self.store.jobs(batch.id) if job.carrier is not None}
        if not shared:
            return
        for row in self.store.recordings(batch.id, state="transcribed"):
            if row.job_id in shared:
                self.fail.take_back(row)

    def _report_and_close(self, batch: Batch, note: str) -> None:
        is_reported = False
        try:
            if batch.cancelled_at is not None:
                self._take_back_reports(batch)
            is_reported = self.report(batch)
        finally:
            if not is_reported:
                self.store.give_note_back(batch.id, note)
        if not is_reported:
            return
        try:
            self.store.close_batch(batch.id, note)
        except StoreConflict:  # a recording came in while the report was written
            self.queue.send(Finish(batch_id=batch.id))


def may_be_reported(batch: Batch) -> bool:
    """Whether nobody is about to change what its recordings are."""
    return batch.is_settled and not batch.removing
