"""There may be room at a provider again: whoever stands in its line is to hear of it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from shared.errors import StoreConflict
from shared.messages import go_along
from shared.model.job.job import Job
from shared.model.job.transitions import come_due
from shared.ports.indices import Line
from shared.ports.queue import Clock, Queue
from shared.ports.state import BatchStore

AGAIN_AFTER = timedelta(seconds=2)


@dataclass
class LookedAt:
    """When this process looked last whether somebody stands in a line."""

    at: dict[str, datetime] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


DUE_AT_ONCE = 100


@dataclass(frozen=True, kw_only=True)
class BringForward:
    """Jobs whose turn was put off and has come take their places among those that wait. Safe to
    repeat from any point: who dies in between leaves the place behind, and the job is found by it
    once more."""

    store: BatchStore
    line: Line
    clock: Clock

    def __call__(self, provider: str) -> None:
        for place in self.line.due(provider, self.clock.now(), DUE_AT_ONCE):
            with suppress(StoreConflict):  # somebody else does so at the same moment
                self._bring(place.job)

    def _bring(self, job: Job) -> None:
        there = self.store.job(job.batch_id, job.id)
        if there is not None and there.turn_at is not None and there.state == "planned":
            there = self.store.save(come_due(there, self.clock.now()))
        if there is not None and there.state == "planned":
            self.line.join([there])
        self.line.leave([job])


@dataclass(frozen=True, kw_only=True)
class WakeLine:
    """One look at the front of the line, and a message where somebody stands there; at most once in
    two seconds of a process, however many jobs end. What that misses the poll finds."""

    line: Line
    queue: Queue
    clock: Clock
    looked: LookedAt

    def __call__(self, provider: str) -> None:
        now = self.clock.now()
        with self.looked.lock:
            before = self.looked.at.get(provider)
            if before is not None and now - before < AGAIN_AFTER:
                return
            self.looked.at[provider] = now
        head, waiting = self.line.first(provider, 1)
        is_awaited = head.due_at is not None and head.due_at > now
        if waiting and not is_awaited:
            self.queue.send(go_along(provider))
