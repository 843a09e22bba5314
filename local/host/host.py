"""Puts the host together and runs it from start to stop."""

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import uvicorn

from local.host.bells import hearing
from local.host.bindings import queue_input
from local.host.blobs import BlobPipeline
from local.host.executor import Executor
from local.host.http import Surface
from local.host.index import Function
from local.host.journal import Journal
from local.host.keys import Keys
from local.host.ncrontab import parse_schedule
from local.host.queues import Held, ListenerSettings, QueueListener
from local.host.scan import Scanner, watches
from local.host.settings import HostSettings, Knobs, host_id, thread_count
from local.host.singleton import Singleton
from local.host.storage import Storage
from local.host.timers import StatusStore, TimerListener
from local.host.validation import STORAGE
from local.host.worker import Worker

_log = logging.getLogger("local.host")


@dataclass(frozen=True)
class App:
    """What is to be run."""

    directory: Path
    functions: list[Function]
    settings: HostSettings
    knobs: Knobs
    environ: Mapping[str, str]
    keys: Keys

    def with_trigger(self, kind: str) -> list[Function]:
        """The functions of one kind."""
        return [function for function in self.functions if function.trigger.type == kind]


class Host:
    """One process of the app. Make it inside a running event loop."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._id = host_id(app.directory, app.environ)
        self._stopping = asyncio.Event()
        self._by_hand: set[asyncio.Task[None]] = set()
        self._storage = Storage(app.environ)
        self._worker = Worker(thread_count(app.environ), str(app.directory))
        self._journal = Journal()
        self._executor = Executor(
            self._worker,
            self._storage,
            self._journal,
            timeout_seconds=app.settings.timeout_seconds,
            base64_text=app.settings.queues.base64,
        )
        for function in app.functions:
            self._journal.expect(function.name)
        self._blobs = self._make_pipeline()
        self._timers = self._make_timers()

    async def run(self, listening: socket.socket, on_ready: Callable[[], None]) -> bool:
        """Serve until a signal; answers False when functions were still running at the end."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        server = _Server(self._surface(), self._app.knobs.grace_seconds)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        with hearing(partial(loop.call_soon_threadsafe, self._storage.ring)):
            listeners = [asyncio.create_task(listener) for listener in self._listeners()]
            await server.ready(serving)
            on_ready()
            stopped = asyncio.create_task(self._stopping.wait())
            await asyncio.wait([stopped, serving, *listeners], return_when=asyncio.FIRST_COMPLETED)
            return await self._stop(server, serving, listeners)

    async def _stop(
        self,
        server: "_Server",
        serving: "asyncio.Task[None]",
        listeners: "list[asyncio.Task[None]]",
    ) -> bool:
        self._stopping.set()
        server.should_exit = True
        done, late = await asyncio.wait(
            [serving, *listeners], timeout=self._app.knobs.grace_seconds
        )
        if late:
            _log.warning("stopping with executions in flight; their messages will come back")
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        self._storage.close()
        still_running = self._worker.stop()
        for task in done:
            task.result()  # a listener that broke is a defect: say so
        return not still_running

    def _surface(self) -> Any:
        return Surface(
            self._app.functions,
            self._app.settings.route_prefix,
            self._app.keys,
            self._id,
            self._executor,
            self._journal,
            self._blobs,
            self._run_now,
        ).application()

    def _listeners(self) -> list[Coroutine[Any, Any, None]]:
        queues = [self._queue_listener(f) for f in self._app.with_trigger("queueTrigger")]
        if self._blobs:
            queues += self._blobs.listeners(self._app.settings, self._app.knobs)
        running = [queue.run(self._stopping) for queue in queues]
        if self._blobs or self._timers:
            lock = Singleton(self._storage, STORAGE, f"{self._id}/listeners")
            running.append(lock.run(self._run_once_per_app, self._stopping))
        return running

    async def _run_once_per_app(self, ending: asyncio.Event) -> None:
        """Timers and scans: of all hosts of this app, the one with the lock runs them."""
        async with asyncio.TaskGroup() as group:
            for timer in self._timers.values():
                group.create_task(timer.run(ending))
            for scanner in self._scanners():
                group.create_task(scanner.run(ending))

    def _scanners(self) -> list[Scanner]:
        if self._blobs is None:
            return []
        return [
            Scanner(
                watch,
                self._blobs,
                self._storage,
                receipts=f"blobscan/{self._id}",
                scan_seconds=self._app.knobs.scan_seconds,
            )
            for watch in watches(self._app.with_trigger("blobTrigger"))
        ]

    def _make_timers(self) -> dict[str, TimerListener]:
        timers = self._app.with_trigger("timerTrigger")
        if not timers:
            return {}
        zone = ZoneInfo(self._app.environ.get("WEBSITE_TIME_ZONE") or "UTC")
        store = StatusStore(self._storage, STORAGE, self._id)
        return {
            timer.name: TimerListener(
                timer, parse_schedule(timer.trigger.text("schedule"), zone), store, self._executor
            )
            for timer in timers
        }

    def _make_pipeline(self) -> BlobPipeline | None:
        functions = self._app.with_trigger("blobTrigger")
        if not functions:
            return None
        queue = self._storage.queue(STORAGE, f"azure-webjobs-blobtrigger-{self._id}")
        return BlobPipeline(functions, self._storage, self._executor, self._journal, queue)

    def _queue_listener(self, function: Function) -> QueueListener:
        trigger, settings = function.trigger, self._app.settings.queues
        connection, name = trigger.text("connection"), trigger.text("queueName")

        def queue(name: str) -> Any:
            return self._storage.queue(connection, name, base64_text=settings.base64)

        async def handle(held: Held) -> bool:
            given = queue_input(function, held.message, held.receipt, held.text)
            return (await self._executor.execute(function, given)).succeeded

        def poisoned(held: Held, poison: str | None) -> None:
            self._journal.poisoned(function.name, poison)

        limits = ListenerSettings(
            batch_size=settings.batch_size,
            new_batch_threshold=settings.new_batch_threshold,
            attempts=settings.max_dequeue_count,
            retry_seconds=settings.visibility_seconds,
            idle_seconds=min(settings.max_polling_seconds, self._app.knobs.idle_poll_seconds),
            lease_seconds=self._app.knobs.lease_seconds,
        )
        poison = None if name.endswith("-poison") else queue(f"{name}-poison")
        return QueueListener(queue(name), poison, limits, handle, poisoned)

    async def _run_now(self, name: str, value: str) -> bool:
        """Start a timer function, or send a queue function a message; False for any other."""
        if timer := self._timers.get(name):
            task = asyncio.create_task(timer.run_now())
            self._by_hand.add(task)
            task.add_done_callback(self._by_hand.discard)
            return True
        for function in self._app.with_trigger("queueTrigger"):
            if function.name == name:
                trigger, base64_text = function.trigger, self._app.settings.queues.base64
                queue = self._storage.queue(
                    trigger.text("connection"), trigger.text("queueName"), base64_text=base64_text
                )
                await queue.send(value)
                return True
        return False


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling: the host stops it with everything else."""

    def __init__(self, application: Any, grace_seconds: float) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                timeout_graceful_shutdown=max(1, round(grace_seconds)),
            )
        )

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()

    async def ready(self, serving: "asyncio.Task[None]") -> None:
        """Wait until requests are answered; raise what kept the server from starting."""
        while not self.started:
            if serving.done():
                await serving
            await asyncio.sleep(0.005)
