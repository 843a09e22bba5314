"""The Event Grid blob pipeline: events become messages in the host's own queue, and those run.

As in the real host an event says only that something was written: nothing is filtered or compared
here, a repeated event runs the function again, and a blob that has gone counts as done.
"""

import json
import logging
from dataclasses import dataclass

from azure.core.exceptions import AzureError, ResourceNotFoundError

from local.host.bindings import blob_input
from local.host.executor import Executor
from local.host.index import Function
from local.host.journal import Journal
from local.host.paths import parse_blob_path
from local.host.queues import Held, ListenerSettings, QueueListener
from local.host.settings import HostSettings, Knobs
from local.host.storage import Storage, StorageQueue

_log = logging.getLogger("local.host")
POISON_QUEUE = "webjobs-blobtrigger-poison"


@dataclass(frozen=True)
class BlobEvent:
    """One version of one blob that a function should see."""

    function: str
    container: str
    name: str
    etag: str
    blob_type: str = "BlockBlob"

    def as_message(self) -> str:
        """The real host's message."""
        return json.dumps(
            {
                "Type": "BlobTrigger",
                "FunctionId": self.function,
                "BlobType": self.blob_type,
                "ContainerName": self.container,
                "BlobName": self.name,
                "ETag": self.etag,
            }
        )


def read_event(text: str) -> BlobEvent:
    """The event in a message. Raises ValueError or KeyError when it is none."""
    value = json.loads(text)
    return BlobEvent(
        value["FunctionId"],
        value["ContainerName"],
        value["BlobName"],
        value.get("ETag", ""),
        value.get("BlobType", "BlockBlob"),
    )


class BlobPipeline:
    """All blob functions of an app share one internal queue and one poison queue."""

    def __init__(
        self,
        functions: list[Function],
        storage: Storage,
        executor: Executor,
        journal: Journal,
        queue: StorageQueue,
    ) -> None:
        self._functions = {function.full_name: function for function in functions}
        self._storage = storage
        self._executor = executor
        self._journal = journal
        self.queue = queue

    def knows(self, function: str) -> bool:
        """Whether there is a blob function of this full name."""
        return function in self._functions

    def account_path(self, function: str) -> str:
        """The path before the container in a blob's address: an emulator's account, else empty."""
        connection = self._functions[function].trigger.text("connection")
        return (
            self._storage.blobs(connection).url.split("?")[0].partition("://")[2].partition("/")[2]
        )

    async def raise_event(self, event: BlobEvent) -> None:
        """Put an event on its way."""
        await self.queue.send(event.as_message())

    def listeners(self, settings: HostSettings, knobs: Knobs) -> list[QueueListener]:
        """One listener for the whole pipeline."""
        batch = min(32, max(1, settings.blob_parallelism // 2))
        # The poison queue is in the account of the data, not in the host's.
        connection = next(iter(self._functions.values())).trigger.text("connection")
        poison = self._storage.queue(connection, POISON_QUEUE)
        limits = ListenerSettings(
            batch_size=batch,
            new_batch_threshold=settings.blob_parallelism - batch,
            attempts=settings.blob_attempts,
            retry_seconds=settings.queues.visibility_seconds,
            idle_seconds=min(settings.queues.max_polling_seconds, knobs.idle_poll_seconds),
            lease_seconds=knobs.lease_seconds,
        )
        return [QueueListener(self.queue, poison, limits, self._handle, self._poisoned)]

    def _poisoned(self, held: Held, queue: str | None) -> None:
        self._journal.poisoned(_function_in(held.text), queue)

    async def _handle(self, held: Held) -> bool:
        try:
            event = read_event(held.text)
        except (ValueError, KeyError):
            _log.warning("dropped what is not an event from %s", self.queue.name)
            return True
        function = self._functions.get(event.function)
        if function is None:
            return True
        values = parse_blob_path(function.trigger.text("path")).match(event.name) or {}
        service = self._storage.blobs(function.trigger.text("connection"))
        blob = service.get_blob_client(event.container, event.name)
        try:
            given = await self._storage.call(blob_input, function, blob, values)
        except ResourceNotFoundError:
            return True
        except AzureError as error:
            self._journal.failed(function.name, 0, error)
            return False
        return (await self._executor.execute(function, given)).succeeded


def _function_in(text: str) -> str:
    try:
        return read_event(text).function.rpartition(".")[2]
    except (ValueError, KeyError):
        return "unknown"
