"""Hears the app send to a queue, so that its listener looks at once.

The real host looks again and again, up to `maxPollingInterval` apart, and so does this one for what
other processes send. What the app sends itself goes through the SDK in this very process: a look
when it can be had takes the place of many in vain.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from azure.storage.queue import QueueClient

Ring = Callable[[str, float], None]
"""Takes the address of a queue, and in how many seconds the message can be received. It is called
on the thread that sends."""


@contextmanager
def hearing(ring: Ring) -> Iterator[None]:
    """Until the end of the block, every message that this process sends is told of."""
    send = QueueClient.send_message

    @wraps(send)
    def heard(client: QueueClient, *args: Any, **options: Any) -> Any:
        sent = send(client, *args, **options)
        ring(client.url, float(options.get("visibility_timeout") or 0))
        return sent

    QueueClient.send_message = heard  # type: ignore[method-assign]
    try:
        yield
    finally:
        QueueClient.send_message = send  # type: ignore[method-assign]
