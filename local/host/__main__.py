"""`python -m local.host`: run a function app on this machine."""

import argparse
import asyncio
import logging
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from time import perf_counter

from local.host.groups import only
from local.host.host import App, Host
from local.host.http import describe_place
from local.host.index import load_functions
from local.host.journal import set_up_logging
from local.host.keys import read_keys
from local.host.settings import HostStartError, Knobs, load_settings_file, read_host_json
from local.host.validation import find_problems, find_warnings

_log = logging.getLogger("local.host")


def main() -> int:
    """Exit status: 0 after a stop, 1 when the app cannot be started."""
    started = perf_counter()
    options = _parse()
    set_up_logging(quiet=options.quiet)
    listening = _listen(options.port)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        app, made_keys = _prepare(options, address)
    except HostStartError as error:
        for problem in error.problems:
            print(f"cannot start: {problem}", file=sys.stderr)
        return 1

    def announce() -> None:
        for name, key in made_keys.items():
            print(f"{name}={key}")
        for function in app.functions:
            print(f"  {function.name}: {describe_place(function, app.settings.route_prefix)}")
        print(f"listening on {address} after {perf_counter() - started:.2f} s", flush=True)

    if not asyncio.run(_serve(app, listening, announce)):
        logging.shutdown()
        sys.stdout.flush()
        os._exit(0)  # a function that outlived the grace time must not keep the process
    return 0


def _listen(port: int) -> socket.socket:
    """A socket that says it is TCP: asyncio switches Nagle's delay off only for such."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    listening.listen(512)
    return listening


async def _serve(app: App, listening: socket.socket, announce: Callable[[], None]) -> bool:
    return await Host(app).run(listening, announce)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.host", description=__doc__)
    knobs = Knobs()
    parser.add_argument("--app", type=Path, default=Path(), help="folder of function_app.py")
    parser.add_argument("--port", type=int, default=7071, help="0: any free one")
    parser.add_argument("--settings", type=Path, help="default: local.settings.json beside the app")
    parser.add_argument("--quiet", action="store_true", help="print warnings and failures only")
    parser.add_argument(
        "--lease-seconds",
        type=int,
        default=knobs.lease_seconds,
        help="how long a message stays hidden when the host dies (in Azure: 600)",
    )
    parser.add_argument(
        "--idle-poll-seconds",
        type=float,
        default=knobs.idle_poll_seconds,
        help="upper limit of host.json's maxPollingInterval",
    )
    parser.add_argument(
        "--scan-seconds",
        type=float,
        default=knobs.scan_seconds,
        help="how often blob containers are scanned, in place of Event Grid",
    )
    parser.add_argument(
        "--grace-seconds",
        type=float,
        default=knobs.grace_seconds,
        help="for executions in flight at a stop",
    )
    parser.add_argument(
        "--group",
        action="append",
        default=[],
        help="http, blob or function:NAME: what the platform would start by itself; default: all",
    )
    return parser.parse_args()


def _prepare(options: argparse.Namespace, address: str) -> tuple[App, dict[str, str]]:
    directory = options.app.resolve()
    load_settings_file(options.settings or directory / "local.settings.json", os.environ)
    os.environ.setdefault("FUNCTIONS_WORKER_RUNTIME", "python")
    os.environ.setdefault("AZURE_FUNCTIONS_ENVIRONMENT", "Development")
    os.environ.setdefault("WEBSITE_HOSTNAME", address.removeprefix("http://"))
    settings = read_host_json(directory / "host.json", os.environ)
    functions = only(load_functions(directory, os.environ), options.group)
    if problems := find_problems(functions, os.environ):
        raise HostStartError(problems)
    for warning in find_warnings(functions):
        _log.warning("%s", warning)
    keys, made = read_keys(os.environ)
    knobs = Knobs(**{field.name: getattr(options, field.name) for field in fields(Knobs)})
    return App(directory, functions, settings, knobs, os.environ, keys), made


if __name__ == "__main__":
    sys.exit(main())
