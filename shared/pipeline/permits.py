"""Heavy work limits itself: what a host starts at a time is one number for all queues."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Semaphore

PATIENCE_SECONDS = 5.0


class Permits:
    """How much heavy work of a kind goes on in this process at a time."""

    def __init__(self, most: int, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._semaphore, self._patience_seconds = Semaphore(most), patience_seconds

    @contextmanager
    def one(self) -> Iterator[bool]:
        """Whether there is one; it is waited for a little."""
        has = self._semaphore.acquire(timeout=self._patience_seconds)
        try:
            yield has
        finally:
            if has:
                self._semaphore.release()
