"""Dialling: a name is resolved, every machine behind it is checked, and one of exactly these is
connected to. Nobody resolves the name again in between, so nothing can be put in its place.

This is the network backend of `httpcore`, the layer on which httpx stands: above it, TLS and HTTP
still see the name (SNI, certificate, Host), below it only numbers are dialled.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from time import monotonic
from typing import Any

import httpcore

from shared.model.address import Network, may_be_dialled

Resolve = Callable[[str, int], Sequence[str]]
"""All addresses of a name, as numbers. Raises `OSError` where there is none."""

FIRST_TRY_SECONDS = 5.0


class Forbidden(Exception):
    """The name stands for a machine that must not be called."""


class Deadline(threading.local):
    """When the request of this thread has to be over. httpx and httpcore limit the wait for the
    next bytes, and who sends one byte a second is never late for that."""

    at: float = 0.0

    def set(self, seconds: float) -> None:
        self.at = monotonic() + seconds

    def left(self, most: float | None = None) -> float:
        """Raises `httpcore.ReadTimeout` when none is."""
        seconds = self.at - monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout("out of time")
        return seconds if most is None else min(seconds, most)


def resolve(host: str, port: int) -> list[str]:
    """By the system."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class CheckedBackend(httpcore.NetworkBackend):
    """Connects to what may be called, and to nothing else."""

    def __init__(
        self, deadline: Deadline, allowed: Sequence[Network], resolve_: Resolve = resolve
    ) -> None:
        self._deadline, self._allowed, self._resolve = deadline, tuple(allowed), resolve_
        self._dialler = httpcore.SyncBackend()
        # The system's resolver knows no time-out of ours; a thread that hangs is left to itself.
        self._resolvers = ThreadPoolExecutor(16, thread_name_prefix="resolve")

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        numbers = self._checked(host, port)
        for number in numbers[:-1]:
            try:
                return self._dial(number, port, FIRST_TRY_SECONDS)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._dial(numbers[-1], port, None)

    def _checked(self, host: str, port: int) -> list[str]:
        """One address that must not be called spoils the name."""
        numbers = [host] if _is_number(host) else self._resolved(host, port)
        if not numbers:
            raise httpcore.ConnectError("the name is not known")
        if not all(may_be_dialled(number, self._allowed) for number in numbers):
            raise Forbidden
        return numbers

    def _resolved(self, host: str, port: int) -> list[str]:
        waiting = self._resolvers.submit(self._resolve, host, port)
        try:
            return list(waiting.result(self._deadline.left()))
        except NotInTime:
            raise httpcore.ConnectTimeout("the name was not resolved in time") from None
        except (OSError, UnicodeError):
            raise httpcore.ConnectError("the name is not known") from None

    def _dial(self, number: str, port: int, most: float | None) -> httpcore.NetworkStream:
        stream = self._dialler.connect_tcp(number, port, self._deadline.left(most))
        return _TimedStream(stream, self._deadline)


class _TimedStream(httpcore.NetworkStream):
    """A stream on which nothing waits beyond the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
