"""A row of frames, followed from header to header.

`Row.length_ms` is the time of all frames that are there as a whole. A frame of which the file holds
only the beginning `is_cut`; what lies between frames is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

_MOST_GAPS = 1_000
_SURE = 3
"""So many frames in a row tell that the next header is one, too."""

Frame = tuple[int, float]
"""Bytes and milliseconds."""


@dataclass(frozen=True)
class Row:
    """`frames_bytes` is how many bytes the frames take that `length_ms` is of. It `has_gaps` where
    something else stands before or between them."""

    length_ms: float = 0.0
    frames_bytes: int = 0
    is_cut: bool = False
    has_gaps: bool = False

    def of(self, size: int) -> int | None:
        """What `size` bytes of such frames last."""
        told = self.length_ms and self.frames_bytes
        return round(self.length_ms * size / self.frames_bytes) if told else None


@dataclass(frozen=True)
class Framing:
    """How a format frames sound: `read` tells the frame from its first `header_bytes`, None for
    what is none; `like` finds what may be a header. The bits `mask` of its first byte are `bits`
    in what encoders write."""

    read: Callable[[bytes], Frame | None]
    header_bytes: int
    like: re.Pattern[bytes] | None = None
    mask: int = 0
    bits: int = 0

    def row(self, content: bytes, start: int, *, is_all: bool = True) -> Row:
        """That of `content` from `start` on, which may be but the beginning of a file."""
        length_ms, frames_bytes, in_a_row = 0.0, 0, 0
        at = start
        for gaps in range(_MOST_GAPS):
            while frame := self.read(content[at : at + self.header_bytes]):
                if at + frame[0] > len(content):
                    is_cut = is_all and in_a_row >= _SURE and content[at] & self.mask == self.bits
                    return Row(length_ms, frames_bytes, is_cut, gaps > 0)
                length_ms += frame[1]
                frames_bytes += frame[0]
                in_a_row += 1
                at += frame[0]
            if is_all and in_a_row >= _SURE and self._begins(content[at:]):
                return Row(length_ms, frames_bytes, True, gaps > 0)
            in_a_row = 0
            at = self._next(content, at + 1)
            if at < 0:
                break
        return Row(length_ms, frames_bytes, has_gaps=gaps > 0)

    def _begins(self, rest: bytes) -> bool:
        """Whether that is the beginning of a header."""
        return len(rest) < self.header_bytes and rest[:1] in (b"\xff", b"\x0b", b"\x56")

    def _next(self, content: bytes, at: int) -> int:
        """Where a frame begins that another one follows; -1 for none. Looks at so many places
        only."""
        if self.like is None:
            return -1
        for match in islice(self.like.finditer(content, at), _MOST_GAPS):
            place = match.start()
            frame = self.read(content[place : place + self.header_bytes])
            if frame:
                behind = place + frame[0]
                if self.read(content[behind : behind + self.header_bytes]):
                    return place
        return -1
