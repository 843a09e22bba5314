"""A create call that was certainly not made, or not carried out: its jobs are planned again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import msgspec

from shared.errors import StoreConflict
from shared.log import event
from shared.model.failure_texts import STEP_FAILED
from shared.model.job import transitions as jobs
from shared.model.job.carrier import is_carrier, parts_of
from shared.model.job.job import Job
from shared.pipeline.fail.job import CountFault
from shared.ports.ground import UseCase
from shared.ports.indices import Line, place_of

Again = Callable[[Job, datetime], Job]
"""A job as it waits again, since that moment."""


@dataclass(frozen=True, kw_only=True)
class PutBack(UseCase):
    """In line where they stood. A carrier is dissolved first, on the version that was read, so that
    nobody sends it any more; then each of its parts is planned again. Who dies in between leaves
    parts that the sweep finds. Raises `StoreConflict` where somebody else decided about the job."""

    line: Line

    def __call__(self, job: Job, again: Again = jobs.put_back) -> None:
        """`again` tells how it waits."""
        if not is_carrier(job):
            self._join(job, again)
            return
        self.store.save(jobs.dissolved(job, self.clock.now()))
        event("carrier.dissolved", job=job.id, parts=len(parts_of(job)), level=30)
        for part in parts_of(job):
            self.part(part.batch_id, part.id, job.id, again)

    def part(
        self, batch_id: str, job_id: str, carrier_id: str | None, again: Again = jobs.put_back
    ) -> None:
        """One part of a carrier that is not sent any more; nothing where it is somebody else's by
        now."""
        there = self.store.job(batch_id, job_id)
        if there is None or there.state != "carried" or there.carrier != carrier_id:
            return
        with suppress(StoreConflict):
            self._join(there, again)

    def _join(self, job: Job, again: Again) -> None:
        saved = self.store.save(again(job, self.clock.now()))
        assert saved is not None
        if place_of(saved) != place_of(job):
            self.line.leave([job])
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
