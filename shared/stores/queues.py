"""Messages in Queue Storage, base64 as the functions host expects them."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from datetime import timedelta
from math import ceil

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueServiceClient, TextBase64EncodePolicy

from shared.messages import Message, encode
from shared.ports.queue import Leftover
from shared.stores.failures import storage_errors

HIDDEN_SECONDS = 300
AT_ONCE = 32  # what the service gives at a time
LONGEST = timedelta(days=6)  # a message can be hidden for seven days at most


class StorageQueue:
    """`ports.queue.Queue`."""

    def __init__(self, service: QueueServiceClient) -> None:
        self._service = service

    def send(self, message: Message, *, after: timedelta = timedelta()) -> None:
        queue = self._service.get_queue_client(
            message.queue, message_encode_policy=TextBase64EncodePolicy()
        )
        seconds = max(0, ceil(min(after, LONGEST).total_seconds()))
        with storage_errors("send message", "queue"):
            queue.send_message(encode(message).decode(), visibility_timeout=seconds or None)


class StorageLeftovers:
    """`ports.queue.Leftovers`."""

    def __init__(self, service: QueueServiceClient) -> None:
        self._service = service

    def queues(self) -> list[str]:
        with storage_errors("list queues", "queue"):
            return [
                str(queue.name)
                for prefix in ("dropscribe-", "webjobs-blobtrigger-poison")
                for queue in self._service.list_queues(name_starts_with=prefix)
            ]

    def take(self, queue: str) -> list[Leftover]:
        client = self._service.get_queue_client(queue)
        with storage_errors("take messages", "queue"):
            try:
                found = client.receive_messages(
                    messages_per_page=AT_ONCE, visibility_timeout=HIDDEN_SECONDS
                ).by_page()
                page = next(iter(found), iter(()))
                return [Leftover(queue, _plain(one.content), one) for one in page]
            except ResourceNotFoundError:
                return []

    def done(self, leftover: Leftover) -> None:
        client = self._service.get_queue_client(leftover.queue)
        with storage_errors("remove message", "queue"):
            try:
                client.delete_message(leftover.key)  # type: ignore[arg-type]
            except ResourceNotFoundError:
                return


def _plain(content: str) -> bytes:
    """The host writes base64; who puts a message there by hand may not."""
    try:
        return b64decode(content, validate=True)
    except (NotBase64, ValueError):
        return content.encode()
