"""Messages in Queue Storage, base64 as the functions host expects them."""

from __future__ import annotations

from datetime import timedelta
from math import ceil

from azure.storage.queue import QueueServiceClient, TextBase64EncodePolicy

from shared.messages import Message, encode
from shared.stores.failures import storage_errors

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
