"""Parts of a carrier come to their end one by one; whoever ends the last has the carrier ended."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from shared.errors import StoreConflict
from shared.messages import Finish
from shared.model.job.carrier import Carried, unsettled, with_settled
from shared.model.job.job import Job
from shared.model.job.transitions import over
from shared.ports.queue import Clock, Queue
from shared.ports.state import BatchStore, Whole

TRIES = 20


class EndedPart(NamedTuple):
    """Of a batch that may be over, since its last recordings in a shared job are. Where it is
    small, `whole` is all of it as it is now, and `note` its note as it was before that was read."""

    batch_id: str
    note: str | None = None
    whole: Whole | None = None


@dataclass(frozen=True, kw_only=True)
class EndPart:
    """A part of which no recording waits any more, with the failure of its carrier, if that has
    one. Then its batch may be over. Nothing where it is somebody else's by now."""

    store: BatchStore
    queue: Queue
    clock: Clock

    def __call__(self, part: Carried | Job, carrier: Job) -> None:
        there = self.store.job(part.batch_id, part.id)
        if there is None or there.state != "carried" or there.carrier != carrier.id:
            return
        with suppress(StoreConflict):
            self.store.save(ended(there, carrier, self.clock))
        self.queue.send(Finish(batch_id=part.batch_id))


def ended(part: Job, carrier: Job, clock: Clock) -> Job:
    """The row of a part that is over, which tells where its recordings were."""
    told = msgspec.structs.replace(
        part,
        failure=carrier.failure,
        endpoint=carrier.endpoint,
        transcription_id=carrier.transcription_id,
        model=carrier.model,
        submitted_at=carrier.submitted_at,
        completed_at=carrier.completed_at,
    )
    return over(told, clock.now())


@dataclass(frozen=True, kw_only=True)
class NoteSettled:
    """In the carrier: many may do so at the same moment. Who cannot leaves it to the sweep."""

    store: BatchStore
    queue: Queue

    def __call__(self, job: Job, numbers: Iterable[int]) -> None:
        """The last one has it finished."""
        settled = set(numbers)
        for _ in range(TRIES):
            there = self.store.job(job.batch_id, job.id)
            if there is None:
                return
            noted = with_settled(there, settled)
            try:
                if noted.settled != there.settled:
                    self.store.save(noted)
            except StoreConflict:
                continue
            if not unsettled(noted):
                self.queue.send(Finish(batch_id=job.batch_id, job_id=job.id))
            return
