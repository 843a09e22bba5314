"""Counts the requests that go to a server, in front of it: each begins with a line of its own."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Thread
from urllib.parse import urlsplit

_REQUEST = re.compile(rb"(?:GET|HEAD|PUT|POST|PATCH|MERGE|DELETE) (/\S*) HTTP/1\.1\r\n")
_LONGEST = 8_192


class Wiretap:
    """`url` takes the place of the server's own address. `paths` are those that were asked for."""

    def __init__(self, server_url: str) -> None:
        parts = urlsplit(server_url)
        self._server = (parts.hostname or "", parts.port or 0)
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}{parts.path}"
        self.paths: list[str] = []
        self._lock = Lock()

    def listen(self) -> None:
        with suppress(OSError):  # so the closed door tells that it is over
            while True:
                near, _ = self._door.accept()
                far = socket.create_connection(self._server)
                for source, sink, is_asking in ((near, far, True), (far, near, False)):
                    Thread(target=self._pass, args=(source, sink, is_asking), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, is_asking: bool) -> None:
        rest = b""
        with suppress(OSError):
            while part := source.recv(65_536):
                if is_asking:
                    rest = self._count(rest + part)
                sink.sendall(part)
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _count(self, seen: bytes) -> bytes:
        """What may be the beginning of a line is left for the next time."""
        end = 0
        for found in _REQUEST.finditer(seen):
            end = found.end()
            with self._lock:
                self.paths.append(found[1].decode(errors="replace"))
        return seen[max(end, len(seen) - _LONGEST) :]

    def close(self) -> None:
        self._door.close()


@contextmanager
def wiretap(server_url: str) -> Iterator[Wiretap]:
    tap = Wiretap(server_url)
    Thread(target=tap.listen, daemon=True).start()
    try:
        yield tap
    finally:
        tap.close()
