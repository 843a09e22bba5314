"""python -m local.azure_speech: the Azure Speech emulator on its own.

Prints one line with its address when it is ready; SIGTERM or SIGINT ends it.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from local.azure_speech.app import create_app
from local.azure_speech.server import listen, serve
from local.azure_speech.settings import Settings
from local.recogniser.pool import RecogniserPool


def main() -> int:
    options = _parser().parse_args()
    logging.basicConfig(level=logging.ERROR)
    listener, url = listen(options.port)
    settings = Settings(
        public_url=options.public_url or url,
        key=options.key,
        accept_bearer=options.accept_bearer,
        whole_audio=not options.engine.startswith("scripted"),
        state=options.state,
        jobs_at_once=options.jobs,
        recordings_at_once=options.recordings,
        calls_per_window=options.calls_per_10_seconds,
        retry_after_seconds=options.retry_after,
    )
    with RecogniserPool(options.engine, options.workers) as pool:
        serve(
            create_app(settings, pool),
            listener,
            lambda: print(f"Azure Speech emulator at {url}/speechtotext", flush=True),
        )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local.azure_speech",
        description="An emulator of the Azure Speech batch transcription API.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--port", type=int, default=5101, help="port on 127.0.0.1; 0 takes a free one")
    add("--public-url", help="address in the links it hands out, if not its own")
    add("--key", default="local", help="the subscription key that it accepts")
    add("--accept-bearer", action="store_true", help="accept any bearer token, too")
    add("--engine", default="pocketsphinx", help="recogniser; scripted only reads file heads")
    add("--workers", type=int, help="processes of the recogniser (default: one per core)")
    add("--state", type=Path, help="folder that outlives a restart (default: memory)")
    add("--jobs", type=int, default=4, help="jobs that run at the same time")
    add("--recordings", type=int, default=8, help="recordings in work at the same time")
    add("--calls-per-10-seconds", type=int, default=100, help="rate limit; 0 means none")
    add("--retry-after", type=int, default=1, help="seconds in Retry-After of a running job")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
