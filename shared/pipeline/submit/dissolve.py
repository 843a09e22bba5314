"""A create call that was certainly not made, or not carried out: its jobs are planned again."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import msgspec

from shared.errors import StoreConflict
from shared.log import event
from shared.model.batch import job as jobs
from shared.model.batch.carrier import is_carrier, parts_of
from shared.model.batch.job import Job
from shared.model.failure_texts import STEP_FAILED
from shared.pipeline.fail.job import CountFault
from shared.ports.ground import UseCase
from shared.ports.state import Line


@dataclass(frozen=True, kw_only=True)
class PutBack(UseCase):
    """In line where they stood. A carrier is dissolved first, on the version that was read, so that
    nobody sends it any more; then each of its parts is planned again. Who dies in between leaves
    parts that the sweep finds. Raises `StoreConflict` where somebody else decided about the job."""

    line: Line

    def __call__(self, job: Job, *, counts: bool = False) -> None:
        """`counts`: the provider was asked."""
        now = self.clock.now()
        if not is_carrier(job):
            saved = self.store.save(jobs.put_back(job, now, counts=counts))
            assert saved is not None
            self.line.join([saved])
            return
        self.store.save(jobs.dissolved(job, now))
        event("carrier.dissolved", job=job.id, parts=len(parts_of(job)), level=30)
        for part in parts_of(job):
            self.part(part.batch_id, part.id, job.id, counts=counts)

    def part(
        self, batch_id: str, job_id: str, carrier_id: str | None, *, counts: bool = False
    ) -> None:
        """One part of a carrier that is not sent any more; nothing where it is somebody else's by
        now."""
        there = self.store.job(batch_id, job_id)
        if there is None or there.state != "carried" or there.carrier != carrier_id:
            return
        with suppress(StoreConflict):
            saved = self.store.save(jobs.put_back(there, self.clock.now(), counts=counts))
            assert saved is not None
            self.line.join([saved])


@dataclass(frozen=True, kw_only=True)
class SetAside(UseCase):
    """A job whose call could not be prepared, by a fault of ours, leaves the line to the others.
    The sweep brings it back, until it has had its faults. The parts of a carrier, which is not
    stored yet, are planned again, each to be sent alone: so the culprit shows."""

    line: Line
    count_fault: CountFault

    def __call__(self, job: Job) -> None:
        if not is_carrier(job):
            self.line.leave([job])
            self.count_fault(job, STEP_FAILED)
            return
        for part in parts_of(job):
            there = self.store.job(part.batch_id, part.id)
            if there is not None and there.state == "carried" and there.carrier == job.id:
                alone = msgspec.structs.replace(there, kind="")
                saved = self.store.save(jobs.put_back(alone, self.clock.now()))
                assert saved is not None
                self.line.join([saved])
