"""Planned jobs stand in the line of their provider, and somebody is told to go along it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from shared.messages import go_along
from shared.model.job.job import Job
from shared.ports.indices import Line
from shared.ports.queue import Clock, Queue

MOMENT = timedelta(seconds=1)


@dataclass
class Told:
    """For when this process sent a message for each provider last."""

    due_at: dict[str, datetime] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


@dataclass(frozen=True, kw_only=True)
class StandInLine:
    """Where the windows of many profiles close together, batch after batch is planned: the first
    message goes at once, and of those of the next second one, when it is over. It comes due after
    all that rely on it have joined; if it is lost, the poll looks along the line."""

    line: Line
    queue: Queue
    clock: Clock
    told: Told

    def __call__(self, planned: Sequence[Job]) -> None:
        """Jobs of one line."""
        self.line.join(planned)
        provider = planned[0].waits_for
        with self.told.lock:
            now = self.clock.now()
            due_at = self.told.due_at.get(provider)
            if due_at is not None and due_at > now:
                return
            pause = MOMENT if due_at is not None and now - due_at < MOMENT else timedelta()
            self.queue.send(go_along(provider), after=pause)
            self.told.due_at[provider] = now + pause
