"""Before recordings are planned: what their batch's deadline and budget say of them.

What a batch may cost is counted from its recordings. It is added to in one transaction with the
header, on the version that was read before counting, so that two planners cannot both spend the
rest of a budget.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.log import event
from shared.model.batch.batch import Batch
from shared.model.job.job_key import job_key
from shared.model.money.price import PriceTable
from shared.model.money.spending import Verdict, is_decided, is_near, judge, needs
from shared.model.profile.capabilities import Capabilities
from shared.model.recording.recording import Recording
from shared.pipeline.fail.try_again_or_fail import FailRecording, SaveSettled
from shared.pipeline.plan.reuse import Groups
from shared.ports.queue import Clock
from shared.ports.state import ROWS_IN_TRANSACTION, BatchStore

ROOM = ROWS_IN_TRANSACTION - 1  # beside the header


@dataclass(frozen=True, kw_only=True)
class SpendBudget:
    """The waiting recordings that may be planned, by what a job must share. What the budget does
    not allow fails."""

    store: BatchStore
    fail: FailRecording
    save_settled: SaveSettled
    capabilities: Mapping[str, Capabilities]
    prices: PriceTable
    clock: Clock

    def __call__(self, batch: Batch, groups: Groups) -> Groups:
        """`batch` is as it was read before the recordings. Raises `StoreConflict` where somebody
        else changed it meanwhile."""
        if batch.budget is None and batch.deadline_at is None:
            return groups
        purse = self._purse(batch, [row for group in groups.values() for row in group])
        kept: list[Recording] = []
        for part in purse.parts():
            verdicts = [purse.judge(row) for row in part]
            rows = purse.commit([verdict.row for verdict in verdicts])
            kept += [row for row, v in zip(rows, verdicts, strict=True) if v.failure is None]
            self._refuse(batch, rows, verdicts)
        return _grouped(kept)

    def _purse(self, batch: Batch, rows: list[Recording]) -> _Purse:
        return _Purse(
            batch,
            rows,
            store=self.store,
            capabilities=self.capabilities,
            prices=self.prices,
            now=self.clock.now(),
        )

    def _refuse(self, batch: Batch, rows: Iterable[Recording], verdicts: Iterable[Verdict]) -> None:
        """Their rows are ours since the header was written: no report is stored for a recording
        that another planner takes."""
        refused = [
            self.fail(row, verdict.failure)
            for row, verdict in zip(rows, verdicts, strict=True)
            if verdict.failure is not None
        ]
        if refused:
            self.save_settled(refused)
            event("batch.over_budget", batch=batch.id, recordings=len(refused), level=30)


class _Purse:
    """What a batch has spent and committed, the version of the header for which that holds, and
    what the recordings that were not judged yet need."""

    def __init__(
        self,
        batch: Batch,
        rows: list[Recording],
        *,
        store: BatchStore,
        capabilities: Mapping[str, Capabilities],
        prices: PriceTable,
        now: datetime,
    ) -> None:
        self._batch, self._store, self._prices = batch, store, prices
        self._capabilities, self._now = capabilities, now
        self._rows, self._spent, self._reserved = rows, 0.0, 0.0
        if batch.budget is not None:
            if batch.is_expanding:
                self._rows = [row for row in rows if not self._may_hurry(row)]
            facts = store.facts(batch.id)
            self._spent = sum(max(fact.committed, fact.cost_amount or 0.0) for fact in facts)
            self._reserved = sum(needs(row, prices) for row in self._rows)

    def _may_hurry(self, row: Recording) -> bool:
        """Whether to let it go express is decided when all recordings are there, whose needs come
        first."""
        limits = self._capabilities[row.profile.provider]
        is_standard = row.profile.mode == "standard" and not is_decided(row)
        return is_standard and is_near(self._batch, limits, self._now)

    def parts(self) -> Iterable[list[Recording]]:
        return (self._rows[i : i + ROOM] for i in range(0, len(self._rows), ROOM))

    def judge(self, row: Recording) -> Verdict:
        budget = self._batch.budget
        if budget is not None:
            self._reserved -= needs(row, self._prices)
        verdict = judge(
            row,
            self._batch,
            None if budget is None else budget - self._spent,
            self._reserved,
            limits=self._capabilities[row.profile.provider],
            prices=self._prices,
            now=self._now,
        )
        self._spent += verdict.adds
        return verdict

    def commit(self, rows: list[Recording]) -> list[Recording]:
        """The rows as they are stored then. Without a budget there is nothing to be sure of: what
        was decided is stored with the job."""
        if self._batch.budget is None or not rows:
            return rows
        self._batch, saved = self._store.commit(self._batch, rows)
        return saved


def _grouped(rows: Iterable[Recording]) -> Groups:
    groups: Groups = {}
    for row in rows:
        groups.setdefault(job_key(row.profile, row.cohort), []).append(row)
    return groups
