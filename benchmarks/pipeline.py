"""Recordings through the pipeline, with every remote call of the app counted.

Two waits are no work of ours and are told apart from it: for the window to close, and for the
provider. `busy_seconds` is the time in which at least one function runs.
"""

from __future__ import annotations

import argparse
import json
import os
import struct
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep, time
from typing import Any
from urllib.parse import urlsplit

from azure.core.exceptions import ResourceNotFoundError
from azure.core.pipeline.transport import RequestsTransport
from azure.storage.blob import BlobServiceClient, ContainerClient

from benchmarks import bare, floor
from benchmarks.counting import CountingSession, Tally, counting_client
from benchmarks.cpu import Cpu
from benchmarks.host import ALL, Host, receiving_webhooks
from benchmarks.memory import peak_kib
from benchmarks.shares import BENCHMARK, Shares, measured
from benchmarks.sizes import THREADS
from local.stack.root import ROOT
from local.stack.stack import Stack, running_stack
from shared.application import Application
from shared.bootstrap import build
from shared.configuration.settings import read_settings
from shared.messages import Collect, Finish, step_of
from shared.stores.session import StorageSession

SECONDS_TO_FINISH = 7_200
BURST_WINDOW_SECONDS = 30
ARRIVALS_PER_SECOND = 60  # at the least, so that a burst is one batch
TRICKLE_PER_SECOND = 40
START_SECONDS = 25
MOST_IN_FLOOR = 10_000
PART_BYTES = 1_000_000
UNLIMITED = {"azure-speech": ("--calls-per-10-seconds", "0")}
LONG = ((1_000, 7), (100, 100))
"""Bursts of so many recordings whose results are of so many minutes."""
SECONDS_A_PHRASE, WORDS_A_PHRASE = 10.5, 28
INDEX = Path(__file__).parent / "azurite_index.mjs"


def run_all(provider: str, sizes: Iterable[int], trickled: Iterable[int]) -> list[Any]:
    """Each run in a process of its own, for its peak memory."""
    runs = [[str(n)] for n in sizes] + [[str(n), "--trickled"] for n in trickled]
    return [_in_process([provider, *arguments]) for arguments in runs]


def run_long(provider: str) -> list[Any]:
    """Bursts as they are of real calls: what is heard lasts minutes, though the sound is short."""
    return [_in_process([provider, str(n), "--minutes", str(minutes)]) for n, minutes in LONG]


def _in_process(arguments: list[str]) -> Any:
    print(f"pipeline {' '.join(arguments)}", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "benchmarks.pipeline", *arguments]
    environment = {**os.environ, "NODE_OPTIONS": f"--import {INDEX.as_uri()}"}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def run(
    provider: str, recordings: int, *, trickled: bool = False, minutes: int | None = None
) -> dict[str, Any]:
    """Drop that many, at once or evenly over time, and wait until every one is reported. Each has
    a result of so many `minutes`, with the times of its words; of some seconds where none are
    given."""
    tally = Tally()
    window = _window_seconds(recordings, trickled)
    shares = Shares()
    with (
        application(provider, tally, window, engine=_engine(minutes)) as (app, stack),
        measured(shares),
    ):
        blobs = BlobServiceClient.from_connection_string(
            stack.azurite.connection_string,
            max_single_get_size=PART_BYTES,  # the SDK's own is 32 MB, and memory is measured
            max_chunk_get_size=PART_BYTES,
            transport=RequestsTransport(session=StorageSession(THREADS), session_owner=False),
        )
        audio = blobs.get_container_client("audio")
        with (
            Host(app, stack.azurite.connection_string, shares) as host,
            receiving_webhooks(urlsplit(stack.app_url).port or 0, app, host.busy),
        ):
            app.sweep()  # registers the webhook, as it was long before anything is dropped
            tally.calls.clear()
            _await_window(window)
            if not trickled:
                _upload(audio, recordings)
            names = _trickle(audio, recordings) if trickled else map(_name, range(recordings))
            started, used, spent = monotonic(), Cpu.now(), shares.ms()
            host.events(names)
            with shares.of(BENCHMARK):
                _await_reports(blobs, recordings, host)
            elapsed, used = monotonic() - started, Cpu.now().less(used)
            spent = {name: ms - spent[name] for name, ms in shares.ms().items()}
        peak = peak_kib() / 1024
        figures = {
            "provider": provider,
            "recordings": recordings,
            "arrival": "trickled" if trickled else "burst",
            "minutes": minutes,
            "storage_calls_per_recording": tally.of("blob", "table", "queue") / recordings,
            "provider_calls_per_1000": tally.of("provider") * 1000 / recordings,
            "executions_per_recording": host.busy.executions.total() / recordings,
            "elapsed_seconds": elapsed,
            "busy_seconds": host.busy.seconds[ALL],
            "busy_ms_per_recording": host.busy.seconds[ALL] * 1000 / recordings,
            **used.per_recording(recordings),
            "recordings_per_second": recordings / host.busy.seconds[ALL],
            "peak_memory_mb": peak,
            **_floor(stack, recordings, host.busy.seconds[ALL]),
        }
        return {
            **{k: round(v, 3) if isinstance(v, float) else v for k, v in figures.items()},
            "cpu_ms_per_recording_by_share": used.shares(spent, recordings),
            "calls": tally.as_json(),
            "busy_seconds_by_function": {
                name: round(seconds, 3)
                for name, seconds in sorted(host.busy.seconds.items())
                if name != ALL
            },
            "executions": dict(sorted(host.busy.executions.items())),
            "retries": dict(host.retries),
        }


def _floor(stack: Stack, recordings: int, busy_seconds: float) -> dict[str, Any]:
    """The same unavoidable calls, with the SDK alone and with nothing but HTTP, in the same run on
    the same machine."""
    some = [_name(i) for i in range(min(recordings, MOST_IN_FLOOR))]
    account = stack.azurite.connection_string
    with_sdk = floor.run(account, some) / len(some)
    with_http = bare.run(account, some, floor.PLACE, floor.PLACE) / len(some)
    return {
        "floor_ms_per_recording": with_sdk * 1000,
        "times_the_floor": busy_seconds / recordings / with_sdk,
        "bare_floor_ms_per_recording": with_http * 1000,
        "times_the_bare_floor": busy_seconds / recordings / with_http,
    }


@contextmanager
def application(
    provider: str, tally: Tally, window_seconds: int, engine: str = "scripted"
) -> Iterator[tuple[Application, Stack]]:
    """The app in this process, on a stack without a host of its own."""
    with (
        TemporaryDirectory() as folder,
        running_stack(
            Path(folder),
            engine=engine,
            provider=provider,
            with_host=False,
            speech_options=UNLIMITED.get(provider, ()),
            settings={"COALESCE_SECONDS": str(window_seconds), "POLL_MIN_SECONDS": "60"},
        ) as stack,
    ):
        ports = {
            urlsplit(stack.azurite.blob_endpoint).port or 0: "blob",
            urlsplit(stack.azurite.queue_endpoint).port or 0: "queue",
            urlsplit(stack.azurite.table_endpoint).port or 0: "table",
        }
        settings = read_settings(dict(stack.environment))
        yield (
            build(settings, http=counting_client(tally), session=CountingSession(tally, ports)),
            stack,
        )


def _engine(minutes: int | None) -> str:
    """What hears so much in any sound."""
    if minutes is None:
        return "scripted"
    phrases = round(minutes * 60 / SECONDS_A_PHRASE)
    return f"scripted:phrases={phrases},words={WORDS_A_PHRASE}"


def _window_seconds(recordings: int, trickled: bool) -> int:
    """Long enough for a burst, and of a length whose next beginning is near, but not before the
    stack has started."""
    if trickled:
        return BURST_WINDOW_SECONDS
    least = max(BURST_WINDOW_SECONDS, recordings // ARRIVALS_PER_SECOND)
    return min(
        range(least, least * 3 // 2), key=lambda seconds: -(time() + START_SECONDS) % seconds
    )


def _await_window(seconds: int) -> None:
    """Until a window begins, so that a burst falls into one."""
    sleep(seconds - time() % seconds)


def _name(number: int) -> str:
    """Made when it is needed: a list of them all would count as memory of the app."""
    return f"r{number:06}.wav"


def _upload(audio: ContainerClient, recordings: int) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        numbers = iter(range(recordings))
        while part := list(islice(numbers, 1_000)):
            list(pool.map(lambda i: audio.upload_blob(_name(i), wav(i)), part))


def _trickle(audio: ContainerClient, recordings: int) -> Iterator[str]:
    started = monotonic()
    for i in range(recordings):
        sleep(max(0.0, started + i / TRICKLE_PER_SECOND - monotonic()))
        audio.upload_blob(_name(i), wav(i))
        yield _name(i)


def _await_reports(blobs: BlobServiceClient, recordings: int, host: Host) -> None:
    """Looks only after a run of a function that may have written them: the emulator goes through
    all of its blobs for a listing."""
    reports = blobs.get_container_client("reports")
    deadline, seen = monotonic() + SECONDS_TO_FINISH, 0
    while monotonic() < deadline:
        host.check()
        runs = host.busy.executions[step_of(Finish)] + host.busy.executions[step_of(Collect)]
        if runs > seen and _reported(reports) == recordings:
            return
        seen = runs
        sleep(1)
    raise TimeoutError(f"not done after {SECONDS_TO_FINISH} s")


def _reported(reports: ContainerClient) -> int:
    """How many recordings the CSV reports list; never a whole report in memory, which is
    measured."""
    count = 0
    for name in reports.list_blob_names():
        if name.endswith(".csv"):
            try:
                chunks = reports.download_blob(name).chunks()
                count += sum(chunk.count(b"\n") for chunk in chunks) - 1
            except ResourceNotFoundError:
                continue
    return count


def wav(number: int) -> bytes:
    """A second of 8 kHz mono, each with bytes of its own."""
    data = struct.pack("<I", number) * 4_000
    header = struct.pack(
        "<4sI4s4sIHHIIHH", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1, 8_000, 16_000, 2, 16
    )
    return header + struct.pack("<4sI", b"data", len(data)) + data


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("provider")
    parser.add_argument("recordings", type=int)
    parser.add_argument("--trickled", action="store_true")
    parser.add_argument("--minutes", type=int)
    asked = parser.parse_args()
    figures = run(asked.provider, asked.recordings, trickled=asked.trickled, minutes=asked.minutes)
    print(json.dumps(figures))


if __name__ == "__main__":
    _main()
