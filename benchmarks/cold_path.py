"""What a lone recording takes where everything starts from nothing, as on the platform.

A host for each group of functions, started when there is something for it to do, and ended again
before the provider is done. What a start costs here is that of a process; on the platform it is
that of a machine, so the number of starts on the way tells more than the seconds.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

import httpx
from azure.storage.queue import QueueServiceClient

from benchmarks.pipeline import wav
from local.host.groups import group_of
from local.host.index import load_functions
from local.stack.root import ROOT
from local.stack.stack import Stack, app_settings, running_host, running_stack

ROUNDS = 10
WINDOW_SECONDS = 1
JOB_SECONDS = 12  # long enough for all hosts to be ended meanwhile
LOOK_SECONDS = 0.05
PATIENCE_SECONDS = 60.0


def run() -> dict[str, Any]:
    """Medians of ten runs. `starts` are the groups that were started one after the other."""
    functions = load_functions(ROOT, {**os.environ, **app_settings("", "")})
    queues = {
        one.trigger.text("queueName"): group_of(one.trigger.type, one.name)
        for one in functions
        if one.trigger.type == "queueTrigger" and "poison" not in one.name
    }
    with (
        TemporaryDirectory() as folder,
        running_stack(
            Path(folder),
            engine="scripted",
            with_host=False,
            settings={"COALESCE_SECONDS": str(WINDOW_SECONDS)},
        ) as stack,
    ):
        _have_the_webhook_registered(stack)
        rounds = [_round(stack, queues, number) for number in range(ROUNDS)]
    return {
        "groups": len({group_of(one.trigger.type, one.name) for one in functions}),
        "window_seconds": WINDOW_SECONDS,
        "from_drop_to_submitted": _of([one[0] for one in rounds]),
        "from_done_to_written": _of([one[1] for one in rounds]),
    }


def _have_the_webhook_registered(stack: Stack) -> None:
    log = stack.logs / "first.log"
    with running_host(urlsplit(stack.app_url).port or 0, stack.environment, log):
        _until(lambda: "webhook.challenged" in log.read_text())


def _of(parts: list[tuple[float, list[str]]]) -> dict[str, Any]:
    seconds = [one[0] for one in parts]
    by_length = sorted((one[1] for one in parts), key=len)
    return {
        "median_seconds": round(median(seconds), 2),
        "worst_seconds": round(max(seconds), 2),
        "starts": by_length[len(by_length) // 2],
    }


Part = tuple[float, list[str]]


def _round(stack: Stack, queues: dict[str, str], number: int) -> tuple[Part, Part]:
    name = f"cold{number}.wav"
    with httpx.Client(base_url=f"{stack.speech_url}/_emulator") as speech:
        slow = {"kind": "slow_job", "seconds": JOB_SECONDS, "times": 1}
        speech.post("/faults", json=slow).raise_for_status()
        with _platform(stack, queues) as platform:
            dropped_at = monotonic()
            stack.blobs.get_blob_client("audio", name).upload_blob(wav(number))
            platform.start("blob")
            _until(lambda: _jobs(stack))
            submitted = (monotonic() - dropped_at, platform.started)
            _until(lambda: platform.has_told("job.submitted"))
        with _platform(stack, queues) as platform:
            _until(lambda: platform.heard_at)
            _until(stack.blobs.get_blob_client("transcripts", f"audio/{name}.json").exists)
            written = (monotonic() - platform.heard_at, platform.started)
            _until(lambda: not _jobs(stack))
    return submitted, written


class _Platform:
    """Starts a host for a group, once, when something waits for it: a message or a call."""

    def __init__(self, stack: Stack, queues: dict[str, str], exits: ExitStack) -> None:
        self._stack, self._queues, self._exits = stack, queues, exits
        self._service = QueueServiceClient.from_connection_string(stack.azurite.connection_string)
        self._lock, self._there = threading.Lock(), dict[str, Future[str]]()
        # A child ends with the thread that started it.
        self._starters = exits.enter_context(ThreadPoolExecutor(len(queues) + 2))
        self._stopping = threading.Event()
        self.heard_at = 0.0
        self._watching = [
            threading.Thread(target=self._watch, args=pair) for pair in queues.items()
        ]

    @property
    def started(self) -> list[str]:
        return list(self._there)

    def has_told(self, event: str) -> bool:
        return any(event in log.read_text() for log in self._stack.logs.glob("cold-*.log"))

    def start(self, group: str) -> str:
        """Its address. Several groups may start at once."""
        with self._lock:
            if group not in self._there:
                self._there[group] = self._starters.submit(self._start, group)
        return self._there[group].result()

    def _start(self, group: str) -> str:
        log = self._stack.logs / f"cold-{group.replace(':', '-')}.log"
        host = running_host(0, self._stack.environment, log, "--group", group)
        child = self._exits.enter_context(host)
        assert child.found is not None
        return child.found[0]

    def _watch(self, queue: str, group: str) -> None:
        client = self._service.get_queue_client(queue)
        while not self._stopping.wait(LOOK_SECONDS):
            if client.peek_messages(max_messages=1):
                self.start(group)
                return

    def hear(self, path: str, headers: dict[str, str], body: bytes) -> httpx.Response:
        self.heard_at = self.heard_at or monotonic()
        return httpx.post(f"{self.start('http')}{path}", headers=headers, content=body, timeout=60)

    def __enter__(self) -> _Platform:
        for watching in self._watching:
            watching.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for watching in self._watching:
            watching.join()


@contextmanager
def _platform(stack: Stack, queues: dict[str, str]) -> Iterator[_Platform]:
    for log in stack.logs.glob("cold-*.log"):
        log.unlink()
    with ExitStack() as exits, _Platform(stack, queues, exits) as platform:

        class Front(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                kept = {k: v for k, v in self.headers.items() if k.lower() != "host"}
                answer = platform.hear(self.path, kept, body)
                self.send_response(answer.status_code)
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            def log_message(self, *_: object) -> None:
                pass

        port = urlsplit(stack.app_url).port or 0
        with ThreadingHTTPServer(("127.0.0.1", port), Front) as server:
            serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            serving.start()
            try:
                yield platform
            finally:
                server.shutdown()
                serving.join()


def _jobs(stack: Stack) -> list[dict[str, Any]]:
    answer = httpx.get(
        f"{stack.speech_url}/speechtotext/transcriptions",
        headers={"Ocp-Apim-Subscription-Key": stack.environment["SPEECH_KEY"]},
        params={"api-version": "2025-10-15"},
    )
    return list(answer.json()["values"])


def _until(holds: Callable[[], Any]) -> None:
    deadline = monotonic() + PATIENCE_SECONDS
    while not holds():
        if monotonic() > deadline:
            raise TimeoutError(f"not so after {PATIENCE_SECONDS} s")
        sleep(LOOK_SECONDS)
