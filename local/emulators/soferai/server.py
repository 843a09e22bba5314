"""Serves the emulator in a thread of this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from local.emulators.common.pool import Pool
from local.emulators.common.server import serving
from local.emulators.soferai.app import create_app
from local.emulators.soferai.settings import Settings


@contextmanager
def running(
    pool: Pool,
    settings: Settings | None = None,
    *,
    port: int = 0,
    clock: Callable[[], float] = time.time,
) -> Iterator[str]:
    """The emulator for the length of a `with`; gives its URL. The pool stays the caller's to
    close."""
    chosen = settings or Settings()
    with serving(lambda _: create_app(chosen, pool, clock), name="soferai", port=port) as url:
        yield url
