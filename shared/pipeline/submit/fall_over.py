"""A job that was certainly not sent gives its recordings back, so that another provider takes
them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from shared.errors import StoreConflict
from shared.log import event
from shared.messages import Plan
from shared.model.endpoint.endpoint import EndpointState
from shared.model.failure import Failure
from shared.model.failure_texts import DEADLINE_NEARS, REFUSED_IN_DOUBT
from shared.model.job import transitions as jobs
from shared.model.job.doubt import has_been_in_doubt
from shared.model.job.fall_over import moved_on, trouble
from shared.model.job.job import Job
from shared.model.job.job_key import may_go_to
from shared.model.money.spending import is_decided, is_near, money_back
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.locks import locks
from shared.model.recording.recording import Recording
from shared.model.recording.transitions import waiting_again
from shared.pipeline.plan.pending import PendingPlans
from shared.ports.ground import UseCase
from shared.ports.provider import SpeechProvider

GATHERING = timedelta(seconds=10)


@dataclass(frozen=True, kw_only=True)
class FallOver(UseCase):
    """Whether a planned job is not to be sent, because its recordings go on elsewhere, or in
    another mode.

    The reason is written into the job first, on the version that was read: whoever wants to send
    it at the same moment finds it changed. While it is planned and has a reason, it is being
    emptied; if that is cut short, the next message of the job goes on with it.
    """

    endpoints: Mapping[str, SpeechProvider]
    capabilities: Mapping[str, Capabilities]
    pending: PendingPlans

    def __call__(self, job: Job, states: Mapping[str, EndpointState]) -> bool:
        if job.failure is not None:
            self._empty(job, job.failure)
            return True
        now = self.clock.now()
        why = self._trouble(job, states, now) or self._hurry(job, now)
        if why is None:
            return False
        try:
            claimed = self.store.save(msgspec.structs.replace(job, failure=why, changed_at=now))
        except StoreConflict:
            return True
        assert claimed is not None
        self._empty(claimed, why)
        return True

    def _trouble(
        self, job: Job, states: Mapping[str, EndpointState], now: datetime
    ) -> Failure | None:
        mine = [name for name, p in self.endpoints.items() if may_go_to(job, name, p.name)]
        patience = timedelta(seconds=self.policy.fall_over_seconds)
        why = trouble(job.provider, mine, states, patience, now, has_tried=job.tries > 0)
        if why is None and has_been_in_doubt(job, patience, now):
            why = REFUSED_IN_DOUBT.failure(provider=job.provider)
        if why is None:
            return None
        first = self._first_row(job)
        return why if first is not None and first.profile.next_providers else None

    def _hurry(self, job: Job, now: datetime) -> Failure | None:
        offered = self.capabilities[job.provider]
        if job.mode != "standard" or not offered.can_hurry or _has_time(job):
            return None
        batch = self.store.batch(job.batch_id)
        if batch is None or not is_near(batch, offered, now):
            return None
        first = self._first_row(job)
        if first is None or is_decided(first) or locks(first.profile, "mode"):
            return None
        return DEADLINE_NEARS

    def _first_row(self, job: Job) -> Recording | None:
        """All recordings of a job have the same order of providers."""
        return next(self.store.rows_left(job, page=1), None)

    def _empty(self, job: Job, why: Failure) -> None:
        now = self.clock.now()
        rows = [self._moved(row, why, now) for row in self.store.rows_left(job)]
        self.store.save_all(rows)
        self.store.save(jobs.failed(job, why, now))
        event(
            "job.moved_on",
            batch=job.batch_id,
            job=job.id,
            provider=job.provider,
            recordings=len(rows),
            code=why.code,
            level=30,
        )
        self._plan_soon(job.batch_id)

    def _moved(self, row: Recording, why: Failure, now: datetime) -> Recording:
        """Of a deadline that nears, the planner sees to the mode."""
        if why != DEADLINE_NEARS:
            row = moved_on(row, why.reason, self.capabilities, now)
        return waiting_again(money_back(row), now, attempt=row.attempt)

    def _plan_soon(self, batch_id: str) -> None:
        """Where a provider takes one recording a job and the next one a thousand, they are to
        arrive there together, and one plan is enough for all that moved meanwhile."""
        now = self.clock.now()
        with self.pending.lock:
            if not self.pending.covers(batch_id, now):
                self.queue.send(Plan(batch_id=batch_id), after=GATHERING)
                self.pending.note(batch_id, now + GATHERING)


def _has_time(job: Job) -> bool:
    """Nobody wants its transcripts by some time. A job of a release before does not say."""
    return job.deadline_at is None and job.since_at is not None
