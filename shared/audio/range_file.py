"""A blob of which only some ranges are held. Every range costs a call to storage, so nothing is
fetched by accident."""

from __future__ import annotations

from collections.abc import Callable, Sequence

BLOCK_BYTES = 64 * 1024
FETCH_BYTES = 1024 * 1024
MAX_FETCHES = 8


class TooManyReads(Exception):
    """The container wants more of the file than a probe may cost."""


class RangeFile:
    """`head` is what is known from the start, `read(offset, length)` brings more.

    At most eight ranges of up to 1 MiB are fetched; after that `TooManyReads`.
    """

    def __init__(self, head: bytes, size: int, read: Callable[[int, int], bytes]) -> None:
        self.size = size
        self.fetches = 0
        self._read = read
        self._spans = [(0, head[:size])]

    @property
    def head(self) -> bytes:
        """What was known from the start."""
        return self._spans[0][1]

    @property
    def spans(self) -> Sequence[tuple[int, bytes]]:
        """All that is held: offsets, and the bytes there."""
        return self._spans

    def behind(self, start: int, head: bytes) -> RangeFile:
        """The rest from `start` on, which begins with `head`, as a file of its own."""
        rest = RangeFile(head, self.size - start, lambda at, most: self._read(start + at, most))
        rest.fetches = self.fetches
        return rest

    def fetch(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on, at most `length` and 1 MiB; asks storage only if needed."""
        length = max(0, min(length, FETCH_BYTES, self.size - offset))
        held = self._held(offset, length)
        if len(held) == length:
            return held
        if self.fetches >= MAX_FETCHES:
            raise TooManyReads
        self.fetches += 1
        data = self._read(offset, length)[:length]
        self._spans.append((offset, data))
        return data

    def fetch_near(self, offset: int, length: int) -> bytes:
        """As `fetch`; where storage has to be asked, the block behind is brought along."""
        held = self._held(offset, length)
        return (
            held if len(held) == length else self.fetch(offset, max(length, BLOCK_BYTES))[:length]
        )

    def fetch_next(self, offset: int) -> bytes:
        """What a reader lacks from `offset` on: more every time."""
        return self.fetch(offset, BLOCK_BYTES << min(self.fetches, 4))

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
