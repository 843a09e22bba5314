"""The queues between the steps, and the clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from shared.messages import Message


class Clock(Protocol):
    def now(self) -> datetime:
        """The time on the wall, aware, UTC."""


class Queue(Protocol):
    def send(self, message: Message, *, after: timedelta = timedelta()) -> None:
        """Hand a message to the function it is meant for, not before `after` has passed."""
