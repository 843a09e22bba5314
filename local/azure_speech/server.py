"""Serves the emulator on 127.0.0.1: for a while in a thread, or until a signal comes."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import uvicorn
from starlette.types import ASGIApp

from local.azure_speech.app import create_app
from local.azure_speech.jobs import Pool
from local.azure_speech.settings import Settings

_HOST = "127.0.0.1"
_STOP_SECONDS = 2
_START_SECONDS = 20


class _Server(uvicorn.Server):
    """Leaves signals to its caller and says when it serves."""

    def __init__(self, app: ASGIApp, started: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_level="critical",
                access_log=False,
                lifespan="on",
                timeout_graceful_shutdown=_STOP_SECONDS,
            )
        )
        self._tell = started

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._tell()


def listen(port: int = 0) -> tuple[socket.socket, str]:
    """A bound socket (0: any free port) and the URL it will be reached at."""
    # asyncio switches Nagle's delay off only where the protocol is named; it costs 40 ms a call.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
    except OSError:
        listener.close()
        raise
    return listener, f"http://{_HOST}:{listener.getsockname()[1]}"


def serve(app: ASGIApp, listener: socket.socket, started: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; call `started` once when ready."""

    async def until_signalled() -> None:
        server = _Server(app, started)

        def stop() -> None:
            server.should_exit = True

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop)
        await server.serve(sockets=[listener])

    asyncio.run(until_signalled())


@contextmanager
def running(
    pool: Pool,
    settings: Settings | None = None,
    *,
    port: int = 0,
    clock: Callable[[], float] | None = None,
) -> Iterator[str]:
    """The emulator in a thread of this process, for the length of a `with`; gives its URL.
    `settings.public_url` is replaced by it. The pool stays the caller's to close."""
    listener, url = listen(port)
    chosen = replace(settings or Settings(url), public_url=url)
    app = create_app(chosen, pool, clock) if clock else create_app(chosen, pool)
    ready = threading.Event()
    server = _Server(app, ready.set)
    thread = threading.Thread(target=server.run, args=([listener],), name="azure-speech")
    thread.start()
    try:
        if not ready.wait(_START_SECONDS):
            raise RuntimeError("The Azure Speech emulator did not start.")
        yield url
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
