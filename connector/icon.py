"""The icon: a recording whose sound becomes lines of text."""

from __future__ import annotations

import struct
import zlib

SIZE = 230
GROUND, INK = (0xDA, 0x3B, 0x01), (0xFF, 0xFF, 0xFF)
_BAR = 12
_BARS = ((36, 34), (62, 84), (88, 128), (114, 60))  # left edge and height, around the middle
_LINES = ((146, 83, 48), (146, 109, 36), (146, 135, 44))  # left edge, top and length


def draw() -> bytes:
    """A PNG of 230 by 230 pixels."""
    rows = b"".join(
        b"\0" + b"".join(bytes(_colour(x, y)) for x in range(SIZE)) for y in range(SIZE)
    )
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _colour(x: int, y: int) -> tuple[int, int, int]:
    """Four by four samples a pixel, for smooth edges."""
    inside = sum(_is_ink(x + (i + 0.5) / 4, y + (j + 0.5) / 4) for i in range(4) for j in range(4))
    share = inside / 16
    red, green, blue = (round(g + (i - g) * share) for g, i in zip(GROUND, INK, strict=True))
    return red, green, blue


def _is_ink(x: float, y: float) -> bool:
    upright = any(
        _in_pill(y - (SIZE - height) / 2, x - left, height, _BAR) for left, height in _BARS
    )
    return upright or any(_in_pill(x - left, y - top, length, _BAR) for left, top, length in _LINES)


def _in_pill(along: float, across: float, length: float, width: float) -> bool:
    """A stroke with round ends."""
    radius = width / 2
    nearest = min(max(along, radius), length - radius)
    return (along - nearest) ** 2 + (across - radius) ** 2 <= radius**2


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
