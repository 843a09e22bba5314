"""The last pages of an Ogg file: which of them is whole.

RFC 3533, section 6: a page is a header of 27 bytes, a table of the sizes of its segments, and
these, with a checksum over all. Players leave out a page whose checksum is wrong, and so do we.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

_MARK = b"OggS"
_HEADER_BYTES = 27
_LAST_PAGE = 4
_BITS_REVERSED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


@dataclass(frozen=True)
class Pages:
    """The file `is_cut` where its last page is not all there, and `is_damaged` where a page that it
    should have is none by its header or its checksum."""

    is_cut: bool = False
    is_damaged: bool = False


def read_pages(data: bytes) -> Pages:
    """Of the end of a file, which may begin in the middle of a page."""
    end = 0
    is_last = is_damaged = False
    at = data.find(_MARK)
    while at >= 0:
        length = _page_bytes(data, at)
        if length is None or at + length > len(data):
            if _MARK not in data[at + 4 :]:
                return Pages(is_cut=True)
        elif _is_sound(data[at : at + length]):
            is_damaged = is_damaged or bool(end and end != at)
            is_last, end = bool(data[at + 5] & _LAST_PAGE), at + length
            at = end - 4
        at = data.find(_MARK, at + 4)
    return Pages(is_damaged=is_damaged or (end < len(data) and not is_last))


def _page_bytes(data: bytes, at: int) -> int | None:
    """The length of the page at `at`; None where its header is not all there."""
    if at + _HEADER_BYTES > len(data):
        return None
    sizes = data[at + _HEADER_BYTES : at + _HEADER_BYTES + data[at + 26]]
    return _HEADER_BYTES + data[at + 26] + sum(sizes) if len(sizes) == data[at + 26] else None


def _is_sound(page: bytes) -> bool:
    """The checksum is that of zlib with all bits the other way round, and starts at 0."""
    told: int = struct.unpack_from("<I", page, 22)[0]
    plain = (page[:22] + bytes(4) + page[26:]).translate(_BITS_REVERSED)
    found = zlib.crc32(plain, 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{found:032b}"[::-1], 2) == told
