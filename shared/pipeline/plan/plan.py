"""Put the waiting recordings of a batch into jobs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from shared.errors import DropscribeError, StoreConflict
from shared.messages import Change, Finish, Plan, Submit
from shared.model.batch import transitions as batches
from shared.model.batch.batch import Batch
from shared.model.job import transitions as jobs
from shared.model.job.job import OVER
from shared.model.pauses import backoff
from shared.model.profile.capabilities import Capabilities
from shared.model.recording.recording import Recording
from shared.pipeline.plan.fill import FillJobs
from shared.pipeline.plan.pending import UnderWay
from shared.pipeline.plan.reuse import Groups
from shared.pipeline.plan.sift import SiftWaiting
from shared.ports.ground import UseCase
from shared.ports.state import Whole

ABANDONED_AFTER = timedelta(seconds=60)
FEW = 10
QUIET = timedelta(seconds=2)
MOST_IN_ONE_RUN = 10_000  # keeps memory flat; what is left is planned by the next message


@dataclass(frozen=True, kw_only=True)
class PlanBatch(UseCase):
    """Two plans of one batch at the same moment are safe: every recording enters a job in a
    transaction that holds only if nobody else took it. In one process they are one: where much
    comes in late, message after message would read the same thousands of rows. `turns` lets few
    batches in at a time: each may hold ten thousand rows in memory. Not every recording has to be
    paid for, or may be (`sift`)."""

    capabilities: Mapping[str, Capabilities]
    sift: SiftWaiting
    fill: FillJobs
    under_way: UnderWay
    turns: AbstractContextManager[object]

    def __call__(self, batch_id: str, *, early: bool = False) -> None:
        """`early`: also before its window has closed, if what came in is little and nothing more
        comes."""
        if not self.under_way.begin(batch_id):
            return
        try:
            whole = self.store.whole(batch_id)
            batch = self._current(batch_id, whole)
            if batch is not None and not batch.is_gone:
                with self.turns:
                    self._plan_if_due(batch, whole, early=early)
        finally:
            is_asked_again = self.under_way.end(batch_id)
        if is_asked_again:
            late = timedelta(seconds=self.policy.late_seconds)
            self.queue.send(Plan(batch_id=batch_id), after=late)

    def _current(self, batch_id: str, whole: Whole | None) -> Batch | None:
        batch = self.store.batch(batch_id) if whole is None else whole.batch
        return self._revived(batch) if batch is not None and batch.deleted_at else batch

    def _revived(self, batch: Batch) -> Batch | None:
        """Audio that was dropped into a batch after it was deleted makes it one again. None: none
        came, and there is nothing to do."""
        note = self.store.note_version(batch.id)
        if next(iter(self.store.recordings(batch.id, page=1)), None) is None:
            self.store.forget(batch)  # who opened it may have listed it, too
            if note is not None:
                self.store.close_batch(batch.id, note)
            return None
        self.store.save_batch(batches.revived(batch))
        return self.store.batch(batch.id)

    def _plan_if_due(self, batch: Batch, whole: Whole | None, *, early: bool) -> None:
        """`whole` is the batch in one query, as it was read with the header; None where it is not
        small."""
        now = self.clock.now()
        if now < batch.closes_at and not (early and self._is_quiet(batch, whole, now)):
            self.queue.send(Plan(batch_id=batch.id), after=batch.closes_at - now)
        elif batch.cancelled_at is None:
            self._plan(batch, whole, now)
        elif not batch.is_expanding:
            self.store.open_batch(batch)  # it may hold a recording that no report knows yet
            self.queue.send(Change(batch_id=batch.id))

    def _is_quiet(self, batch: Batch, whole: Whole | None, now: datetime) -> bool:
        """A few files that a person dropped, and not the beginning of a burst."""
        rows = list(islice(self._that_wait(batch, whole, FEW + 1), FEW + 1))
        newest_at = max((row.registered_at for row in rows), default=now)
        return len(rows) <= FEW and now - newest_at >= QUIET

    def _that_wait(
        self, batch: Batch, whole: Whole | None, page: int | None = None
    ) -> Iterable[Recording]:
        if whole is None:
            return self.store.recordings(batch.id, state="waiting", page=page)
        return (row for row in whole.recordings if row.state == "waiting")

    def _plan(self, batch: Batch, whole: Whole | None, now: datetime) -> None:
        rows, due_at = self._waiting(self._that_wait(batch, whole), now)
        waiting, later_at = self.sift(batch, rows, now)
        due_at = min((at for at in (due_at, later_at) if at is not None), default=None)
        if batch.is_expanding:
            patience = timedelta(seconds=self.policy.stuck_after_seconds)
            waiting = _full_jobs(waiting, self.capabilities, now - patience)
        if waiting:
            self.store.open_batch(batch)
        conflicts = self._fill_all(batch, waiting.values())
        if batch.is_expanding:
            return  # the rest is planned when all is there
        if conflicts:
            due_at = now + backoff(0)
        if due_at is not None:
            pause = max(due_at - now, timedelta(seconds=1))
            self.queue.send(Plan(batch_id=batch.id), after=pause)
        elif not self._send_abandoned(batch, whole, now) and not waiting:
            self.store.open_batch(batch)  # it may hold a refused recording that no report knows yet
            self.queue.send(Finish(batch_id=batch.id))

    def _waiting(
        self, found: Iterable[Recording], now: datetime
    ) -> tuple[list[Recording], datetime | None]:
        """Recordings that may be planned, and when there are more, if ever."""
        rows: list[Recording] = []
        due_at: datetime | None = None
        for count, row in enumerate(found):
            if count == MOST_IN_ONE_RUN:
                return rows, now
            not_before = row.not_before_at
            if not_before is not None and not_before > now:
                due_at = min(due_at or not_before, not_before)
                continue
            rows.append(row)
        return rows, due_at

    def _fill_all(self, batch: Batch, groups: Iterable[list[Recording]]) -> int:
        """How many transactions lost. Raises a fault of ours when all had their turn."""
        conflicts = 0
        fault: Exception | None = None
        for group in groups:
            try:
                conflicts += self.fill(group, batch)
            except DropscribeError:
                raise
            except Exception as error:  # a fault of ours with one group must not stop the others
                fault = error
        if fault is not None:
            raise fault
        return conflicts

    def _send_abandoned(self, batch: Batch, whole: Whole | None, now: datetime) -> bool:
        """Send off jobs whose planner died while filling them. Returns whether any job is open, of
        those that there were before."""
        is_open = False
        for job in self.store.jobs(batch.id) if whole is None else whole.jobs:
            is_open = is_open or job.state not in OVER
            if job.state == "planning" and job.changed_at < now - ABANDONED_AFTER:
                try:
                    self.store.save(jobs.planned(job, now))
                except StoreConflict:
                    continue
                self.queue.send(Submit(batch_id=batch.id, job_id=job.id))
        return is_open


def _full_jobs(groups: Groups, capabilities: Mapping[str, Capabilities], since: datetime) -> Groups:
    """Of a batch that still grows, what fills jobs to the last place; and what has been waiting
    since then: something keeps the batch from growing, and that is no reason to hold it up."""
    full: Groups = {}
    for key, group in groups.items():
        profile = group[0].profile
        most = capabilities[profile.provider].most_files(profile.mode)
        if profile.container_jobs:
            continue
        if min(row.changed_at for row in group) < since:
            full[key] = group
        elif len(group) >= most:
            full[key] = group[: len(group) - len(group) % most]
    return full
