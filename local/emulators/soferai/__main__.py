"""python -m local.emulators.soferai: the Sofer.ai emulator on its own.

Prints one line with its address when it is ready; SIGTERM or SIGINT ends it.
"""

from __future__ import annotations

import argparse

from local.emulators.common import command
from local.emulators.soferai.app import create_app
from local.emulators.soferai.settings import Settings


def main() -> int:
    options = _parser().parse_args()
    return command.run(
        options,
        lambda _, pool: create_app(_settings(options), pool),
        "Sofer.ai emulator at {url}",
    )


def _settings(options: argparse.Namespace) -> Settings:
    return Settings(
        key=options.key,
        whole_audio=command.reads_whole_audio(options),
        state=options.state,
        items_at_once=options.items,
        calls_per_window=options.calls_per_minute,
        standard_seconds=options.standard_seconds,
        balance_cents=options.balance_cents,
    )


def _parser() -> argparse.ArgumentParser:
    parser = command.parser(
        "local.emulators.soferai", "An emulator of the Sofer.ai transcription API.", port=5103
    )
    add = parser.add_argument
    add("--items", type=int, default=8, help="transcriptions in work at the same time")
    add("--calls-per-minute", type=int, default=0, help="rate limit; 0 means none")
    add("--standard-seconds", type=float, default=0, help="how long a standard batch waits")
    add("--balance-cents", type=int, default=100_000, help="what the account holds at first")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
