"""Jobs of several batches leave the line together: each becomes a part of a carrier."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from shared.errors import StoreConflict
from shared.model.job import transitions as jobs
from shared.model.job.carrier import carrier
from shared.model.job.job import Job
from shared.pipeline.submit.brakes import HoldBack
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
            written = self._written(parts)
            if written or len(parts) == 1:
                return written
            return [job for part in parts for job in self._won([part])]

    def _written(self, parts: Sequence[Job]) -> list[Job]:
        """The parts as they are stored, where this very claim was carried out and its answer lost;
        nobody else knows the id of the carrier. None of them, where somebody else was first."""
        there = [self.store.job(part.batch_id, part.id) for part in parts]
        mine = [
            job
            for job, part in zip(there, parts, strict=True)
            if job is not None and job.state == "carried" and job.carrier == part.carrier
        ]
        return mine if len(mine) == len(parts) else []


@dataclass(frozen=True, kw_only=True)
class FindHeld:
    """The ids of jobs that may not be sent after all: a batch of theirs was cancelled since they
    were planned, or somebody stopped one of their profiles, their endpoint, or everything. To be
    asked after the intent was written: who cancels or stops after this look finds the intent, and
    says that the audio may be on its way."""

    store: BatchStore
    hold_back: HoldBack
    pool: Executor

    def __call__(self, sending: Mapping[str, Place]) -> set[str]:
        """`sending` are the places by the id of the job, or of the carrier, that goes there."""
        batch_ids = list(
            dict.fromkeys(job.batch_id for place in sending.values() for job in place.jobs)
        )
        gone = {id_ for id_ in self.pool.map(self._if_gone, batch_ids) if id_ is not None}
        cancelled = {
            id_
            for id_, place in sending.items()
            if not gone.isdisjoint(job.batch_id for job in place.jobs)
        }
        return cancelled | self.hold_back.stopped_jobs(sending)

    def _if_gone(self, batch_id: str) -> str | None:
        batch = self.store.batch(batch_id)
        is_gone = batch is None or batch.cancelled_at is not None or batch.is_gone
        return batch_id if is_gone else None
