"""`python -m local.recogniser [--engine NAME] FILE...` prints what is heard in each file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from local.recogniser import engines
from local.recogniser.engines.base import EngineUnavailable
from local.recogniser.pool import RecogniserPool
from local.recogniser.types import AudioRejected, Heard


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.recogniser")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--engine", default=engines.BEST, help="%(default)s")
    arguments = parser.parse_args()
    failed = 0
    try:
        with RecogniserPool(arguments.engine) as pool:
            for file, future in [(file, pool.recognise(file)) for file in arguments.files]:
                try:
                    _show(file, future.result())
                except (AudioRejected, OSError) as error:
                    failed += 1
                    print(f"{file}: {error}", file=sys.stderr)
    except EngineUnavailable as error:
        sys.exit(str(error))
    return 1 if failed else 0


def _show(file: Path, heard: Heard) -> None:
    print(f"{file}  {heard.duration_ms / 1000:.1f} s, channels: {heard.channels}")
    for said in heard.phrases:
        print(f"  {said.start_ms / 1000:7.2f}  [{said.channel}] {said.confidence:.2f}  {said.text}")


if __name__ == "__main__":
    sys.exit(main())
