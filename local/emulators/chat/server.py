"""Serves the emulator in a thread of this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from local.emulators.chat.app import create_app
from local.emulators.chat.settings import Settings
from local.emulators.common.server import serving


@contextmanager
def running(
    settings: Settings | None = None, *, port: int = 0, clock: Callable[[], float] = time.time
) -> Iterator[str]:
    """The emulator for the length of a `with`; gives its URL."""
    chosen = settings or Settings()
    with serving(lambda _: create_app(chosen, clock), name="chat", port=port) as url:
        yield url
