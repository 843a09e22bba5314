"""A file that is read and one that is written, both as they pass: neither is held whole."""

from __future__ import annotations

import io
from collections.abc import Callable

BLOCK_BYTES = 4 * 1024 * 1024
Fetch = Callable[[int, int], bytes]
"""The bytes at an offset, so many."""
HandOut = Callable[[int, bytes], None]
"""Takes a block of what is written, by its number."""


class CannotPatch(Exception):
    """Something wants to change what was handed out already."""


class Source:
    """A file of `size` bytes in the shape that PyAV opens. `ahead` bytes are fetched at a time, and
    kept until others are wanted."""

    def __init__(self, size: int, fetch: Fetch, ahead: int = BLOCK_BYTES) -> None:
        self._size, self._fetch, self._ahead = size, fetch, ahead
        self._position = self._start = 0
        self._held = b""

    def read(self, count: int = -1) -> bytes:
        """At most `count` bytes; fewer where what is held ends."""
        left = max(0, self._size - self._position)
        wanted = left if count < 0 else min(count, left)
        if not wanted:
            return b""
        place = self._position - self._start
        if not 0 <= place < len(self._held):
            length = min(max(self._ahead, wanted), left)
            self._held = b""  # the old bytes go before the new ones come
            self._held = self._fetch(self._position, length)
            self._start, place = self._position, 0
        found = self._held[place : place + wanted]
        self._position += len(found)
        return found

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Where it stands then."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        """Where it stands."""
        return self._position


class Sink:
    """What PyAV writes, handed out in blocks. The first is kept to the end: there a muxer writes
    lengths that it knows last. A change of any later block raises `CannotPatch`."""

    def __init__(self, hand_out: HandOut) -> None:
        self._hand_out = hand_out
        self._first, self._block = bytearray(), bytearray()
        self._number, self._position = 1, 0

    @property
    def size(self) -> int:
        """How many there are."""
        handed_out = (self._number - 1) * BLOCK_BYTES
        return len(self._first) + handed_out + len(self._block)

    def write(self, data: bytes) -> int:
        """How many bytes were taken: all."""
        left = memoryview(data)
        while left:
            left = left[self._written(left) :]
        return len(data)

    def _written(self, data: memoryview) -> int:
        if self._position < BLOCK_BYTES:
            count = min(len(data), BLOCK_BYTES - self._position)
            self._first[self._position : self._position + count] = data[:count]
        elif self._position < self.size:
            raise CannotPatch
        else:
            count = min(len(data), BLOCK_BYTES - len(self._block))
            self._block += data[:count]
            if len(self._block) == BLOCK_BYTES:
                self._hand_out(self._number, bytes(self._block))
                self._number += 1
                self._block.clear()
        self._position += count
        return count

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Where it stands then."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        """Where it stands."""
        return self._position

    def finish(self) -> int:
        """The last block goes, and the first; how many bytes there were."""
        if self._block:
            self._hand_out(self._number, bytes(self._block))
        self._hand_out(0, bytes(self._first))
        return self.size
