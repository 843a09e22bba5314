"""A host in a process of its own, running a small app, for the tests of the host."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from time import monotonic, sleep
from typing import Any, TypeVar

import httpx

from local.stack.azurite import ROOT, Azurite

MASTER_KEY = "master-key"
FUNCTION_KEY = "function-key"
T = TypeVar("T")


def eventually(probe: Callable[[], T], *, within_seconds: float = 20) -> T:
    """Poll until the probe answers something true; the last answer when time is up."""
    deadline = monotonic() + within_seconds
    while not (answer := probe()) and monotonic() < deadline:
        sleep(0.02)
    return answer


class HostProcess:
    """`python -m local.host` on a free port; knows its address once it is ready."""

    def __init__(self, app: Path, azurite: Azurite, *options: str, **settings: str) -> None:
        environ = {
            name: value for name, value in os.environ.items() if not name.startswith("LOCAL_HOST")
        } | {
            "AzureWebJobsStorage": azurite.connection_string,
            "LOCAL_HOST_MASTER_KEY": MASTER_KEY,
            "LOCAL_HOST_FUNCTION_KEY": FUNCTION_KEY,
            "LOCAL_HOST_BLOBS_EXTENSION_KEY": "blobs-key",
            "PYTHONPATH": str(ROOT),
            **settings,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "local.host", "--app", str(app), "--port", "0", *options],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=app,
        )
        self.lines: list[str] = []
        self._address: SimpleQueue[str | None] = SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.address = self._address.get(timeout=60)

    @property
    def output(self) -> str:
        """Everything printed so far."""
        return "\n".join(self.lines)

    def client(self) -> httpx.Client:
        """Talks to the host as its owner."""
        assert self.address is not None, self.output
        headers = {"x-functions-key": MASTER_KEY}
        return httpx.Client(base_url=self.address, headers=headers, timeout=30)

    def counts(self, function: str) -> dict[str, Any]:
        """What /admin/metrics says of one function."""
        with self.client() as client:
            return dict(client.get("/admin/metrics").json()["functions"][function])

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self._finish()

    def stop(self) -> int:
        """SIGTERM; answers the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self._finish()
        return self.process.returncode

    def _finish(self) -> None:
        try:
            self.process.wait(timeout=30)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self._reader.join()
            assert self.process.stdout is not None
            self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if line.startswith("listening on "):
                self._address.put(line.split()[2])
        self._address.put(None)


def write_app(folder: Path, source: str, **queues: Any) -> Path:
    """A function app of one file; keyword arguments go into host.json's queues section."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "function_app.py").write_text(source)
    host = {"version": "2.0", "extensions": {"queues": queues}}
    (folder / "host.json").write_text(json.dumps(host))
    shutil.rmtree(folder / "__pycache__", ignore_errors=True)
    return folder
