"""The icon: a recording whose sound becomes lines of text."""

from __future__ import annotations

import struct
import zlib

SIZE = 230
GROUND, INK = (0xDA, 0x3B, 0x01), (0xFF, 0xFF, 0xFF)
_WIDE = 12
_BARS = ((36, 34), (62, 84), (88, 128), (114, 60))  # left edge and height, around the middle
_LINES = ((146, 83, 48), (146, 109, 36), (146, 135, 44))  # left edge, top and length


def draw() -> bytes:
    """A PNG of 230 by 230 pixels."""
    pixels = [[GROUND] * SIZE for _ in range(SIZE)]
    for left, height in _BARS:
        _stroke(pixels, left, (SIZE - height) // 2, _WIDE, height)
    for left, top, length in _LINES:
        _stroke(pixels, left, top, length, _WIDE)
    rows = b"".join(b"\0" + b"".join(map(bytes, row)) for row in pixels)
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _stroke(
    pixels: list[list[tuple[int, int, int]]], left: int, top: int, width: int, height: int
) -> None:
    """With round ends, and smooth edges by four by four samples a pixel."""
    for y in range(height):
        for x in range(width):
            samples = ((x + (i + 0.5) / 4, y + (j + 0.5) / 4) for i in range(4) for j in range(4))
            share = sum(_is_inside(*sample, width, height) for sample in samples) / 16
            red, green, blue = (
                round(g + (i - g) * share) for g, i in zip(GROUND, INK, strict=True)
            )
            pixels[top + y][left + x] = (red, green, blue)


def _is_inside(x: float, y: float, width: int, height: int) -> bool:
    radius = min(width, height) / 2
    nearest_x = min(max(x, radius), width - radius)
    nearest_y = min(max(y, radius), height - radius)
    return (x - nearest_x) ** 2 + (y - nearest_y) ** 2 <= radius**2


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
