"""python -m benchmarks: prints the figures as JSON."""

from __future__ import annotations

import argparse
import json

from benchmarks import pipeline


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--recordings", type=int, nargs="*", default=[1_000])
    options = parser.parse_args()
    figures = {"pipeline": [pipeline.run(count).as_json() for count in options.recordings]}
    print(json.dumps(figures, indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
