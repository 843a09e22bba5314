"""Small batches whose last recordings were in one slice are reported where that was written."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import NamedTuple

from shared.errors import DropscribeError
from shared.log import event
from shared.messages import Finish, step_of
from shared.model.batch.batch import Batch
from shared.model.job.job import OVER, Job
from shared.pipeline.fail.parts import EndedPart
from shared.pipeline.finish.batch import may_be_reported
from shared.pipeline.finish.report import ReportBatch
from shared.ports.ground import UseCase
from shared.ports.state import Whole


class _Reported(NamedTuple):
    """The header as it is stored, and the note as it was before the rows were read."""

    batch: Batch
    note: str


@dataclass(frozen=True, kw_only=True)
class FinishFew(UseCase):
    """Each for itself up to its header; then all are listed, and then closed, together: in the same
    order as a batch alone, so who dies in between leaves notes, by which the sweep finds them.

    Nothing is read again: what came in since a note was read has renewed it, and then that batch
    cannot be closed, and is looked at once more. That others report on it at the same moment is
    kept apart only where it has several jobs: who ends the one job that there is is mostly alone,
    and if not, the header tells whose report holds. What is not as simple as that, or fails, is
    left to the queue."""

    report: ReportBatch
    pool: Executor

    def __call__(self, ended: Sequence[EndedPart]) -> None:
        done = [one for one in self.pool.map(self._tried, ended) if one is not None]
        left = [one.batch.id for one in done]
        try:
            if done:
                self.store.list_batches([one.batch for one in done])
                left = self.store.close_batches([(one.batch.id, one.note) for one in done])
        except DropscribeError as error:
            _tell(error)
        for batch_id in left:
            self.queue.send(Finish(batch_id=batch_id))

    def _tried(self, one: EndedPart) -> _Reported | None:
        """None: there is nothing left to do about it here."""
        try:
            if one.whole is not None and one.note is not None and _is_simple(one.whole):
                return self._reported(one.whole, one.note)
        except Exception as error:
            _tell(error)
        self.queue.send(Finish(batch_id=one.batch_id))
        return None

    def _reported(self, whole: Whole, note: str) -> _Reported | None:
        batch = whole.batch
        assert batch is not None
        if not (may_be_reported(batch) and all(_is_gone(job) for job in whole.jobs)):
            return None
        done = self.report.unlisted(batch, whole.recordings)
        return None if done is None else _Reported(done, note)


def _is_simple(whole: Whole) -> bool:
    """Of a cancelled batch error reports may have to be taken back."""
    return len(whole.jobs) == 1 and whole.batch is not None and whole.batch.cancelled_at is None


def _is_gone(job: Job) -> bool:
    """Whether it is over and nothing of it is at a provider but what others share: of that the
    carrier's own entry tells among the active jobs."""
    return job.state in OVER and job.carrier is not None


def _tell(error: Exception) -> None:
    event("step.queued", step=step_of(Finish), error=type(error).__name__, level=30)
