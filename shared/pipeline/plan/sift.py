"""Which of the waiting recordings of a batch are to be put into jobs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from shared.model.batch.batch import Batch
from shared.model.job.job_key import job_key
from shared.model.recording.recording import Recording
from shared.pipeline.plan.budget import SpendBudget
from shared.pipeline.plan.companions import ReadCompanions
from shared.pipeline.plan.reuse import Groups, ReuseTranscripts
from shared.pipeline.plan.unchanged import FindUnchanged
from shared.pipeline.plan.written import FindWritten
from shared.pipeline.prepare.ask import AskToPrepare


class Sifted(NamedTuple):
    """Recordings by what a job must share, and when more of them can be planned, if ever."""

    groups: Groups
    due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class SiftWaiting:
    """What waits for its companion is not planned yet. What is nothing new, has a transcript that
    no row knows, or has been transcribed under another name, needs no job; what is not ready for
    its provider is made so first, and what the budget does not allow gets none."""

    companions: ReadCompanions
    unchanged: FindUnchanged
    written: FindWritten
    reuse: ReuseTranscripts
    prepare: AskToPrepare
    spend: SpendBudget

    def __call__(self, batch: Batch, waiting: Sequence[Recording], now: datetime) -> Sifted:
        looked = self.companions(waiting, now)
        groups = self.reuse(grouped(self.written(self.unchanged(looked.rows))))
        ready = self.prepare(groups, now)
        due = [at for at in (looked.due_at, ready.due_at) if at is not None]
        return Sifted(self.spend(batch, ready.groups), min(due, default=None))


def grouped(rows: Iterable[Recording]) -> Groups:
    groups: Groups = {}
    for row in rows:
        groups.setdefault(job_key(row.profile, row.cohort), []).append(row)
    return groups
