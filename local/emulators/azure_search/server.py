"""Serves the emulator in a thread of this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from local.emulators.azure_search.app import create_app
from local.emulators.azure_search.settings import Settings
from local.emulators.common.server import serving


@contextmanager
def running(settings: Settings | None = None, *, port: int = 0) -> Iterator[str]:
    """The emulator for the length of a `with`; gives its URL."""
    chosen = settings or Settings()
    with serving(lambda _: create_app(chosen), name="azure-search", port=port) as url:
        yield url
