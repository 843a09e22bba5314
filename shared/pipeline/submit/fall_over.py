"""A job that was certainly not sent gives its recordings back, so that another provider takes
them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from shared.errors import StoreConflict
from shared.log import event
from shared.messages import Plan
from shared.model.batch.fall_over import moved_on, trouble
from shared.model.batch.job import Job
from shared.model.batch.policy import Policy
from shared.model.batch.recording import Recording
from shared.model.endpoint.endpoint import EndpointState
from shared.model.failure import Failure
from shared.model.failure_texts import DEADLINE_NEARS
from shared.model.money.spending import is_decided, is_near, money_back
from shared.model.profile.capabilities import Capabilities
from shared.pipeline.fail.old import ROWS_IN_TRANSACTION, rows_left, wait_again
from shared.pipeline.plan.pending import PendingPlans
from shared.ports.provider import SpeechProvider
from shared.ports.queue import Clock, Queue
from shared.ports.state import BatchStore

GATHERING = timedelta(seconds=10)


class FallOver(Protocol):
    """`fall_over` with its ports."""

    def __call__(self, job: Job, states: Mapping[str, EndpointState]) -> bool: ...


def fall_over(
    job: Job,
    states: Mapping[str, EndpointState],
    *,
    store: BatchStore,
    endpoints: Mapping[str, SpeechProvider],
    capabilities: Mapping[str, Capabilities],
    queue: Queue,
    policy: Policy,
    clock: Clock,
    pending: PendingPlans,
) -> bool:
    """Whether the planned `job` is not to be sent, because its recordings go on elsewhere, or in
    another mode.

    The reason is written into the job first, on the version that was read: whoever wants to send
    it at the same moment finds it changed. While it is planned and has a reason, it is being
    emptied, and who dies halfway is followed by the next message of the job.
    """
    if job.failure is None:
        now = clock.now()
        why = _trouble(job, states, store, endpoints, policy, now)
        why = why or _hurry(job, store, capabilities, now)
        if why is None:
            return False
        try:
            claimed = store.save(msgspec.structs.replace(job, failure=why, changed_at=now))
        except StoreConflict:
            return True
        assert claimed is not None
        job = claimed
    assert job.failure is not None
    now = clock.now()
    rows = [
        wait_again(
            money_back(_elsewhere(row, job.failure, capabilities, now)),
            now,
            attempt=row.attempt,
            policy=policy,
        )
        for row in rows_left(job, store)
    ]
    for i in range(0, len(rows), ROWS_IN_TRANSACTION):
        store.save(recordings=rows[i : i + ROWS_IN_TRANSACTION])
    store.save(msgspec.structs.replace(job, state="failed", changed_at=now))
    event(
        "job.moved_on",
        batch=job.batch_id,
        job=job.id,
        provider=job.provider,
        recordings=len(rows),
        code=job.failure.code,
        level=30,
    )
    _plan_soon(job.batch_id, pending, queue, clock.now())
    return True


def _plan_soon(batch_id: str, pending: PendingPlans, queue: Queue, now: datetime) -> None:
    """Where a provider takes one recording a job and the next one a thousand, they are to arrive
    there together, and one plan is enough for all that moved meanwhile."""
    with pending.lock:
        if not pending.covers(batch_id, now):
            queue.send(Plan(batch_id=batch_id), after=GATHERING)
            pending.note(batch_id, now + GATHERING)


def _elsewhere(
    row: Recording, why: Failure, capabilities: Mapping[str, Capabilities], now: datetime
) -> Recording:
    """The planner sees to the mode."""
    return row if why == DEADLINE_NEARS else moved_on(row, why.reason, capabilities, now)


def _hurry(
    job: Job, store: BatchStore, capabilities: Mapping[str, Capabilities], now: datetime
) -> Failure | None:
    if job.mode != "standard" or not capabilities[job.provider].can_hurry:
        return None
    batch = store.batch(job.batch_id)
    if batch is None or not is_near(batch, capabilities[job.provider], now):
        return None
    first = _first_row(job, store)
    return None if first is None or is_decided(first) else DEADLINE_NEARS


def _trouble(
    job: Job,
    states: Mapping[str, EndpointState],
    store: BatchStore,
    endpoints: Mapping[str, SpeechProvider],
    policy: Policy,
    now: datetime,
) -> Failure | None:
    mine = [name for name, provider in endpoints.items() if provider.name == job.provider]
    patience = timedelta(seconds=policy.fall_over_seconds)
    why = trouble(job.provider, mine, states, patience, now, has_tried=job.tries > 0)
    if why is None:
        return None
    first = _first_row(job, store)
    return why if first is not None and first.profile.next_providers else None


def _first_row(job: Job, store: BatchStore) -> Recording | None:
    """All recordings of a job have the same order of providers."""
    rows = store.recordings(
        job.batch_id, state="planned", job_id=job.id, first=job.first, last=job.last, page=1
    )
    return next(iter(rows), None)
