"""From the provider's "done" to the transcript in its container, on the whole local stack."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any

import httpx

from benchmarks.pipeline import wav
from local.stack.stack import Stack, running_stack

ROUNDS = 7
POLL_SECONDS = 5
LOOK_SECONDS = 0.01
PATIENCE_SECONDS = 60.0


def run() -> dict[str, Any]:
    """Seconds. Without webhooks the timer that asks the provider decides: here it runs every
    five seconds, as deployed every minute."""
    return {
        "by_webhook": _measure({}),
        "by_poll": {"every_seconds": POLL_SECONDS, **_measure({"WEBHOOK_BASE_URL": ""})},
    }


def _measure(settings: dict[str, str]) -> dict[str, float]:
    timers = {"POLL_SCHEDULE": f"*/{POLL_SECONDS} * * * * *", "POLL_MIN_SECONDS": str(POLL_SECONDS)}
    with (
        TemporaryDirectory() as folder,
        running_stack(
            Path(folder),
            engine="scripted",
            speech_options=("--calls-per-10-seconds", "0"),
            settings={**timers, **settings},
        ) as stack,
        httpx.Client(
            base_url=stack.speech_url,
            headers={"Ocp-Apim-Subscription-Key": stack.environment["SPEECH_KEY"]},
            params={"api-version": "2025-10-15"},
        ) as speech,
    ):
        _round(stack, speech, 0)  # the first one imports what is imported late
        seconds = [_round(stack, speech, number) for number in range(1, ROUNDS + 1)]
    return {"median_seconds": round(median(seconds), 2), "worst_seconds": round(max(seconds), 2)}


def _round(stack: Stack, speech: httpx.Client, number: int) -> float:
    name = f"latency{number}.wav"
    stack.blobs.get_blob_client("audio", name).upload_blob(wav(number))
    transcript = stack.blobs.get_blob_client("transcripts", f"audio/{name}.json")
    _until(lambda: _is_done(speech))
    done_at = monotonic()
    _until(transcript.exists)
    seconds = monotonic() - done_at
    _until(lambda: not _jobs(speech))  # its copy is deleted: nothing is left
    return seconds


def _is_done(speech: httpx.Client) -> bool:
    return any(job["status"] == "Succeeded" for job in _jobs(speech))


def _jobs(speech: httpx.Client) -> list[dict[str, Any]]:
    return list(speech.get("/speechtotext/transcriptions").json()["values"])


def _until(holds: Callable[[], bool]) -> None:
    deadline = monotonic() + PATIENCE_SECONDS
    while not holds():
        if monotonic() > deadline:
            raise TimeoutError(f"not so after {PATIENCE_SECONDS} s")
        sleep(LOOK_SECONDS)
