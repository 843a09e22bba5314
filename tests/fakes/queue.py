"""Queues in memory: messages become visible when the clock says so."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime, timedelta

from shared.messages import Message, encode, read
from shared.ports.queue import Leftover
from tests.fakes.clock import FakeClock

MOST_BYTES = 65_536


class FakeQueue:
    """`ports.queue.Queue`. Messages go through their encoded form, as they do for real."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.waiting: list[tuple[datetime, Message]] = []
        self.sent = 0

    def send(self, message: Message, *, after: timedelta = timedelta()) -> None:
        body = encode(message)
        assert len(b64encode(body)) <= MOST_BYTES, "a queue message holds 64 KiB"
        self.sent += 1
        copy = read(message.queue, body)
        self.waiting.append((self._clock.now() + max(after, timedelta()), copy))

    def take(self) -> Message | None:
        """The first message that is visible now."""
        for i, (due_at, message) in enumerate(self.waiting):
            if due_at <= self._clock.now():
                del self.waiting[i]
                return message
        return None

    def next_due_at(self) -> datetime | None:
        return min((due_at for due_at, _ in self.waiting), default=None)


class FakeLeftovers:
    """`ports.queue.Leftovers`. `bodies` are by the name of their queue; what was taken and not
    settled is there again the next time."""

    def __init__(self) -> None:
        self.bodies: dict[str, list[bytes]] = {}
        self._hidden: set[object] = set()

    def queues(self) -> list[str]:
        self._hidden.clear()
        return list(self.bodies)

    def take(self, queue: str) -> list[Leftover]:
        there = [Leftover(queue, body, (queue, id(body))) for body in self.bodies.get(queue, [])]
        seen = [one for one in there if one.key not in self._hidden][:2]
        self._hidden |= {one.key for one in seen}
        return seen

    def done(self, leftover: Leftover) -> None:
        self.bodies[leftover.queue].remove(leftover.body)
