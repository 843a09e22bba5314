"""The host's own access to storage: one client per account, calls on threads of its own.

The SDK is synchronous; its calls run on a small pool apart from the one that runs functions, so
that neither can starve the other.
"""

import asyncio
import base64
import binascii
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, ParamSpec, TypeVar

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.core.pipeline.transport import RequestsTransport
from azure.identity import DefaultAzureCredential
from azure.storage.blob import BlobServiceClient
from azure.storage.blob import ExponentialRetry as BlobRetry
from azure.storage.queue import ExponentialRetry as QueueRetry
from azure.storage.queue import QueueClient, QueueMessage, QueueServiceClient

from local.host.journal import STORAGE_THREADS

P = ParamSpec("P")
R = TypeVar("R")

HOST_CONTAINER = "azure-webjobs-hosts"
_THREADS = 8  # the SDK keeps at most 10 connections open
# An emulator next door answers at once or is down: the SDK's first wait of 15 s helps nobody.
_RETRY: Any = {
    "initial_backoff": 0.1,
    "increment_base": 2,
    "retry_total": 3,
    "random_jitter_range": 0,
}


class Storage:
    """Clients by connection name, resolved from settings as the host does."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix=STORAGE_THREADS)
        self._blobs: dict[str, BlobServiceClient] = {}
        self._queues: dict[str, QueueServiceClient] = {}
        self._named: dict[tuple[str, str, bool], StorageQueue] = {}

    async def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run one blocking storage call off the loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, partial(function, *args, **kwargs))

    def blobs(self, connection: str) -> BlobServiceClient:
        """The blob service behind a connection."""
        if connection not in self._blobs:
            self._blobs[connection] = self._client(
                BlobServiceClient, connection, "blob", BlobRetry(**_RETRY)
            )
        return self._blobs[connection]

    def queue(self, connection: str, name: str, *, base64_text: bool = True) -> "StorageQueue":
        """One queue; asking twice gives the same object, whose doorbell is shared."""
        key = (connection, name, base64_text)
        if key not in self._named:
            if connection not in self._queues:
                self._queues[connection] = self._client(
                    QueueServiceClient, connection, "queue", QueueRetry(**_RETRY)
                )
            client = self._queues[connection].get_queue_client(name)
            self._named[key] = StorageQueue(self, client, base64_text)
        return self._named[key]

    def ring(self, address: str, after_seconds: float) -> None:
        """`StorageQueue.ring` for the queue at that address; on the loop's own thread."""
        for queue in self._named.values():
            if queue.address == address:
                queue.ring(after_seconds)

    def close(self) -> None:
        """Start no more calls; those under way are not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for blobs in self._blobs.values():
            blobs.close()
        for queues in self._queues.values():
            queues.close()

    def _client(self, kind: Any, connection: str, service: str, retry: Any) -> Any:
        for name in (f"AzureWebJobs{connection}", connection):
            if text := self._environ.get(name):
                # Looking for proxies in the environment costs a fifth of every call (measured).
                transport = RequestsTransport(use_env_settings=False)
                return kind.from_connection_string(text, retry_policy=retry, transport=transport)
            if address := self._address(name, service):
                return kind(address, credential=DefaultAzureCredential(), retry_policy=retry)
        raise KeyError(f"the connection {connection!r} is not defined")

    def _address(self, name: str, service: str) -> str | None:
        """The endpoint of an identity-based connection."""
        account = self._environ.get(f"{name}__accountName")
        return (
            self._environ.get(f"{name}__{service}ServiceUri")
            or self._environ.get(f"{name}__serviceUri")
            or (f"https://{account}.{service}.core.windows.net" if account else None)
        )


class StorageQueue:
    """A queue in raw text: the host encodes and decodes, so that one bad message stays one."""

    def __init__(self, storage: Storage, client: QueueClient, base64_text: bool) -> None:
        self.name: str = client.queue_name
        self.address: str = client.url
        self.doorbell = asyncio.Event()
        self._storage = storage
        self._client = client
        self._base64 = base64_text

    def ring(self, after_seconds: float) -> None:
        """Wake the listener when a message that is hidden for so long can be had."""
        asyncio.get_running_loop().call_later(after_seconds, self.doorbell.set)

    async def receive(self, count: int, lease_seconds: int) -> list[QueueMessage]:
        """Up to `count` messages, hidden for the lease; none when there is no such queue."""
        return await self._storage.call(self._receive, count, lease_seconds)

    async def send(self, body: str | bytes) -> None:
        """Add one message, creating the queue when it is not there, and wake its listener."""
        await self._storage.call(self._send_raw, self.encode(body))
        self.doorbell.set()

    async def send_raw(self, content: str) -> None:
        """Add a message that is already encoded."""
        await self._storage.call(self._send_raw, content)

    async def hide(self, message_id: str, pop_receipt: str, seconds: float) -> str:
        """Set for how long a message stays hidden; answers the new pop receipt."""
        updated = await self._storage.call(
            self._client.update_message, message_id, pop_receipt, visibility_timeout=round(seconds)
        )
        return str(updated.pop_receipt)

    async def delete(self, message_id: str, pop_receipt: str) -> None:
        """Remove a message."""
        await self._storage.call(self._client.delete_message, message_id, pop_receipt)

    def encode(self, body: str | bytes) -> str:
        """A body as the content of a message."""
        raw = body.encode() if isinstance(body, str) else body
        return base64.b64encode(raw).decode() if self._base64 else raw.decode()

    def decode(self, content: str) -> str | None:
        """The text of a message, or None when its content is not what messageEncoding says."""
        if not self._base64:
            return content
        try:
            return base64.b64decode(content, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return None

    def _receive(self, count: int, lease_seconds: int) -> list[QueueMessage]:
        try:
            pages = self._client.receive_messages(
                messages_per_page=count, max_messages=count, visibility_timeout=lease_seconds
            ).by_page()
            return list(next(pages, ()))
        except ResourceNotFoundError:
            return []

    def _send_raw(self, content: str) -> None:
        try:
            self._client.send_message(content)
        except ResourceNotFoundError:
            self._create()
            self._client.send_message(content)

    def _create(self) -> None:
        with suppress(ResourceExistsError):  # another host was quicker
            self._client.create_queue()
