"""Memory for results: how many of them are worked on at a time depends on how large they are."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

from shared.messages import SliceItem
from shared.model.recording.recording import Recording

BYTES_IN_FLIGHT = 128 * 1024 * 1024
"""Of results as they come. One takes three to four times its length in memory while it becomes a
transcript and its captions (`make bench`), so that all of them stay below 512 MB."""

_BYTES_IN_SECOND = 1_600  # of audio and channel: 10 MB in 107 minutes, with words and readings
_UNKNOWN_BYTES = 8 * 1024 * 1024


class Room:
    """For so many bytes in a process. One that is larger than all of it is let in alone. First
    come, first served, so that a large one is not kept out by small ones for ever."""

    def __init__(self, most: int = BYTES_IN_FLIGHT) -> None:
        self._most, self._taken = most, 0
        self._line: deque[object] = deque()
        self._changed = Condition()

    @contextmanager
    def taken(self, size: int) -> Iterator[None]:
        """Waits until there is room."""
        mine = object()
        with self._changed:
            self._line.append(mine)
            self._changed.wait_for(lambda: self._line[0] is mine and self._has_room(size))
            self._line.popleft()
            self._taken += size
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._taken -= size
                self._changed.notify_all()

    def _has_room(self, size: int) -> bool:
        return self._taken == 0 or self._taken + size <= self._most


def result_bytes(row: Recording, item: SliceItem) -> int:
    """As the provider's list tells; else as long as results of such audio are."""
    if item.failure is not None:
        return 0
    if item.bytes is not None:
        return item.bytes
    channels = row.audio.channels if row.audio else 1
    return row.duration_ms * _BYTES_IN_SECOND * channels // 1_000 or _UNKNOWN_BYTES
