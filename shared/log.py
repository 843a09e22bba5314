"""One way to log: an event's name and facts, as one JSON object.

The functions worker hands only the formatted text to the host, so the facts are in the text.
Each line tells the release that wrote it, for two may run while one takes over from the other.
Facts never hold a URL with a query, a key or transcript text.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

import msgspec

from shared.version import VERSION

_log = logging.getLogger("dropscribe")


class Line(NamedTuple):
    """An event as it is written, and its level."""

    level: int
    text: str


_keeper: ContextVar[Callable[[Line], None] | None] = ContextVar("keeper", default=None)


def event(name: str, /, *, level: int = logging.INFO, **facts: object) -> None:
    """Log what happened. `name` is in the past tense, dotted: `recording.registered`."""
    if _log.isEnabledFor(level):
        told = {"event": name, **facts, "version": VERSION}
        write(Line(level, msgspec.json.encode(told).decode()))


def write(line: Line) -> None:
    """To whoever keeps the lines of this thread, else to the log."""
    keep = _keeper.get()
    if keep is None:
        _log.log(line.level, "%s", line.text)
    else:
        keep(line)


@contextmanager
def kept_by(keep: Callable[[Line], None]) -> Iterator[None]:
    """Events of this thread are given to `keep` instead of being logged."""
    token = _keeper.set(keep)
    try:
        yield
    finally:
        _keeper.reset(token)


def quiet_libraries() -> None:
    """The SDKs log every request with its headers at INFO, and httpx every URL."""
    for name in ("azure", "httpx", "httpcore", "urllib3"):
        logging.getLogger(name).setLevel(logging.WARNING)
