"""python -m local.emulators.azure_language: the emulator of Azure AI Language on its own.

Prints one line with its address when it is ready; SIGTERM or SIGINT ends it.
"""

from __future__ import annotations

import argparse
import logging

from local.emulators.azure_language.app import create_app
from local.emulators.azure_language.settings import Settings
from local.emulators.common.server import listen, serve


def main() -> int:
    options = _parser().parse_args()
    logging.basicConfig(level=logging.ERROR)
    listener, url = listen(options.port)
    settings = Settings(
        key=options.key,
        calls_per_window=options.calls_per_minute,
        names=frozenset(options.names.lower().split(",")),
    )
    app = create_app(settings)
    serve(app, listener, lambda: print(f"Azure AI Language emulator at {url}", flush=True))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local.emulators.azure_language",
        description="An emulator of the text analyses of Azure AI Language.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--port", type=int, default=5104, help="port on 127.0.0.1; 0 takes a free one")
    add("--key", default="local", help="the key that it accepts")
    add("--calls-per-minute", type=int, default=1_000, help="rate limit; 0 means none")
    add("--names", default="", help="further first names that it finds, with commas between")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
