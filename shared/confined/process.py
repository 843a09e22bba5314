"""One child: started afresh, asked one thing at a time, ended."""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from shared.confined.frames import MOST_BYTES, BrokenFrame, OtherSideGone, packed, received
from shared.errors import ReaderUnavailable

_ROOT = Path(__file__).resolve().parents[2]
_START = (
    "import sys; sys.path[:0] = sys.argv[2:]; from shared.confined.child.main import main; main()"
)
_TICK_SECONDS = 1.0
_DYING_SECONDS = 5.0


@dataclass(frozen=True)
class Limits:
    """What a job may cost. `memory_bytes` are above what the child has before its first job;
    `life_cpu_seconds` and `jobs` are for one child, then a new one takes its place. For
    `wall_seconds` it may say nothing. `streams`: it is for longer jobs."""

    memory_bytes: int = 96 * 1024 * 1024
    cpu_seconds: float = 2
    wall_seconds: int = 10
    life_cpu_seconds: int = 600
    jobs: int = 5_000
    streams: bool = False


class ChildDied(Exception):
    """It is gone in the middle of a job, or was ended: `code` is that of the process, a signal if
    negative, and None where it was still there but said nothing, or what cannot be."""

    def __init__(self, code: int | None) -> None:
        self.code = code
        super().__init__(f"code {code}")


class Said(msgspec.Struct, frozen=True):
    """What a child may say; see `frames`."""

    ready: list[str] | None = None
    done: dict[str, Any] | None = None
    failed: str | None = None
    read: tuple[int, int] | None = None
    block: int | None = None
    levels: int | None = None


@dataclass(frozen=True)
class Stream:
    """What a longer job is served with: `read` brings a range of the file, `take` gets each block
    of what is written, by its number, `measured` what was measured of it. Whatever they raise ends
    the job, and passes through."""

    read: Callable[[int, int], bytes]
    take: Callable[[int, bytes], None]
    measured: Callable[[bytes], object] = len


_decode = msgspec.json.Decoder(Said).decode


class Child:
    """Raises `ReaderUnavailable` where no child can be started."""

    def __init__(self, limits: Limits) -> None:
        self._limits, self.jobs = limits, 0
        self._socket, theirs = socket.socketpair()
        self._socket.settimeout(_TICK_SECONDS)
        try:
            with theirs:
                self._process = _started(theirs, limits)
            self.walls = tuple(self._said(ticks=60)[0].ready or ())
        except (OSError, BrokenFrame, ChildDied) as error:
            self.end()
            raise ReaderUnavailable("No process that reads files can be started.") from error

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended while it waited."""
        return self._process.poll() is None

    @property
    def is_worn(self) -> bool:
        """Whether another one should take its place."""
        return self.jobs >= self._limits.jobs

    def ask(self, job: dict[str, Any], data: bytes) -> Said:
        """`done` or `failed`. Raises `ChildDied`; then the child is of no use any more."""
        self.jobs += 1
        self._tell(job, data)
        said, _ = self._told(most=0)
        return said

    def work(self, job: dict[str, Any], stream: Stream) -> Said:
        """`done` or `failed` of a job that takes a stream. Raises as `ask` does, and whatever
        `stream` raises; then, too, the child is of no use any more."""
        self.jobs += 1
        self._tell(job)
        while True:
            said, data = self._told(MOST_BYTES)
            if said.read is not None:
                self._tell({}, stream.read(*said.read))
            elif said.block is not None:
                stream.take(said.block, data)
            elif said.levels is not None:
                stream.measured(data)
            else:
                return said

    def _tell(self, head: dict[str, Any], data: bytes = b"") -> None:
        try:
            self._send(packed(head, len(data)), data)
        except OSError as error:
            raise self._died(is_gone=True) from error

    def _told(self, most: int) -> tuple[Said, bytes]:
        try:
            return self._said(self._limits.wall_seconds, most)
        except (BrokenFrame, OSError) as error:
            is_gone = isinstance(error, OSError | OtherSideGone)
            raise self._died(is_gone=is_gone) from error

    def end(self) -> None:
        """At once; it holds nothing that could be lost."""
        self._socket.close()
        process = getattr(self, "_process", None)
        if process is not None:
            process.kill()
            process.wait()

    def _send(self, head: bytes, data: bytes) -> None:
        """At once where that is possible, so that the child wakes up once."""
        self._socket.settimeout(self._limits.wall_seconds)
        sent = self._socket.sendmsg([head, data])
        if sent < len(head):
            self._socket.sendall(head[sent:])
        if sent < len(head) + len(data):
            self._socket.sendall(memoryview(data)[max(0, sent - len(head)) :])
        self._socket.settimeout(_TICK_SECONDS)

    def _said(self, ticks: int, most: int = 0) -> tuple[Said, bytes]:
        """With at most so many bytes. Time is counted in short waits, so that a machine that was
        frozen for an hour took one of them and no more. Raises `BrokenFrame`, `ChildDied`."""
        left = ticks

        def receive(length: int) -> bytes:
            nonlocal left
            while left:
                try:
                    return self._socket.recv(length)
                except TimeoutError:
                    left -= 1
            raise BrokenFrame("no answer in time")

        head, data = received(receive, most)
        try:
            return _decode(head), data
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BrokenFrame("no such answer") from error

    def _died(self, *, is_gone: bool) -> ChildDied:
        """What it died of; it is ended if it did not. On a machine that is busy it takes a while
        until that can be told of a child that is gone."""
        code: int | None = None
        with suppress(subprocess.TimeoutExpired):
            code = self._process.wait(_DYING_SECONDS if is_gone else 0.2)
        self.end()
        return ChildDied(code)


def _started(theirs: socket.socket, limits: Limits) -> subprocess.Popen[bytes]:
    """A fresh interpreter, not a fork: the app has threads. It gets no environment but where the
    shared libraries of Python lie, and no path but to itself and PyAV."""
    told = {
        "memory_bytes": limits.memory_bytes,
        "life_cpu_seconds": limits.life_cpu_seconds,
        "cpu_seconds": limits.cpu_seconds,
        "streams": limits.streams,
    }
    command = [sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", _START, json.dumps(told)]
    return subprocess.Popen(
        [*command, str(_ROOT), *_places_of("av")],
        stdin=theirs.fileno(),
        stdout=theirs.fileno(),
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        start_new_session=True,
    )


def _places_of(package: str) -> list[str]:
    found = importlib.util.find_spec(package)
    places = [] if found is None else found.submodule_search_locations or []
    return [os.path.dirname(place) for place in places]  # noqa: PTH120
