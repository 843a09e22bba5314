"""python -m benchmarks [PART...]: prints the figures as JSON. Fails where one misses its bar."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import (
    burst,
    cold_path,
    cold_start,
    converted,
    copies,
    express,
    hearing,
    latency,
    line,
    manifest,
    normalising,
    page,
    pipeline,
    reviewing,
    searching,
    spans,
    storage_calls,
)
from local.emulators.registry import EMULATORS
from local.recogniser.engines import BEST

PARTS: dict[str, Callable[[argparse.Namespace], object]] = {
    "burst": lambda options: _burst(
        options.provider or next(iter(burst.TRIALS)), options.recordings
    ),
    "storage_calls": lambda options: storage_calls.run_all(options.recordings),
    "cold_path": lambda _: cold_path.run(),
    "cold_start": lambda _: cold_start.run(),
    "converted": lambda options: converted.run(options.audio, options.engine),
    "copies": lambda options: copies.run(options.long),
    "listening": lambda _: copies.listening(),
    "express": lambda _: express.run(),
    "hearing": lambda options: hearing.run(options.audio, options.engine, options.clones),
    "latency": lambda _: latency.run(),
    "line": lambda options: line.run_all(options.days, options.provider),
    "manifest": lambda options: manifest.run_all(options.recordings),
    "normalising": lambda _: normalising.run(),
    "page": lambda _: page.run(),
    "pipeline": lambda options: pipeline.run_all(
        options.provider or "azure-speech", options.recordings, options.trickled
    ),
    "reviewing": lambda options: reviewing.run(options.audio, options.engine, options.noise),
    "results": lambda options: pipeline.run_long(options.provider or "azure-speech"),
    "searching": lambda _: searching.run(),
    "spans": lambda options: [spans.run(number) for number in options.recordings],
}


BURSTS = [1_000, 10_000]
DAYS = [1_000]
USUAL = ("cold_start", "normalising", "latency", "line", "pipeline", "results")


def _burst(provider: str, recordings: list[int]) -> list[object]:
    results = [burst.run(provider, number) for number in recordings]
    return [{**result.figures, "findings": result.findings} for result in results]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--recordings", type=int, nargs="*", default=BURSTS, help="in a burst")
    parser.add_argument("--long", action="store_true", help="copies: of ten hours")
    parser.add_argument("--days", type=int, nargs="*", default=DAYS, help="recordings of a day")
    parser.add_argument("--trickled", type=int, nargs="*", default=BURSTS, help="evenly over time")
    parser.add_argument("--provider", choices=EMULATORS, help="other than the usual one")
    parser.add_argument(
        "--audio", type=Path, default=reviewing.FOLDER, help="recordings with texts"
    )
    parser.add_argument(
        "--noise", type=int, nargs="*", default=[], help="dB below the speech, for reviewing"
    )
    parser.add_argument("--engine", default=BEST, help="that recognises them")
    parser.add_argument("--clones", type=Path, help="of public repositories, for hearing")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    figures = {}
    for name in options.parts or USUAL:
        print(f"measuring {name}", file=sys.stderr, flush=True)
        figures[name] = PARTS[name](options)
    print(json.dumps(figures, indent=2))
    return int(any(_misses(part) for part in figures.values()))


def _misses(part: object) -> bool:
    rows = part if isinstance(part, list) else [part]
    return any(isinstance(row, dict) and bool(row.get("findings")) for row in rows)


if __name__ == "__main__":
    raise SystemExit(main())
