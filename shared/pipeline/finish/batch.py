"""Is a batch over? Then it is reported, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shared.errors import StoreConflict
from shared.messages import Finish
from shared.model.batch.batch import Batch
from shared.model.batch.carrier import is_carrier
from shared.model.batch.job import OVER
from shared.pipeline.finish.job import FinishJob
from shared.pipeline.finish.report import ReportBatch
from shared.ports.ground import UseCase


@dataclass(frozen=True, kw_only=True)
class FinishBatch(UseCase):
    """First the job that the message names, if it names one, and then the batch. Safe to repeat
    from any point: each step looks at what is there before it acts."""

    finish_job: FinishJob
    report: ReportBatch

    def __call__(self, message: Finish) -> None:
        if message.job_id is not None:
            job = self.store.job(message.batch_id, message.job_id)
            if job is not None and (not self.finish_job(job) or is_carrier(job)):
                return
        batch = self._over(message.batch_id)
        if batch is None:
            return
        lease = timedelta(seconds=self.policy.stuck_after_seconds)
        note = self.store.take_note(batch.id, self.clock.now(), lease)
        if note is not None:  # of many jobs that end together one is enough to report
            self._report_and_close(batch, note)

    def _over(self, batch_id: str) -> Batch | None:
        """The batch, if it is open and, by all that its jobs tell, nothing is left to do."""
        if self.active.any_of(batch_id):
            return None
        note = self.store.note_version(batch_id)
        batch = self.store.batch(batch_id)
        if note is None or batch is None or not batch.is_settled:
            return None
        is_over = all(job.state in OVER for job in self.store.jobs(batch_id))
        return batch if is_over else None

    def _report_and_close(self, batch: Batch, note: str) -> None:
        is_reported = False
        try:
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
