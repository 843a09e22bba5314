"""The fragments of an MP4, walked from box to box: whether all of them are there, as they say.

Each `moof` describes the samples of the `mdat` behind it. ISO/IEC 14496-12, 8.8.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from shared.audio.mp4.index import read_index

_MARK = b"moof"
_KINDS = frozenset(
    b"moof mdat moov sidx ssix styp emsg prft mfra free skip wide uuid udta meta".split()
)


@dataclass(frozen=True)
class Chain:
    """Whole fragments end at `end`. It `is_broken` where another one follows that is not all there
    or that cannot be reached, and `is_impossible` where that one declares more than there is;
    `is_doubtful` where a fragment and its sound differ in size."""

    end: int
    is_broken: bool = False
    is_doubtful: bool = False
    is_impossible: bool = False


def walk(content: bytes, at: int, size: int) -> Chain:
    """From `at`, where a box begins, to the end of `content`, which is that of the file. `size` is
    that of the whole file. Never raises."""
    end, wanted, is_doubtful = at, 0, False
    while at + 8 <= len(content):
        kind, start, stop = _box(content, at)
        if not _leads_on(content, kind, stop):
            return Chain(end, kind in _KINDS or _MARK in content[at:], is_doubtful=True)
        if kind == _MARK:
            index = read_index(content[at:stop], size)
            if not index.is_possible or index.sample_bytes > size:
                return Chain(end, is_broken=True, is_impossible=not index.is_possible)
            is_doubtful = is_doubtful or bool(wanted and not index.has_sizes)
            wanted = index.sample_bytes if index.has_sizes else 0
        elif kind == b"mdat":
            is_doubtful = is_doubtful or bool(wanted and wanted != stop - start)
        at = stop
        end = end if kind == _MARK else at
    begins_another = 0 < len(content) - at < 8 and content[at] == 0
    return Chain(end, begins_another or end != at, is_doubtful)


def moved_by(part: bytes, distance: int) -> bytes:
    """`part`, which begins with a `moof`, for a file in which it stands so many bytes further: some
    fragments tell where their sound lies by its place in the file."""
    moved, end = bytearray(part), int.from_bytes(part[:4], "big")
    at = part.find(b"tfhd", 0, end)
    while 0 <= at <= len(part) - 20:
        place = int.from_bytes(part[at + 12 : at + 20], "big") + distance
        if part[at + 7] & 1 and 0 <= place < 1 << 63:
            struct.pack_into(">Q", moved, at + 12, place)
        at = part.find(b"tfhd", at + 4, end)
    return bytes(moved)


def _leads_on(content: bytes, kind: bytes, stop: int) -> bool:
    """Whether another box follows, or the end. A name that nobody knows may be a damaged one."""
    if stop == len(content):
        return kind in _KINDS or bool(kind.strip(b"\0"))
    return stop < len(content) and (kind in _KINDS or content[stop + 4 : stop + 8] in _KINDS)


def _box(content: bytes, at: int) -> tuple[bytes, int, int]:
    """Name, where its content begins, and its end, at least behind its header."""
    length, kind = struct.unpack_from(">I4s", content, at)
    start = at + 8
    if length == 1 and at + 16 <= len(content):
        length, start = struct.unpack_from(">Q", content, at + 8)[0], at + 16
    length = length or len(content) - at
    return kind, start, max(start, at + length)
