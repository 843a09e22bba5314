"""There may be room at a provider again: whoever stands in its line is to hear of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from shared.messages import go_along
from shared.ports.indices import Line
from shared.ports.queue import Clock, Queue

AGAIN_AFTER = timedelta(seconds=2)


@dataclass
class LookedAt:
    """When this process looked last whether somebody stands in a line."""

    at: dict[str, datetime] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


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
