"""Runs the app in this process as the functions host does: events, messages, timer and webhooks.

What the host itself does (receive, delete) is done by clients of its own and not counted, as it is
not counted at the peer either. In Azure the host is a process of its own; here it shares the app's,
whose time is measured, so it does as little as it can.
"""

from __future__ import annotations

import base64
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore, Event, Lock, Thread
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from azure.core.pipeline.transport import RequestsTransport
from azure.storage.queue import QueueServiceClient

from benchmarks.shares import BENCHMARK, Shares
from benchmarks.sizes import THREADS
from shared import messages as m
from shared.application import Application
from shared.errors import DropscribeError
from shared.stores.clients import CONNECTIONS
from shared.stores.session import StorageSession

LEAST_IDLE_SECONDS, MOST_IDLE_SECONDS = 0.1, 2.0  # doubled while a queue is empty, as the host does
POLL_SECONDS = 60.0  # of the timer, as deployed
HIDDEN_SECONDS = 600
MOST_TRIES = 5
ALL = ""
HIDDEN_AFTER_ERROR_SECONDS = 15  # as in host.json


class Busy:
    """Counts executions, and the time in which at least one runs: of all, and of each function."""

    def __init__(self) -> None:
        self.executions: Counter[str] = Counter()
        self.seconds: dict[str, float] = defaultdict(float)
        self._running: Counter[str] = Counter()
        self._since: dict[str, float] = {}
        self._lock = Lock()

    @contextmanager
    def execution(self, name: str) -> Iterator[None]:
        with self._lock:
            for one in (ALL, name):
                if not self._running[one]:
                    self._since[one] = monotonic()
                self._running[one] += 1
        try:
            yield
        finally:
            with self._lock:
                self.executions[name] += 1
                for one in (ALL, name):
                    self._running[one] -= 1
                    if not self._running[one]:
                        self.seconds[one] += monotonic() - self._since[one]


class Host:
    """At most `THREADS` executions at a time, as `PYTHON_THREADPOOL_THREAD_COUNT` says."""

    def __init__(
        self, app: Application, connection_string: str, shares: Shares | None = None
    ) -> None:
        self.busy = Busy()
        self._shares = shares or Shares()
        self.retries: Counter[str] = Counter()
        self._app = app
        service = QueueServiceClient.from_connection_string(
            connection_string,
            transport=RequestsTransport(session=StorageSession(CONNECTIONS), session_owner=False),
        )
        self._queues = {queue: service.get_queue_client(queue) for queue in m.QUEUES}
        self._pool = ThreadPoolExecutor(THREADS)
        self._room = BoundedSemaphore(THREADS)
        self._stop = Event()
        self._failure: BaseException | None = None
        self._loops = [Thread(target=self._receive, args=(queue,)) for queue in m.QUEUES]
        self._loops.append(Thread(target=self._poll))

    def __enter__(self) -> Host:
        for loop in self._loops:
            loop.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for loop in self._loops:
            loop.join()
        self._pool.shutdown()

    def events(self, names: Iterable[str]) -> None:
        """One execution of the blob trigger for each; returns when all are done."""
        for name in names:
            self._start("audio_dropped", self._drop, name)
        for _ in range(THREADS):
            self._room.acquire()
        self._room.release(THREADS)

    def _drop(self, name: str) -> None:
        """As the host does it: a blob's event is tried five times."""
        for tries in range(MOST_TRIES):
            try:
                self._app.audio_dropped("audio", name)
                return
            except DropscribeError as error:
                if not error.transient or tries == MOST_TRIES - 1:
                    raise
                self.retries[type(error).__name__] += 1

    def check(self) -> None:
        """Raises what an execution raised."""
        if self._failure is not None:
            raise self._failure

    def _start(self, name: str, step: Callable[..., object], *args: Any) -> None:
        self._room.acquire()

        def run() -> None:
            try:
                with self.busy.execution(name):
                    step(*args)
            except BaseException as error:  # the benchmark is worth nothing then
                self._failure = error
            finally:
                self._room.release()

        self._pool.submit(run)

    def _receive(self, name: str) -> None:
        queue, idle = self._queues[name], LEAST_IDLE_SECONDS
        while not self._stop.is_set():
            with self._shares.of(BENCHMARK):
                found = list(
                    queue.receive_messages(max_messages=16, visibility_timeout=HIDDEN_SECONDS)
                )
            for message in found:
                body = m.read(name, base64.b64decode(message.content))
                self._start(m.step_of(body), self._run, body, queue, message)
            if found:
                idle = LEAST_IDLE_SECONDS
            else:
                self._stop.wait(idle)
                idle = min(idle * 2, MOST_IDLE_SECONDS)

    def _run(self, body: m.Message, queue: Any, message: Any) -> None:
        """As the host does it: what fails for now comes again."""
        try:
            self._app.run(body)
        except DropscribeError as error:
            if not error.transient:
                raise
            self.retries[type(error).__name__] += 1
            with self._shares.of(BENCHMARK):
                queue.update_message(message, visibility_timeout=HIDDEN_AFTER_ERROR_SECONDS)
        else:
            with self._shares.of(BENCHMARK):
                queue.delete_message(message)

    def _poll(self) -> None:
        while not self._stop.wait(POLL_SECONDS):
            self._start("poll", self._poll_once)

    def _poll_once(self) -> None:
        try:
            self._app.poll()
        except DropscribeError as error:
            if not error.transient:
                raise
            self.retries[type(error).__name__] += 1


@contextmanager
def receiving_webhooks(port: int, app: Application, busy: Busy) -> Iterator[None]:
    """The route of the provider's webhooks."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            url = urlsplit(self.path)
            provider, endpoint = url.path.split("/")[-2:]
            body = self.rfile.read(int(self.headers["Content-Length"]))
            query = dict(parse_qsl(url.query, keep_blank_values=True))
            with busy.execution("provider_webhook"):
                answer = app.hear(provider, endpoint, dict(self.headers), query, body).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
