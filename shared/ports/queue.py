"""The queues between the steps, and the clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from shared.messages import Message


class Clock(Protocol):
    def now(self) -> datetime:
        """The time on the wall, aware, UTC."""


class Queue(Protocol):
    def send(self, message: Message, *, after: timedelta = timedelta()) -> None:
        """Hand a message to the function it is meant for, not before `after` has passed."""


class Leftover(NamedTuple):
    """A message of a queue that calls no function. `key` tells the store which it is."""

    queue: str
    body: bytes
    key: object


class Leftovers(Protocol):
    """Messages in queues of ours, or of the host, that wait for somebody to look."""

    def queues(self) -> list[str]:
        """The names of those that there are."""

    def take(self, queue: str) -> list[Leftover]:
        """Some of what can be seen there; it is hidden for five minutes and then comes back. Empty
        where there is no such queue."""

    def done(self, leftover: Leftover) -> None:
        """It does not come back. No error where it is gone already, or was taken by another."""
