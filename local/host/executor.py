"""One execution from input to outputs: run, write the outputs only on success, count, print."""

import asyncio
from dataclasses import dataclass
from time import perf_counter

from azure.functions.meta import Datum

from local.host.bindings import TriggerInput, queue_bodies
from local.host.index import Binding, Function
from local.host.journal import Journal
from local.host.paths import fill
from local.host.storage import Storage
from local.host.worker import Outputs, Worker


@dataclass(frozen=True)
class Result:
    """How an execution ended; `response` is the value of an http output, if there is one."""

    succeeded: bool
    response: Datum | None = None


class Executor:
    """Executes functions for all listeners."""

    def __init__(
        self,
        worker: Worker,
        storage: Storage,
        journal: Journal,
        *,
        timeout_seconds: float | None,
        base64_text: bool,
    ) -> None:
        self._worker = worker
        self._storage = storage
        self._journal = journal
        self._timeout_seconds = timeout_seconds
        self._base64 = base64_text

    async def execute(self, function: Function, given: TriggerInput) -> Result:
        """Run once. A failure is an answer, not an exception.

        Past the time limit the execution counts as failed. The real host then restarts the worker;
        here a sync function goes on in its thread, unheard.
        """
        started = perf_counter()
        try:
            outputs = await self._invoke(function, given)
            response = None
            for binding, datum in outputs:
                if binding.type == "http":
                    response = datum
                else:
                    await self._write(binding, datum, given)
        except Exception as error:
            self._journal.failed(function.name, perf_counter() - started, error)
            return Result(False)
        self._journal.succeeded(function.name, perf_counter() - started)
        return Result(True, response)

    async def _invoke(self, function: Function, given: TriggerInput) -> Outputs:
        limit = asyncio.timeout(self._timeout_seconds)
        try:
            async with limit:
                return await self._worker.invoke(function, given)
        except TimeoutError as error:
            if not limit.expired():
                raise  # the function's own
            raise TimeoutError("it ran longer than functionTimeout allows") from error

    async def _write(self, binding: Binding, datum: Datum, given: TriggerInput) -> None:
        connection = binding.text("connection")
        if binding.type == "queue":
            name = fill(binding.text("queueName"), given.values)
            queue = self._storage.queue(connection, name, base64_text=self._base64)
            for body in queue_bodies(datum):
                await queue.send(body)
            return
        container, _, name = fill(binding.text("path"), given.values).partition("/")
        blob = self._storage.blobs(connection).get_blob_client(container, name)
        await self._storage.call(blob.upload_blob, datum.value, overwrite=True)
