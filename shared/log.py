"""One way to log: an event's name and facts, as one JSON object.

The functions worker hands only the formatted text to the host, so the facts are in the text.
Each line tells the release that wrote it, for two may run while one takes over from the other.
Facts never hold a URL with a query, a key or transcript text.
"""

from __future__ import annotations

import logging

import msgspec

from shared.version import VERSION

_log = logging.getLogger("dropscribe")


def event(name: str, /, *, level: int = logging.INFO, **facts: object) -> None:
    """Log what happened. `name` is in the past tense, dotted: `recording.registered`."""
    if _log.isEnabledFor(level):
        told = {"event": name, **facts, "version": VERSION}
        _log.log(level, "%s", msgspec.json.encode(told).decode())


def quiet_libraries() -> None:
    """The SDKs log every request with its headers at INFO, and httpx every URL."""
    for name in ("azure", "httpx", "httpcore", "urllib3"):
        logging.getLogger(name).setLevel(logging.WARNING)
