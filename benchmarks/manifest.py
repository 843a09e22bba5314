"""A manifest of many recordings in one request to the API, on the local stack as it is: how long
the answer takes, what progress looks like meanwhile, and how much memory the app needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any

import httpx

from benchmarks.memory import peak_kib
from benchmarks.pipeline import wav
from benchmarks.sizes import THREADS
from local.stack.stack import Stack, running_stack

SECONDS_TO_FINISH = 3_600
LOOK_SECONDS = 2.0


def run_all(sizes: Iterable[int]) -> list[dict[str, Any]]:
    return [run(size) for size in sizes]


def run(recordings: int) -> dict[str, Any]:
    """Each on a stack of its own; `peak_memory_mb` is that of the process that runs the app."""
    with (
        TemporaryDirectory() as folder,
        running_stack(
            Path(folder), engine="scripted", speech_options=("--calls-per-10-seconds", "0")
        ) as stack,
        httpx.Client(
            base_url=f"{stack.app_url}/api", headers={"x-functions-key": stack.api_key}, timeout=120
        ) as api,
    ):
        names = [f"r{i:06}.wav" for i in range(recordings)]
        uploads = stack.blobs.get_container_client("uploads")
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(lambda i: uploads.upload_blob(names[i], wav(i)), range(recordings)))
        before = _peak_mb(stack)
        manifest = {"recordings": [{"blob": n, "client_item_id": n} for n in names]}
        started = monotonic()
        made = api.post("/batches", json=manifest)
        answered = monotonic() - started
        assert made.status_code == 201, made.text
        seen = list(_progress(api, made.json()["id"]))
        report = api.get(f"/batches/{made.json()['id']}/report").json()
        return {
            "recordings": recordings,
            "accepted_seconds": round(answered, 3),
            "finished_seconds": round(monotonic() - started, 1),
            "looks": len(seen),
            "progress": seen[:: max(1, len(seen) // 10)],
            "in_report": len(report["recordings"]),
            "transcribed": report["counts"]["transcribed"],
            "memory_before_mb": before,
            "peak_memory_mb": _peak_mb(stack),
        }


def _progress(api: httpx.Client, batch_id: str) -> Iterator[float]:
    """As the API tells it, until the batch is over."""
    deadline = monotonic() + SECONDS_TO_FINISH
    while monotonic() < deadline:
        status = api.get(f"/batches/{batch_id}").json()
        yield status["progress"]
        if status["status"] == "completed":
            return
        sleep(LOOK_SECONDS)
    raise TimeoutError(f"not done after {SECONDS_TO_FINISH} s")


def _peak_mb(stack: Stack) -> float:
    """The most memory that the process of the functions host has had so far."""
    return round(peak_kib(stack.children[-1].process.pid) / 1024, 1)
