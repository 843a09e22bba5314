"""How a step is run: now, at once, or later.

A step that a provider keeps from being done now is done later, as often as it takes. Throttling and
outages have a budget of their own: they use up neither a recording's attempts nor a message's five
tries. What is wrong with us or with storage is left to the queue.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import msgspec

from shared.errors import (
    DropscribeError,
    EndpointDown,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
)
from shared.log import event
from shared.messages import Collect, Finish, Message, Write
from shared.ports.ground import UseCase
from shared.ports.queue import Queue

SHORTEST = timedelta(seconds=1)
M = TypeVar("M", contravariant=True)


class Step(Protocol[M]):
    """What a message is run by."""

    def __call__(self, message: M, /) -> None: ...


@dataclass(frozen=True, kw_only=True)
class NowOrLater(UseCase):
    """Run a step; where the provider is in the way, send its message again for then. After a
    failure that does not take the endpoint out, that is `endpoint_pause_seconds` from now. A
    message that is late by `stuck_after_seconds` is missed, and somebody looks where it is."""

    def __call__(self, step: Step[Message], message: Message) -> None:
        try:
            step(message)
        except EndpointDown as error:
            pause = error.until_at - self.clock.now()
        except ProviderThrottled as error:
            pause = timedelta(seconds=error.retry_after_seconds or 10)
        except (ProviderUnavailable, ProviderUnauthorised) as error:
            event("step.put_off", step=message.queue, error=type(error).__name__, level=30)
            pause = timedelta(seconds=self.policy.endpoint_pause_seconds)
        else:
            return
        pause = max(pause, SHORTEST)
        self.queue.send(message, after=pause)
        self._note_that_it_goes_on(message, self.clock.now() + pause)

    def _note_that_it_goes_on(self, message: Message, due_at: datetime) -> None:
        """So that sweep and poll take the step for waiting, not for stuck or forgotten: the
        messages of a long outage would multiply."""
        if not isinstance(message, Collect | Write | Finish):
            return
        if message.batch_id is None or message.job_id is None:
            return
        late_at = due_at + timedelta(seconds=self.policy.stuck_after_seconds)
        with suppress(DropscribeError):  # the message is sent, which is what counts
            if isinstance(message, Collect) and (entry := self.active.get(message.job_id)):
                self.active.update(msgspec.structs.replace(entry, next_poll_at=late_at))
            job = self.store.job(message.batch_id, message.job_id)
            if job is not None and job.state == "collecting":
                self.store.save(msgspec.structs.replace(job, changed_at=due_at))


class AtOnce(Step[M]):
    """A step that is too small for a message of its own is run here and now. What keeps it from
    being done is left to its queue."""

    def __init__(self, step: Step[M], queue: Queue) -> None:
        self._step, self._queue = step, queue

    def __call__(self, message: M, /) -> None:
        try:
            self._step(message)
        except Exception as error:
            assert isinstance(message, Message)
            event("step.queued", step=message.queue, error=type(error).__name__, level=30)
            self._queue.send(message)
