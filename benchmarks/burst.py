"""A burst of recordings through a provider's emulator while it misbehaves: nothing may be lost,
nothing paid twice, and no limit broken. The emulator's own ledger says so.

    python -m benchmarks burst --provider assemblyai --recordings 2000
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any, NamedTuple

import httpx
from azure.data.tables import TableServiceClient

from benchmarks.pipeline import wav
from benchmarks.sizes import THREADS
from local.stack.progress import Key, Progress, look
from local.stack.stack import TABLE, Stack, running_stack

SECONDS_TO_FINISH = 3_600
Fault = dict[str, Any]


class Trial(NamedTuple):
    """What a provider is put through. `faults` makes them for a number of recordings, `broken`
    names those that cannot be transcribed, `most` are the figures of the ledger that may not be
    exceeded."""

    settings: Mapping[str, str]
    options: tuple[str, ...]
    faults: Callable[[int], Iterator[Fault]]
    broken: Callable[[int], set[str]]
    most: Mapping[str, int]


def name_of(number: int) -> str:
    return f"r{number:06}.wav"


def _assemblyai_faults(recordings: int) -> Iterator[Fault]:
    """Every kind of trouble, spread over the run."""
    create, get = {"call": r"transcripts\.create"}, {"call": r"transcripts\.get"}
    for at in range(0, recordings, 40):
        how = ("cut", "500", "hang")[at // 40 % 3]
        yield {"kind": "lose_answer", "match": create, "skip": at, "how": how, "seconds": 8}
        yield {"kind": "refuse", "match": get, "skip": at, "status": 503, "error": None}
    for at in range(20, recordings, 100):
        yield {"kind": "refuse", "match": create, "skip": at, "status": 429, "retryAfter": 1}
        yield {"kind": "refuse", "match": create, "skip": at, "status": 504, "error": None}
    for number in range(7, recordings, 30):
        yield {"kind": "fail_job", "match": {"source": name_of(number)}}
    for number in range(11, recordings, 30):
        yield {"kind": "malformed_result", "match": {"source": name_of(number)}}
    for name in _assemblyai_broken(recordings):
        error = "Audio duration is too short."
        yield {"kind": "fail_job", "match": {"source": name}, "error": error}
    yield {"kind": "drop_webhook", "match": {"source": r"[05]\.wav$"}, "times": None}
    yield {"kind": "double_webhook", "match": {"source": r"[13]\.wav$"}, "times": None}


def _assemblyai_broken(recordings: int) -> set[str]:
    return {name_of(number) for number in range(13, recordings, 50)}


_AT_ONCE = 100
TRIALS: Mapping[str, Trial] = {
    "assemblyai": Trial(
        settings={
            "ASSEMBLYAI_CREATES_PER_MINUTE": "10000",  # grows from 25 in 15 seconds all the same
            "ASSEMBLYAI_MAX_ACTIVE_JOBS": str(_AT_ONCE),
            "RESOLVE_AFTER_SECONDS": "12",
            "ENDPOINT_PAUSE_SECONDS": "1",
            "POLL_MAX_SECONDS": "20",
            # The timers of the local stack are those of a demo; a burst keeps one machine busy.
            "COALESCE_SECONDS": "30",
            "POLL_SCHEDULE": "*/10 * * * * *",
            "SWEEP_SCHEDULE": "*/20 * * * * *",
        },
        options=("--jobs", "200", "--webhook-retry-seconds", "1"),
        faults=_assemblyai_faults,
        broken=_assemblyai_broken,
        # Two instances that submit at the same moment may exceed the first by a job each.
        most={"mostAtOnce": _AT_ONCE + THREADS, "busiest": 18_000},
    )
}


class Result(NamedTuple):
    """`findings` is empty where all is as it must be."""

    figures: dict[str, Any]
    findings: list[str]


def run(provider: str, recordings: int) -> Result:
    """Drop that many at once and wait until all are over."""
    trial = TRIALS[provider]
    with (
        TemporaryDirectory() as folder,
        running_stack(
            Path(folder),
            engine="scripted",
            provider=provider,
            settings=trial.settings,
            speech_options=trial.options,
        ) as stack,
        httpx.Client(base_url=f"{stack.speech_url}/_emulator") as admin,
    ):
        for fault in trial.faults(recordings):
            assert admin.post("/faults", json=fault).status_code == 201, fault
        started = monotonic()
        progress = _await_end(stack, _drop(stack, recordings))
        seconds = monotonic() - started
        ledger = _settled(admin)
        faults = admin.get("/faults").json()["faults"]
    figures = _figures(recordings, seconds, progress, ledger, faults)
    return Result(figures, list(_findings(trial, recordings, progress, ledger)))


def _drop(stack: Stack, recordings: int) -> set[Key]:
    container = stack.blobs.get_container_client("audio")

    def upload(number: int) -> Key:
        answer = container.upload_blob(name_of(number), wav(number))
        return name_of(number), str(answer.get_blob_properties().etag).strip('"')

    with ThreadPoolExecutor(THREADS) as pool:
        return set(pool.map(upload, range(recordings)))


def _await_end(stack: Stack, wanted: set[Key]) -> Progress:
    service = TableServiceClient.from_connection_string(stack.azurite.connection_string)
    table = service.get_table_client(TABLE)
    deadline = monotonic() + SECONDS_TO_FINISH
    while monotonic() < deadline:
        stack.check()
        progress = look(table, wanted)
        if progress.is_over:
            return progress
        sleep(1)
    raise TimeoutError(f"not done after {SECONDS_TO_FINISH} s: {progress}")


def _settled(admin: httpx.Client) -> dict[str, Any]:
    """The ledger once nothing of ours is left at the provider, or it seems to stay."""
    deadline = monotonic() + 60
    while True:
        ledger: dict[str, Any] = admin.get("/ledger").json()
        if not ledger["live"] or monotonic() > deadline:
            return ledger
        sleep(1)


def _figures(
    recordings: int,
    seconds: float,
    progress: Progress,
    ledger: Mapping[str, Any],
    faults: list[Fault],
) -> dict[str, Any]:
    struck: Counter[str] = Counter()
    for fault in faults:
        struck[fault["kind"]] += fault["struck"]
    calls = {kind: sum(by_status.values()) for kind, by_status in ledger["calls"].items()}
    return {
        "recordings": recordings,
        "seconds": round(seconds, 1),
        "states": dict(Counter(row.state for row in progress.rows.values())),
        "creates": len(ledger["creates"]),
        "calls_per_recording": round(sum(calls.values()) / recordings, 2),
        "calls": calls,
        "faults_struck": dict(struck),
        **{name: ledger[name] for name in ("busiest", "busiestCreates", "mostAtOnce")},
    }


def _findings(
    trial: Trial, recordings: int, progress: Progress, ledger: Mapping[str, Any]
) -> Iterator[str]:
    broken = trial.broken(recordings)
    for (name, _), row in progress.rows.items():
        expected = "failed" if name in broken else "transcribed"
        if row.state != expected:
            yield f"{name} is {row.state}: {row.failure.code if row.failure else ''}"
    paid = Counter({s.rsplit("/", 1)[-1]: times for s, times in ledger["transcribed"].items()})
    whole = {name_of(number) for number in range(recordings)} - broken
    yield from (f"{name} was paid {paid[name]} times" for name in sorted(whole) if paid[name] != 1)
    marks = Counter(create["labels"]["dropscribe"] for create in ledger["creates"])
    yield from (f"the job {mark} was created {n} times" for mark, n in marks.items() if n > 1)
    yield from (f"{left} was left at the provider" for left in ledger["live"])
    for name, most in trial.most.items():
        if ledger[name] > most:
            yield f"{name} is {ledger[name]}, more than {most}"
