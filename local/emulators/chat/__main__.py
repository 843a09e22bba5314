"""python -m local.emulators.chat: the stand-in for a chat endpoint on its own.

Prints one line with its address when it is ready; SIGTERM or SIGINT ends it.
"""

from __future__ import annotations

import argparse
import logging

from local.emulators.chat.app import create_app
from local.emulators.chat.settings import Settings
from local.emulators.common.server import listen, serve


def main() -> int:
    options = _parser().parse_args()
    logging.basicConfig(level=logging.ERROR)
    listener, url = listen(options.port)
    settings = Settings(
        key=options.key, model=options.model, calls_per_window=options.calls_per_minute
    )
    serve(create_app(settings), listener, lambda: print(f"Chat emulator at {url}/v1", flush=True))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local.emulators.chat",
        description="A small stand-in for an endpoint of chat completions.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--port", type=int, default=5105, help="port on 127.0.0.1; 0 takes a free one")
    add("--key", default="local", help="the key that it accepts")
    add("--model", default="small", help="the name of the model that it has")
    add("--calls-per-minute", type=int, default=1_000, help="rate limit; 0 means none")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
