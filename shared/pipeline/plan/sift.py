"""Which of the waiting recordings of a batch are to be put into jobs."""

from __future__ import annotations

from dataclasses import dataclass

from shared.model.batch.batch import Batch
from shared.pipeline.plan.budget import SpendBudget
from shared.pipeline.plan.reuse import Groups, ReuseTranscripts
from shared.pipeline.plan.unchanged import FindUnchanged


@dataclass(frozen=True, kw_only=True)
class SiftWaiting:
    """What is nothing new, or has been transcribed under another name, needs no job, and what the
    budget does not allow gets none. The rest is left, in groups that may share a job."""

    unchanged: FindUnchanged
    reuse: ReuseTranscripts
    spend: SpendBudget

    def __call__(self, batch: Batch, waiting: Groups) -> Groups:
        return self.spend(batch, self.reuse(self.unchanged(waiting)))
