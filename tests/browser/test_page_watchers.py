"""A batch of a thousand, watched by twenty: work on the server does not grow with who watches."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import httpx
import pytest

from local.stack.stack import Stack, running_host, running_stack
from tests.browser.play import needs_chromium, play
from tests.browser.sounds import call_of
from tests.browser.wiretap import Wiretap, wiretap
from tests.stack import QUICK

pytestmark = [needs_chromium, pytest.mark.slow]
RECORDINGS, VIEWERS, SECONDS = 1_000, 20, 12
AT_PROVIDER_SECONDS = 80
STILL = {
    "POLL_SCHEDULE": "*/5 * * * * *",
    "POLL_MAX_SECONDS": "5",
    "SWEEP_SCHEDULE": "0 0 * * * *",
}
"""So that most of what is counted is asked for by those who watch."""


class Marks:
    """How many requests there were when the scene wrote each word into a file."""

    def __init__(self, file: Path, taps: list[Wiretap]) -> None:
        self._file, self._taps = file, taps
        self.counted: dict[str, int] = {}
        self._is_over = False
        self._thread = Thread(target=self._watch)

    def __enter__(self) -> Marks:
        self._file.touch()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over = True
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_over:
            word = self._file.read_text().strip()
            if word and word not in self.counted:
                self.counted[word] = sum(len(tap.paths) for tap in self._taps)
            time.sleep(0.02)

    def between(self, first: str, last: str) -> int:
        return self.counted[last] - self.counted[first]


def dropped(stack: Stack) -> str:
    """A batch of so many, which stays at the provider for as long as people watch."""
    order = {"kind": "slow_job", "seconds": AT_PROVIDER_SECONDS}
    httpx.post(f"{stack.speech_url}/_emulator/faults", json=order).raise_for_status()
    uploads = stack.blobs.get_container_client("uploads")
    with ThreadPoolExecutor(8) as pool:
        names = [f"many/{n:04}.wav" for n in range(RECORDINGS)]
        put = [
            pool.submit(uploads.upload_blob, n, call_of(n, channels=1, seconds=1)) for n in names
        ]
        for one in put:
            one.result()
    body = {"title": "A thousand calls", "recordings": [{"prefix": "many/"}]}
    headers = {"x-functions-key": stack.api_key}
    made = httpx.post(f"{stack.app_url}/api/batches", json=body, headers=headers, timeout=60)
    return str(made.json()["id"])


def test_twenty_cost_as_much_as_one(tmp_path: Path) -> None:
    with ExitStack() as exits:
        settings = {**QUICK, **STILL}
        stack = exits.enter_context(
            running_stack(tmp_path, engine="scripted", settings=settings, with_host=False)
        )
        own = stack.azurite
        taps = [
            exits.enter_context(wiretap(url)) for url in (own.table_endpoint, own.blob_endpoint)
        ]
        tapped = replace(own, table_endpoint=taps[0].url, blob_endpoint=taps[1].url)
        environment = {**stack.environment, "DATA_STORAGE": tapped.connection_string}
        port = urlsplit(stack.app_url).port or 0
        exits.enter_context(running_host(port, environment, tmp_path / "functions.log"))
        batch = dropped(stack)
        marks = exits.enter_context(Marks(tmp_path / "marks", taps))
        told = play(
            "watchers",
            stack.page_url,
            seconds=400,
            watch=SECONDS,
            batch=f"batches/{batch}",
            title="A thousand calls",
            viewers=VIEWERS,
            marks=str(tmp_path / "marks"),
        )
    one, many = marks.between("one", "opening"), marks.between("many", "over")
    print(f"storage calls in {SECONDS} s: {one} with one viewer, {many} with {VIEWERS}; {told}")
    assert one > 5
    assert many <= 1.3 * one + 3
