"""Jobs of several batches leave the line together: each becomes a part of a carrier."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from shared.errors import StoreConflict
from shared.model.batch import job as jobs
from shared.model.batch.carrier import batches_of, carrier
from shared.model.batch.job import Job
from shared.pipeline.submit.room import Place
from shared.ports.queue import Clock
from shared.ports.state import BatchStore


@dataclass(frozen=True, kw_only=True)
class ClaimParts:
    """The carrier of the jobs of a place, which is not stored yet; or the job itself, where it
    stands alone. The parts are claimed first, a transaction for each batch, on the versions that
    stood in line: whoever loses one leaves it to the winner. None: none of them was won."""

    store: BatchStore
    new_id: Callable[[], str]
    clock: Clock
    pool: Executor

    def __call__(self, place: Place) -> Job | None:
        if len(place.jobs) == 1:
            return place.job
        carrier_id, now = self.new_id(), self.clock.now()
        groups = [
            [jobs.carried(job, carrier_id, now) for job in place.jobs if job.batch_id == batch_id]
            for batch_id in dict.fromkeys(job.batch_id for job in place.jobs)
        ]
        won = [job for some in self.pool.map(self._won, groups) for job in some]
        return carrier(carrier_id, won, place.endpoint, now) if won else None

    def _won(self, parts: Sequence[Job]) -> list[Job]:
        """Those of one batch: together, or one by one where somebody has one of them."""
        try:
            return self.store.save_jobs(parts)
        except StoreConflict:
            return [] if len(parts) == 1 else [job for part in parts for job in self._won([part])]


@dataclass(frozen=True, kw_only=True)
class FindCancelled:
    """The ids of jobs of which a batch was cancelled since they were planned. To be asked after the
    intent was written: a canceller that writes its header later looks at the jobs, and sees it."""

    store: BatchStore
    pool: Executor

    def __call__(self, sending: Sequence[Job]) -> set[str]:
        batch_ids = list(dict.fromkeys(id_ for job in sending for id_ in batches_of(job)))
        gone = {id_ for id_ in self.pool.map(self._if_gone, batch_ids) if id_ is not None}
        return {job.id for job in sending if not gone.isdisjoint(batches_of(job))}

    def _if_gone(self, batch_id: str) -> str | None:
        batch = self.store.batch(batch_id)
        is_gone = batch is not None and (batch.cancelled_at is not None or batch.is_gone)
        return batch_id if is_gone else None
