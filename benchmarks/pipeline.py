"""Recordings through the pipeline, with every remote call of the app counted.

The app runs in this process; what the functions host does (receive, delete) is done here by
clients of its own and not counted, as it is not counted at the peer either.
"""

from __future__ import annotations

import base64
import resource
import struct
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from time import monotonic, sleep, time
from typing import Any
from urllib.parse import urlsplit

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from benchmarks import floor
from benchmarks.counting import CountingSession, Tally, counting_client
from benchmarks.sizes import THREADS
from local.stack import Stack, running_stack
from shared import messages as m
from shared.application import Application
from shared.bootstrap import build
from shared.settings import read_settings

SECONDS_TO_FINISH = 3_600
IDLE_SECONDS = 0.1
WINDOW_SECONDS = 30  # long enough for a burst of a thousand to be one batch


@dataclass
class Run:
    """What one run took."""

    recordings: int
    tally: Tally
    executions: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    window_seconds: float = 0.0
    floor_seconds: float = 0.0
    peak_mb: float = 0.0

    @property
    def busy_seconds(self) -> float:
        """From the drop to the report, without the wait for the window to close."""
        return self.seconds - self.window_seconds

    def as_json(self) -> dict[str, Any]:
        n = self.recordings
        storage = self.tally.of("blob", "table", "queue")
        return {
            "recordings": n,
            "storage_calls_per_recording": round(storage / n, 3),
            "provider_calls_per_1000": round(self.tally.of("provider") * 1000 / n, 1),
            "executions_per_recording": round(sum(self.executions.values()) / n, 3),
            "recordings_per_second": round(n / self.busy_seconds, 1),
            "seconds": round(self.busy_seconds, 1),
            "waited_for_the_window_seconds": round(self.window_seconds, 1),
            "floor_seconds": round(self.floor_seconds, 1),
            "times_the_floor": round(self.busy_seconds / self.floor_seconds, 2),
            "peak_memory_mb": round(self.peak_mb, 1),
            "calls": self.tally.as_json(),
            "executions": dict(sorted(self.executions.items())),
        }


@contextmanager
def application(tally: Tally) -> Iterator[tuple[Application, Stack]]:
    """The app in this process, on a stack whose own host is idle."""
    with (
        TemporaryDirectory() as folder,
        running_stack(
            Path(folder),
            engine="scripted",
            with_host=False,
            speech_options=("--calls-per-10-seconds", "0"),
            settings={"COALESCE_SECONDS": str(WINDOW_SECONDS)},
        ) as stack,
    ):
        ports = {
            urlsplit(stack.azurite.blob_endpoint).port or 0: "blob",
            urlsplit(stack.azurite.queue_endpoint).port or 0: "queue",
            urlsplit(stack.azurite.table_endpoint).port or 0: "table",
        }
        settings = read_settings({**stack.environment, "WEBHOOK_BASE_URL": ""})
        app = build(settings, http=counting_client(tally), session=CountingSession(tally, ports))
        yield app, stack


def run(recordings: int) -> Run:
    """Drop that many at once and wait for the report."""
    tally = Tally()
    with application(tally) as (app, stack):
        blobs = BlobServiceClient.from_connection_string(stack.azurite.connection_string)
        names = [f"r{i:06}.wav" for i in range(recordings)]
        _await_window()
        _upload(blobs, names)
        result = Run(recordings, tally)
        host = _Host(app, stack, result)
        started = monotonic()
        with ThreadPoolExecutor(THREADS) as pool:
            for _ in pool.map(lambda name: app.audio_dropped("audio", name), names):
                result.executions["audio_dropped"] += 1
        host.run_until_reported(blobs, recordings)
        result.seconds = monotonic() - started
        result.floor_seconds = floor.run(stack.azurite.connection_string, names)
        result.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return result


class _Host:
    """Takes messages from the queues and runs them, as the functions host does."""

    def __init__(self, app: Application, stack: Stack, result: Run) -> None:
        self._app, self._result = app, result
        service = QueueServiceClient.from_connection_string(stack.azurite.connection_string)
        self._queues = {kind: service.get_queue_client(kind.queue) for kind in m.KINDS}
        self._lock = Lock()

    def run_until_reported(self, blobs: BlobServiceClient, recordings: int) -> None:
        reports = blobs.get_container_client("reports")
        deadline = monotonic() + SECONDS_TO_FINISH
        polled_at = monotonic()
        with ThreadPoolExecutor(THREADS) as pool:
            while monotonic() < deadline:
                if not sum(self._take(kind, pool) for kind in m.KINDS):
                    if _reported(reports) == recordings:
                        return
                    sleep(IDLE_SECONDS)
                    if not self._result.executions[m.Submit.queue]:
                        self._result.window_seconds += IDLE_SECONDS
                if monotonic() - polled_at > 2:
                    polled_at = monotonic()
                    self._app.poll()
                    self._result.executions["poll"] += 1
        raise TimeoutError(f"not done after {SECONDS_TO_FINISH} s")

    def _take(self, kind: Any, pool: ThreadPoolExecutor) -> int:
        queue = self._queues[kind]
        found = list(queue.receive_messages(max_messages=16, visibility_timeout=600))
        for message in pool.map(lambda found: self._run(kind, found), found):
            queue.delete_message(message)
        return len(found)

    def _run(self, kind: Any, message: Any) -> Any:
        self._app.run(m.decode(kind, base64.b64decode(message.content)))
        with self._lock:
            self._result.executions[kind.queue] += 1
        return message


def _reported(reports: Any) -> int:
    """How many recordings the CSV reports list."""
    count = 0
    for name in reports.list_blob_names():
        if name.endswith(".csv"):
            try:
                count += reports.download_blob(name).readall().count(b"\r\n") - 1
            except ResourceNotFoundError:
                continue
    return count


def _await_window() -> None:
    """Until a window begins, so that every run has the same share of it."""
    sleep(WINDOW_SECONDS - time() % WINDOW_SECONDS)


def _upload(blobs: BlobServiceClient, names: list[str]) -> None:
    container = blobs.get_container_client("audio")
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda pair: container.upload_blob(pair[1], wav(pair[0])), enumerate(names)))


def wav(number: int) -> bytes:
    """A second of 8 kHz mono, each with bytes of its own."""
    data = struct.pack("<I", number) * 4_000
    header = struct.pack(
        "<4sI4s4sIHHIIHH", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1, 8_000, 16_000, 2, 16
    )
    return header + struct.pack("<4sI", b"data", len(data)) + data
