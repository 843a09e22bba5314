"""python -m local.emulators.assemblyai: the AssemblyAI emulator on its own.

Prints one line with its address when it is ready; SIGTERM or SIGINT ends it.
"""

from __future__ import annotations

import argparse

from local.emulators.assemblyai.app import create_app
from local.emulators.assemblyai.settings import Settings
from local.emulators.common import command


def main() -> int:
    options = _parser().parse_args()
    return command.run(
        options,
        lambda url, pool: create_app(_settings(options, url), pool),
        "AssemblyAI emulator at {url}",
    )


def _settings(options: argparse.Namespace, url: str) -> Settings:
    return Settings(
        public_url=url,
        keys=(options.key, *options.other_key),
        whole_audio=command.reads_whole_audio(options),
        state=options.state,
        jobs_at_once=options.jobs,
        calls_per_window=options.calls_per_5_minutes,
        webhook_retry_seconds=options.webhook_retry_seconds,
    )


def _parser() -> argparse.ArgumentParser:
    parser = command.parser(
        "local.emulators.assemblyai",
        "An emulator of AssemblyAI's API for pre-recorded audio.",
        port=5102,
    )
    add = parser.add_argument
    add("--other-key", action="append", default=[], help="the key of another project")
    add("--jobs", type=int, default=8, help="transcripts in work at the same time")
    add("--calls-per-5-minutes", type=int, default=20_000, help="rate limit; 0 means none")
    add("--webhook-retry-seconds", type=float, default=10.0, help="pause between deliveries")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
