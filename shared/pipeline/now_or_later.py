"""How a step is run: now, at once, or later.

A step that a provider keeps from being done now is done later, as often as it takes. Throttling and
outages have a budget of their own: they use up neither a recording's attempts nor a message's five
tries. So it is where nobody looks now for personal data, and where storage does not answer, for the
steps whose poisoned messages count against a job or a recording; the others are left to the queue,
and the sweep brings them again. What is wrong with us is left to the queue, too.
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
    FinderUnavailable,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
    ProviderUnfunded,
    StoreUnavailable,
)
from shared.log import event
from shared.messages import Collect, Finish, Message, Submit, Write, step_of
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
        except (ProviderUnavailable, ProviderUnauthorised, ProviderUnfunded) as error:
            event("step.put_off", step=step_of(message), error=type(error).__name__, level=30)
            pause = timedelta(seconds=self.policy.endpoint_pause_seconds)
        except StoreUnavailable:
            if not isinstance(message, Submit | Collect | Write):
                raise
            event("step.put_off", step=step_of(message), error="StoreUnavailable", level=30)
            pause = timedelta(seconds=self.policy.storage_pause_seconds)
            self._put_off(message, pause, is_ours=True)
            return
        except FinderUnavailable as error:
            event("step.put_off", step=step_of(message), error="FinderUnavailable", level=30)
            seconds = error.wait_seconds or self.policy.endpoint_pause_seconds
            self._put_off(message, timedelta(seconds=seconds), is_ours=True)
            return
        else:
            return
        self._put_off(message, pause)

    def _put_off(self, message: Message, pause: timedelta, *, is_ours: bool = False) -> None:
        pause = max(pause, SHORTEST)
        self.queue.send(message, after=pause)
        self._note_that_it_goes_on(message, self.clock.now() + pause, is_ours)

    def _note_that_it_goes_on(self, message: Message, due_at: datetime, is_ours: bool) -> None:
        """So that sweep and poll take the step for waiting, not for stuck or forgotten: the
        messages of a long outage would multiply. While the trouble is ours, the time for which the
        provider's results are waited for does not run."""
        if isinstance(message, Submit):
            self._note_that_it_waits(message, due_at)
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
                since_at = due_at if is_ours and job.collecting_at else job.collecting_at
                self.store.save(
                    msgspec.structs.replace(job, changed_at=due_at, collecting_at=since_at)
                )

    def _note_that_it_waits(self, message: Submit, due_at: datetime) -> None:
        with suppress(DropscribeError):  # as above
            job = self.store.job(message.batch_id, message.last or message.job_id)
            if job is not None and job.state == "planned":
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
            event("step.queued", step=step_of(message), error=type(error).__name__, level=30)
            self._queue.send(message)
