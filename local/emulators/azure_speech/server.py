"""Serves the emulator in a thread of this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from local.emulators.azure_speech.app import create_app
from local.emulators.azure_speech.settings import Settings
from local.emulators.common.pool import Pool
from local.emulators.common.server import serving


@contextmanager
def running(
    pool: Pool,
    settings: Settings | None = None,
    *,
    port: int = 0,
    clock: Callable[[], float] = time.time,
) -> Iterator[str]:
    """The emulator for the length of a `with`; gives its URL, which replaces
    `settings.public_url`. The pool stays the caller's to close."""
    chosen = settings or Settings("")
    with serving(
        lambda url: create_app(replace(chosen, public_url=url), pool, clock),
        name="azure-speech",
        port=port,
    ) as url:
        yield url
