"""Who listens at the moment, as far as a process knows without asking each time."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Lock

from shared.errors import DropscribeError
from shared.messages import Announce
from shared.model.events.event import Event
from shared.model.events.notice import Notice, notice_of
from shared.model.events.subscription import Subscription
from shared.ports.events import Outbox, Subscriptions
from shared.ports.queue import Clock, Queue

AUDIENCE_AGE = timedelta(seconds=30)


NOTED_AGE = timedelta(minutes=5)


MOST_NOTED = 10_000


class Audience:
    """The subscriptions, as this process read them last; every half minute it looks again."""

    def __init__(self, subscriptions: Subscriptions, clock: Clock) -> None:
        self._subscriptions, self._clock = subscriptions, clock
        self._found: tuple[Subscription, ...] = ()
        self._read_at: datetime | None = None
        self._lock = Lock()

    def all(self) -> tuple[Subscription, ...]:
        with self._lock:
            now = self._clock.now()
            if self._read_at is None or now - self._read_at >= AUDIENCE_AGE:
                self._found = tuple(self._subscriptions.all())
                self._read_at = now
            return self._found

    def look_again(self) -> None:
        """What this process changed itself it knows at once."""
        with self._lock:
            self._read_at = None

    def wants(self, event: Event) -> bool:
        return event.callback is not None or any(s.wants(event) for s in self.all())


class Announcer:
    """Makes notices of what somebody wants to hear, and hands them on."""

    def __init__(self, audience: Audience, outbox: Outbox, queue: Queue, clock: Clock) -> None:
        self._audience, self._outbox, self._queue, self._clock = audience, outbox, queue, clock
        self._noted: dict[str, datetime] = {}
        self._lock = Lock()

    @property
    def has_subscribers(self) -> bool:
        """Where there are none, only what brought an address along is worth making events of."""
        return bool(self._audience.all())

    def notice(self, partition: str, events: Sequence[Event]) -> Notice | None:
        """None: nobody wants to hear it. Else it is noted that the partition holds notices, so
        that the sweep finds them even if every message is lost."""
        wanted = [event for event in events if self._audience.wants(event)]
        if not wanted:
            return None
        now = self._clock.now()
        with self._lock:
            noted_at = self._noted.get(partition)
        if noted_at is None or now - noted_at >= NOTED_AGE:
            self._outbox.note(partition, now)
            with self._lock:
                if len(self._noted) >= MOST_NOTED:
                    self._noted.clear()
                self._noted[partition] = now
        return notice_of(partition, wanted, now)

    def hand_on(self, notice: Notice | None) -> None:
        """After it was stored, if there is one. A message that cannot be sent must not make a
        change that was made look like one that was not; the sweep sends another."""
        if notice is None:
            return
        with suppress(DropscribeError):
            self._queue.send(Announce(partition=notice.partition, notice_id=notice.id))
