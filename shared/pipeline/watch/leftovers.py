"""Queues that call no function: poison, and those of releases before."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from shared.errors import DropscribeError
from shared.log import event
from shared.messages import QUEUES, Message, read
from shared.pipeline.watch.poison import Drain, DrainBlobEvent
from shared.ports.queue import Clock, Leftover, Leftovers, Queue

POISON = "-poison"
BLOB_POISON = "webjobs-blobtrigger-poison"
"""Where the functions host puts blob events that failed five times."""
LONGEST = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class EmptyQueues:
    """A function for each of them would be a machine for each of them, started from nothing. What
    fails stays hidden for a while and comes back; no message of it keeps others from their turn."""

    leftovers: Leftovers
    queue: Queue
    drain: Drain
    drain_blob_event: DrainBlobEvent
    clock: Clock

    def __call__(self) -> None:
        until = self.clock.now() + LONGEST
        for name in self.leftovers.queues():
            if name in QUEUES:
                continue
            while self.clock.now() < until and (found := self.leftovers.take(name)):
                for one in found:
                    self._settle(one)

    def _settle(self, one: Leftover) -> None:
        try:
            self._handle(one)
        except Exception as error:
            level = 30 if isinstance(error, DropscribeError) else 40
            event("leftover.kept", queue=one.queue, error=type(error).__name__, level=level)
            return
        with suppress(DropscribeError):  # it comes again, which every step can bear
            self.leftovers.done(one)

    def _handle(self, one: Leftover) -> None:
        if one.queue == BLOB_POISON:
            self.drain_blob_event(one.body)
        elif one.queue.endswith(POISON):
            self.drain(one.queue.removesuffix(POISON), one.body)
        else:
            self._move(one)

    def _move(self, one: Leftover) -> None:
        """To the queue that its kind has now."""
        try:
            message: Message = read(one.queue, one.body)
        except msgspec.DecodeError:
            event("message.poisoned", queue=one.queue, is_readable=False, level=40)
            return
        self.queue.send(message)
