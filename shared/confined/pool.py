"""As many children as are needed at a time; one file is in one child, so the blame is clear."""

from __future__ import annotations

import atexit
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

from shared.confined.process import Child, ChildDied, Limits, Said, Stream
from shared.errors import ReaderUnavailable
from shared.log import event
from shared.ports.demuxer import TooCostly

MOST_CHILDREN = 2
PATIENCE_SECONDS = 0.25
# What a file brings about by itself. Anything else may have come from outside.
_BY_THE_FILE = frozenset(
    {-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGILL, -signal.SIGFPE}
    | {-signal.SIGPROF, -signal.SIGSYS}
)


class Children:
    """Starts no process before the first file. Any thread may ask."""

    def __init__(
        self,
        limits: Limits | None = None,
        most: int = MOST_CHILDREN,
        start: Callable[[Limits], Child] = Child,
    ) -> None:
        self._limits, self._most, self._start = limits or Limits(), most, start
        self._idle: list[Child] = []
        self._begin()
        atexit.register(self.close)

    def ask(self, job: dict[str, Any], data: bytes) -> dict[str, Any]:
        """What the child made of it. Raises `TooCostly` where the file is to blame, and
        `ReaderUnavailable` where it is not."""
        for last in (False, True):
            try:
                said = self._asked(job, data)
            except ChildDied as death:
                self._judge(death, last=last)
                continue
            return _done(said)
        raise AssertionError("the second death is judged")

    def work(self, job: dict[str, Any], stream: Stream) -> dict[str, Any]:
        """What came of a longer job. Raises as `ask` does, on the first death already: half of the
        stream is gone. Whatever `stream` raises passes through."""
        try:
            return _done(self._at_work(lambda child: child.work(job, stream)))
        except ChildDied as death:
            self._judge(death, last=True)
            raise AssertionError("the last death is judged") from None

    def close(self) -> None:
        """Ends the children that are not at work."""
        if self._pid != os.getpid():
            return
        with self._free:
            idle, self._idle = self._idle, []
            self._count -= len(idle)
        for child in idle:
            child.end()

    def _begin(self) -> None:
        self._pid, self._free = os.getpid(), threading.Condition()
        self._idle, self._count = [], 0

    def _asked(self, job: dict[str, Any], data: bytes) -> Said:
        return self._at_work(lambda child: child.ask(job, data))

    def _at_work(self, at: Callable[[Child], Said]) -> Said:
        child = self._taken()
        is_well = False
        try:
            said = at(child)
            is_well = said.failed != "memory" and not child.is_worn
            return said
        finally:
            self._put_back(child if is_well else None)
            if not is_well:
                child.end()

    def _judge(self, death: ChildDied, *, last: bool) -> None:
        """A death that may have come from outside gets another chance, in a new child."""
        event("reader.died", code=death.code, again=last, level=30)
        if death.code in _BY_THE_FILE:
            raise TooCostly(f"code {death.code}") from None
        if last and death.code is None:
            raise TooCostly("no answer in time") from None
        if last:
            raise ReaderUnavailable("The process that reads files ended twice.") from None

    def _taken(self) -> Child:
        """One that is idle, or a new one where none will be soon."""
        if self._pid != os.getpid():
            self._begin()  # after a fork: those are the children of another process
        child = self._idle_one()
        if child is not None and child.is_alive:
            return child
        try:
            if child is not None:
                child.end()
            child = self._start(self._limits)
        except BaseException:
            self._put_back(None)
            raise
        event("reader.started", walls=child.walls)
        return child

    def _idle_one(self) -> Child | None:
        """None: there is room for another one, which is counted already."""
        with self._free:
            if not self._idle and self._count:
                self._free.wait(PATIENCE_SECONDS)
            while not self._idle and self._count >= self._most:
                self._free.wait()
            if self._idle:
                return self._idle.pop()
            self._count += 1
            return None

    def _put_back(self, child: Child | None) -> None:
        with self._free:
            if child is None:
                self._count -= 1
            else:
                self._idle.append(child)
            self._free.notify()


def _done(said: Said) -> dict[str, Any]:
    if said.done is None:
        raise TooCostly(said.failed or "nothing was said")
    return said.done
