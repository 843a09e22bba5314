"""A step that is too small for a message of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from shared.log import event
from shared.messages import Message
from shared.ports import Queue


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
