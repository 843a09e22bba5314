"""python -m local.emulators.azure_search: the emulator of Azure AI Search on its own.

Prints one line with its address when it is ready; SIGTERM or SIGINT ends it.
"""

from __future__ import annotations

import argparse
import logging

from local.emulators.azure_search.app import create_app
from local.emulators.azure_search.settings import Settings
from local.emulators.common.server import listen, serve


def main() -> int:
    options = _parser().parse_args()
    logging.basicConfig(level=logging.ERROR)
    listener, url = listen(options.port)
    app = create_app(Settings(key=options.key))
    serve(app, listener, lambda: print(f"Azure AI Search emulator at {url}", flush=True))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local.emulators.azure_search",
        description="An emulator of indexes and documents of Azure AI Search.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--port", type=int, default=5106, help="port on 127.0.0.1; 0 takes a free one")
    add("--key", default="local", help="the key that it accepts, also as a token")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
