"""Programs of the local stack as child processes that never outlive their parent."""

from __future__ import annotations

import ctypes
import re
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic

_PR_SET_PDEATHSIG = 1
STOP_SECONDS = 15


class ChildFailed(RuntimeError):
    """A program did not come up, or ended; the message holds the last lines it printed."""


class Child:
    """One running program; `found` is what its ready line said."""

    def __init__(
        self, name: str, command: Sequence[str], env: Mapping[str, str], log: Path
    ) -> None:
        self.name, self._log = name, log
        self.found: re.Match[str] | None = None
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self._last: deque[str] = deque(maxlen=30)
        self.process = subprocess.Popen(
            command,
            env=dict(env),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # Ctrl-C is for the parent, which stops its children in order
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )
        self._reader = threading.Thread(target=self._drain, name=f"{name}-output", daemon=True)
        self._reader.start()

    def await_ready(self, ready: str, seconds: float) -> re.Match[str]:
        """Wait for a line that matches `ready`. Raises `ChildFailed`."""
        deadline = monotonic() + seconds
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - monotonic()))
            except Empty:
                raise ChildFailed(
                    f"{self.name} did not start in {seconds:.0f} s\n{self.tail}"
                ) from None
            if line is None:
                raise ChildFailed(f"{self.name} ended at start\n{self.tail}")
            if found := re.search(ready, line):
                self.found = found
                return found

    def check(self) -> None:
        """Raises `ChildFailed` if the program has ended."""
        if self.process.poll() is not None:
            self._reader.join(timeout=2)
            raise ChildFailed(f"{self.name} ended by itself\n{self.tail}")

    @property
    def tail(self) -> str:
        return "\n".join(f"    {line}" for line in self._last)

    def stop(self) -> None:
        """SIGTERM, and SIGKILL for one that does not listen."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()
        self._reader.join(timeout=2)

    def kill(self) -> None:
        """SIGKILL, as a crash."""
        self.process.kill()
        self.process.wait()

    def _drain(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output, self._log.open("a", encoding="utf-8") as log:
            for line in output:
                log.write(line)
                log.flush()
                self._last.append(line.rstrip())
                if self.found is None:
                    self._lines.put(line)
        self._lines.put(None)


@contextmanager
def running(
    name: str,
    command: Sequence[str],
    *,
    ready: str,
    env: Mapping[str, str],
    log: Path,
    seconds: float = 60,
) -> Iterator[Child]:
    """A program, from its ready line on until the end of the block."""
    child = Child(name, command, env, log)
    try:
        child.await_ready(ready, seconds)
        yield child
    finally:
        child.stop()


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
