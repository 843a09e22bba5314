"""A step that a provider keeps from being done now is done later, as often as it takes.

Throttling and outages have a budget of their own: they use up neither a recording's attempts nor
a message's five tries. What is wrong with us or with storage is left to the queue.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Protocol

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
from shared.ports.queue import Clock, Queue
from shared.ports.state import ActiveJobs, BatchStore

SHORTEST = timedelta(seconds=1)


def now_or_later(
    step: Callable[[Any], None],
    message: Message,
    *,
    store: BatchStore,
    active: ActiveJobs,
    queue: Queue,
    clock: Clock,
    first_pause: timedelta,
    stuck_after: timedelta,
) -> None:
    """Run the step; where the provider is in the way, send its message again for then. After a
    failure that does not take the endpoint out, that is `first_pause` from now.
    A message that is late by `stuck_after` is missed, and somebody looks where it is."""
    try:
        step(message)
    except EndpointDown as error:
        pause = error.until_at - clock.now()
    except ProviderThrottled as error:
        pause = timedelta(seconds=error.retry_after_seconds or 10)
    except (ProviderUnavailable, ProviderUnauthorised) as error:
        event("step.put_off", step=message.queue, error=type(error).__name__, level=30)
        pause = first_pause
    else:
        return
    pause = max(pause, SHORTEST)
    queue.send(message, after=pause)
    _note_that_it_goes_on(message, store, active, clock.now() + pause, stuck_after)


def _note_that_it_goes_on(
    message: Message,
    store: BatchStore,
    active: ActiveJobs,
    due_at: datetime,
    stuck_after: timedelta,
) -> None:
    """So that sweep and poll take the step for waiting, not for stuck or forgotten: the messages
    of a long outage would multiply."""
    if not isinstance(message, Collect | Write | Finish):
        return
    if message.batch_id is None or message.job_id is None:
        return
    with suppress(DropscribeError):  # the message is sent, which is what counts
        if isinstance(message, Collect) and (entry := active.get(message.job_id)) is not None:
            active.update(msgspec.structs.replace(entry, next_poll_at=due_at + stuck_after))
        job = store.job(message.batch_id, message.job_id)
        if job is not None and job.state == "collecting":
            store.save(msgspec.structs.replace(job, changed_at=due_at))


class AtOnce(Protocol):
    """`at_once` with a step and its queue."""

    def __call__(self, message: Message) -> None: ...


def at_once(message: Message, *, step: Callable[[Any], None], queue: Queue) -> None:
    """Run the step here and now. What keeps it from being done is left to its queue."""
    try:
        step(message)
    except Exception as error:
        event("step.queued", step=message.queue, error=type(error).__name__, level=30)
        queue.send(message)
