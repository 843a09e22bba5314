"""What every emulator's command line takes, and how it serves until a signal comes."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable
from pathlib import Path

from starlette.types import ASGIApp

from local.emulators.common.pool import Pool
from local.emulators.common.server import listen, serve
from local.recogniser.engines import BEST
from local.recogniser.pool import RecogniserPool


def parser(module: str, description: str, *, port: int) -> argparse.ArgumentParser:
    """A parser with the options that all emulators share; `port` is the usual one."""
    made = argparse.ArgumentParser(
        prog=f"python -m {module}",
        description=description,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = made.add_argument
    add("--port", type=int, default=port, help="port on 127.0.0.1; 0 takes a free one")
    add("--public-url", help="address in the links it hands out, if not its own")
    add("--key", default="local", help="the key that it accepts")
    add("--engine", default=BEST, help="recogniser; scripted only reads file heads")
    add("--workers", type=int, help="processes of the recogniser (default: one per core)")
    add("--state", type=Path, help="folder that outlives a restart (default: memory)")
    return made


def run(options: argparse.Namespace, make_app: Callable[[str, Pool], ASGIApp], ready: str) -> int:
    """Serve what `make_app` makes of the public URL and the recogniser. Prints one line when it
    is up: `ready`, in which {url} is the emulator's own address."""
    logging.basicConfig(level=logging.ERROR)
    listener, url = listen(options.port)
    with RecogniserPool(options.engine, options.workers) as pool:
        app = make_app(options.public_url or url, pool)
        serve(app, listener, lambda: print(ready.format(url=url), flush=True))
    return 0


def reads_whole_audio(options: argparse.Namespace) -> bool:
    """The scripted engine looks at the head of a recording only."""
    return not str(options.engine).startswith("scripted")
