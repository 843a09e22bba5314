"""Serves an emulator on 127.0.0.1: for a while in a thread, or until a signal comes."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

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
def serving(make_app: Callable[[str], ASGIApp], *, name: str, port: int = 0) -> Iterator[str]:
    """The app in a thread of this process, for the length of a `with`; gives its URL, for which
    `make_app` makes it."""
    listener, url = listen(port)
    ready = threading.Event()
    server = _Server(make_app(url), ready.set)
    thread = threading.Thread(target=server.run, args=([listener],), name=name)
    thread.start()
    try:
        if not ready.wait(_START_SECONDS):
            raise RuntimeError(f"The emulator {name} did not start.")
        yield url
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
