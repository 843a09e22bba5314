"""The queue listener: batches, renewal while a message is worked on, retries, poison queues.

Semantics of QueueListener and QueueProcessor in azure-sdk-for-net (Storage.Common, Queues). A
message is only ever deleted after its function succeeded, so that a host killed at any moment
loses nothing: what it held comes back when its lease ends.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from azure.core.exceptions import AzureError, HttpResponseError
from azure.storage.queue import QueueMessage

from local.host.storage import StorageQueue
from local.host.waiting import first_of, happens

_log = logging.getLogger("local.host")
_FIRST_WAIT_SECONDS = 0.1


@dataclass(frozen=True)
class ListenerSettings:
    """How one listener works; times in seconds."""

    batch_size: int
    new_batch_threshold: int
    attempts: int
    retry_seconds: float
    idle_seconds: float
    lease_seconds: int


@dataclass
class Held:
    """A message this host has hidden; its receipt changes with every renewal."""

    message: QueueMessage
    receipt: str
    text: str


Handle = Callable[[Held], Awaitable[bool]]
Poisoned = Callable[[Held, str | None], None]


class QueueListener:
    """Drains one queue into one handler until it is told to stop."""

    def __init__(
        self,
        queue: StorageQueue,
        poison: StorageQueue | None,
        settings: ListenerSettings,
        handle: Handle,
        on_poisoned: Poisoned,
    ) -> None:
        self._queue = queue
        self._poison = poison
        self._settings = settings
        self._handle = handle
        self._on_poisoned = on_poisoned
        self._running: set[asyncio.Task[None]] = set()
        self._room = asyncio.Event()

    async def run(self, stopping: asyncio.Event) -> None:
        """Receive until `stopping`, then wait for what is in flight."""
        wait_seconds = _FIRST_WAIT_SECONDS
        while not stopping.is_set():
            if len(self._running) > self._settings.new_batch_threshold:
                self._room.clear()
                await first_of(self._room, stopping)
                continue
            self._queue.doorbell.clear()
            if await self._receive():
                wait_seconds = _FIRST_WAIT_SECONDS
                continue
            await first_of(self._queue.doorbell, stopping, within_seconds=wait_seconds)
            has_rung = self._queue.doorbell.is_set()
            longer = min(wait_seconds * 2, self._settings.idle_seconds)
            wait_seconds = _FIRST_WAIT_SECONDS if has_rung else longer
        await asyncio.gather(*self._running)

    async def _receive(self) -> int:
        try:
            messages = await self._queue.receive(
                self._settings.batch_size, self._settings.lease_seconds
            )
        except AzureError as error:
            _log.warning("cannot read the queue %s: %s", self._queue.name, type(error).__name__)
            return 0
        for message in messages:
            task = asyncio.create_task(self._process(message))
            self._running.add(task)
            task.add_done_callback(self._finished)
        return len(messages)

    def _finished(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        if len(self._running) <= self._settings.new_batch_threshold:
            self._room.set()

    async def _process(self, message: QueueMessage) -> None:
        text = self._queue.decode(message.content)
        held = Held(message, str(message.pop_receipt), text or "")
        attempt = message.dequeue_count or 1
        try:
            if text is None or attempt > self._settings.attempts:
                await self._give_up(held)
            elif await self._work_on(held):
                await self._queue.delete(message.id, held.receipt)
            elif self._poison is None:
                self._on_poisoned(held, None)  # stays hidden: a poison queue has none of its own
            elif attempt >= self._settings.attempts:
                await self._give_up(held)
            else:
                await self._queue.hide(message.id, held.receipt, self._settings.retry_seconds)
                self._queue.ring(self._settings.retry_seconds)
        except HttpResponseError as error:
            code = getattr(error, "error_code", None)
            if error.status_code != 404 and code != "PopReceiptMismatch":
                _log.warning("queue %s: %s", self._queue.name, code or error.status_code)
        except AzureError as error:
            _log.warning("queue %s: %s", self._queue.name, type(error).__name__)

    async def _work_on(self, held: Held) -> bool:
        """Run the handler while renewing; the renewal has ended when this returns."""
        done = asyncio.Event()
        renewal = asyncio.create_task(self._renew(held, done))
        try:
            return await self._handle(held)
        finally:
            done.set()
            await renewal

    async def _renew(self, held: Held, done: asyncio.Event) -> None:
        lease = self._settings.lease_seconds
        while not await happens(done, lease / 2):
            try:
                held.receipt = await self._queue.hide(held.message.id, held.receipt, lease)
            except AzureError as error:
                _log.warning("queue %s: lost a message: %s", self._queue.name, type(error).__name__)
                return

    async def _give_up(self, held: Held) -> None:
        if self._poison is None:
            self._on_poisoned(held, None)
            return
        await self._poison.send_raw(held.message.content)
        await self._queue.delete(held.message.id, held.receipt)
        self._on_poisoned(held, self._poison.name)
