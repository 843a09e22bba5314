"""python -m local.emulators.azure_speech: the Azure Speech emulator on its own.

Prints one line with its address when it is ready; SIGTERM or SIGINT ends it.
"""

from __future__ import annotations

import argparse

from local.emulators.azure_speech.app import create_app
from local.emulators.azure_speech.settings import Settings
from local.emulators.common import command


def main() -> int:
    options = _parser().parse_args()
    return command.run(
        options,
        lambda url, pool: create_app(_settings(options, url), pool),
        "Azure Speech emulator at {url}/speechtotext",
    )


def _settings(options: argparse.Namespace, url: str) -> Settings:
    return Settings(
        public_url=url,
        key=options.key,
        accept_bearer=options.accept_bearer,
        whole_audio=command.reads_whole_audio(options),
        state=options.state,
        jobs_at_once=options.jobs,
        recordings_at_once=options.recordings,
        calls_per_window=options.calls_per_10_seconds,
        retry_after_seconds=options.retry_after,
    )


def _parser() -> argparse.ArgumentParser:
    parser = command.parser(
        "local.emulators.azure_speech",
        "An emulator of the Azure Speech batch transcription API.",
        port=5101,
    )
    add = parser.add_argument
    add("--accept-bearer", action="store_true", help="accept any bearer token, too")
    add("--jobs", type=int, default=4, help="jobs that run at the same time")
    add("--recordings", type=int, default=8, help="recordings in work at the same time")
    add("--calls-per-10-seconds", type=int, default=100, help="rate limit; 0 means none")
    add("--retry-after", type=int, default=1, help="seconds in Retry-After of a running job")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
