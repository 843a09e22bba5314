"""A blob of which only some ranges are held, in the shape of a file that PyAV can open.

Every range costs a call to storage, so nothing is fetched by accident: what is not held reads as
the end of the file, unless the file was told to go and get it.
"""

from __future__ import annotations

import io
from collections.abc import Callable

BLOCK_BYTES = 64 * 1024
FETCH_BYTES = 1024 * 1024
MAX_FETCHES = 8
MAX_CALLS = 20_000


class TooManyReads(Exception):
    """The container wants more of the file than a probe may cost."""


class RangeFile:
    """`head` is what is known from the start, `read(offset, length)` brings more.

    At most eight ranges of up to 1 MiB are fetched; after that `TooManyReads`. An error that
    `read` raises is kept in `failure`, whatever a C library makes of it.
    """

    def __init__(self, head: bytes, size: int, read: Callable[[int, int], bytes]) -> None:
        self.size = size
        self.fetches = 0
        self.fetching = False
        self.failure: BaseException | None = None
        self._read = read
        self._spans = [(0, head[:size])]
        self._position = 0
        self._calls = 0

    @property
    def head(self) -> bytes:
        return self._spans[0][1]

    def fetch(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on, at most `length` and 1 MiB; asks storage only if needed."""
        length = max(0, min(length, FETCH_BYTES, self.size - offset))
        held = self._held(offset, length)
        if len(held) == length:
            return held
        if self.fetches >= MAX_FETCHES:
            raise TooManyReads
        self.fetches += 1
        try:
            data = self._read(offset, length)
        except BaseException as error:
            self.failure = error
            raise
        self._spans.append((offset, data))
        return data

    def fetch_all(self, offset: int, length: int) -> bytes:
        """As `fetch`, in as many ranges as it takes."""
        parts: list[bytes] = []
        end = min(offset + length, self.size)
        while offset < end:
            part = self.fetch(offset, end - offset)
            if not part:
                break
            parts.append(part)
            offset += len(part)
        return b"".join(parts)

    def tail(self, length: int = BLOCK_BYTES) -> bytes:
        """The last `length` bytes."""
        start = max(0, self.size - length)
        return self.fetch(start, self.size - start)

    def read(self, count: int = -1) -> bytes:
        self._calls += 1
        if self._calls > MAX_CALLS:
            raise TooManyReads
        wanted = self.size - self._position if count < 0 else count
        data = self._held(self._position, wanted)
        if not data and self.fetching and wanted > 0 and self._position < self.size:
            data = self.fetch(self._position, BLOCK_BYTES << min(self.fetches, 4))[:wanted]
        self._position += len(data)
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def _held(self, offset: int, length: int) -> bytes:
        """What is held from `offset` on; spans that touch are read across."""
        found = b""
        for _ in range(len(self._spans)):
            part = self._span_at(offset + len(found), length - len(found))
            if not part:
                break
            found += part
        return found

    def _span_at(self, offset: int, length: int) -> bytes:
        for start, data in self._spans:
            if start <= offset < start + len(data):
                return data[offset - start : offset - start + length]
        return b""
