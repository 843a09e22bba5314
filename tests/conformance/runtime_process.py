"""The real runtime in a process of its own, as a Python object."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

SCRIPT = Path(__file__).with_name("real_runtime.py")
START_SECONDS = CALL_SECONDS = 60.0


class Typed(NamedTuple):
    """A value as the host types it: string, json, http or model_binding_data."""

    kind: str
    value: Any


class Outcome(NamedTuple):
    """`problem` and `stack` are those of the exception; `returned` is an HTTP answer or None."""

    succeeded: bool
    problem: str
    stack: str
    returned: Any


class RealRuntime:
    """The app, loaded and ready to be invoked. Invocations may overlap."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self._process, self._log = process, log
        self._first: Future[dict[str, Any]] = Future()
        self._waiting: dict[str, Future[dict[str, Any]]] = {}
        self._lock, self._numbers = threading.Lock(), itertools.count(1)
        self._reader = threading.Thread(target=self._read, name="real-runtime", daemon=True)
        self._reader.start()

    @property
    def loaded(self) -> dict[str, Any]:
        """The first line of real_runtime.py: versions, functions, why the app did not load."""
        return self._first.result(START_SECONDS)

    @property
    def output(self) -> str:
        """What the app and the runtime have printed and logged so far."""
        return self._log.read_text()

    def bindings(self, function: str) -> list[dict[str, Any]]:
        """What the host is told of a function."""
        return list(self.loaded["functions"][function]["bindings"])

    def invoke(
        self,
        function: str,
        inputs: Mapping[str, Typed],
        metadata: Mapping[str, Typed] | None = None,
    ) -> Outcome:
        """Run a function once and wait for what becomes of it."""
        answer: Future[dict[str, Any]] = Future()
        with self._lock:
            call_id = f"invocation-{next(self._numbers)}"
            self._waiting[call_id] = answer
            self._send(
                id=call_id,
                function=function,
                inputs={name: given._asdict() for name, given in inputs.items()},
                metadata={name: given._asdict() for name, given in (metadata or {}).items()},
            )
        told = answer.result(CALL_SECONDS)
        return Outcome(told["succeeded"], told["problem"], told["stack"], told["returned"])

    def _send(self, **call: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(call) + "\n")
        self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told = json.loads(line)
            if "id" in told:
                with self._lock:
                    answer = self._waiting.pop(told["id"])
                answer.set_result(told)
            else:
                self._first.set_result(told)
        self._ended()

    def _ended(self) -> None:
        problem = RuntimeError(f"The runtime ended:\n{self.output[-4000:]}")
        with self._lock:
            for answer in (self._first, *self._waiting.values()):
                if not answer.done():
                    answer.set_exception(problem)

    def stop(self) -> None:
        """Without input it ends by itself; it is not waited for longer than invocations take."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(CALL_SECONDS)
        finally:
            self._process.kill()
            self._process.wait()
            self._reader.join()
            self._process.stdout.close()


@contextmanager
def running_runtime(
    python: Path, app: Path, settings: Mapping[str, str], log: Path
) -> Iterator[RealRuntime]:
    """Load the app in `app` with these app settings and nothing else in its environment.

    An app that does not load is an AssertionError with what the runtime says of it.
    Isolated (-I), so that neither this project nor this environment is on its import path, and
    in a folder of its own, so that the app cannot lean on the working directory.
    """
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    with log.open("w") as output:
        process = subprocess.Popen(
            [python, "-I", "-B", SCRIPT, app],
            env={**kept, **settings},
            cwd=log.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
        )
    runtime = RealRuntime(process, log)
    try:
        assert not runtime.loaded["problem"], runtime.loaded["problem"]
        yield runtime
    finally:
        runtime.stop()
