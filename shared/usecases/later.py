"""A step that a provider keeps from being done now is done later, as often as it takes.

Throttling and outages have a budget of their own: they use up neither a recording's attempts nor
a message's five tries. What is wrong with us or with storage is left to the queue.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from shared.errors import (
    EndpointDown,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
)
from shared.log import event
from shared.messages import Message
from shared.ports import Clock, Queue

PAUSE = timedelta(seconds=30)
SHORTEST = timedelta(seconds=1)


def now_or_later(
    step: Callable[[Any], None], message: Message, *, queue: Queue, clock: Clock
) -> None:
    """Run the step; where the provider is in the way, send its message again for then."""
    try:
        step(message)
    except EndpointDown as error:
        pause = error.until_at - clock.now()
    except ProviderThrottled as error:
        pause = timedelta(seconds=error.retry_after_seconds or 10)
    except (ProviderUnavailable, ProviderUnauthorised) as error:
        event("step.put_off", step=message.queue, error=type(error).__name__, level=30)
        pause = PAUSE
    else:
        return
    queue.send(message, after=max(pause, SHORTEST))
