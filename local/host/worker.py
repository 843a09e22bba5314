"""Runs the functions: sync ones on a pool of the worker's size, async ones on a loop of their own.

User code never runs on the host's loop, so a blocking call in it delays other async functions, as
in the cloud, but neither HTTP nor the renewal of messages.
"""

import asyncio
import contextvars
import threading
from collections.abc import Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from azure.functions.meta import Datum

from local.host.bindings import InvocationContext, OutValue, TriggerInput, encode_output
from local.host.index import RETURN, Binding, Function
from local.host.journal import begin_execution

Outputs = list[tuple[Binding, Datum]]


class _Exited(Exception):
    """A function called sys.exit(): its failure, not the host's end."""


class Worker:
    """The functions' threads and loop."""

    def __init__(self, threads: int, directory: str) -> None:
        self._directory = directory
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="function")
        self._running = 0
        self._counting = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="async", daemon=True)
        self._thread.start()

    async def invoke(self, function: Function, given: TriggerInput) -> Outputs:
        """Run a function and encode what it gave. Raises whatever it raises."""
        outs = {binding.name: OutValue() for binding in function.outputs if binding.name != RETURN}
        arguments: dict[str, Any] = {function.trigger.name: given.argument, **outs}
        if "context" in function.parameters and "context" not in arguments:
            arguments["context"] = InvocationContext(function, self._directory)
        running = self._start(function, arguments)
        with self._counting:
            self._running += 1
        running.add_done_callback(self._finished)
        returned = await asyncio.wrap_future(running)
        return _outputs(function, outs, returned)

    def stop(self) -> bool:
        """Take no more work; answers whether a function is still running."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=1)
        self._pool.shutdown(wait=False, cancel_futures=True)
        return self._thread.is_alive() or self._running > 0

    def _finished(self, _: "Future[Any]") -> None:
        with self._counting:
            self._running -= 1

    def _start(self, function: Function, arguments: dict[str, Any]) -> "Future[Any]":
        if function.is_async:
            return asyncio.run_coroutine_threadsafe(_named(function, arguments), self._loop)
        return self._pool.submit(contextvars.Context().run, _call, function, arguments)


def _call(function: Function, arguments: dict[str, Any]) -> Any:
    begin_execution(function.name)
    try:
        return function.code(**arguments)
    except SystemExit as error:
        raise _Exited from error


async def _named(function: Function, arguments: dict[str, Any]) -> Any:
    begin_execution(function.name)
    coroutine: Coroutine[Any, Any, Any] = function.code(**arguments)
    try:
        return await coroutine
    except SystemExit as error:
        raise _Exited from error


def _outputs(function: Function, outs: dict[str, OutValue], returned: Any) -> Outputs:
    values = {name: out.value for name, out in outs.items()}
    if function.returns is not None:
        values[RETURN] = returned
    elif returned is not None:
        raise TypeError(f"{function.name} returned a value but has no $return binding")
    return [
        (binding, encode_output(binding, values[binding.name]))
        for binding in function.outputs
        if values[binding.name] is not None
    ]
