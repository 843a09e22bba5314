"""MP4 and its relatives (m4a, mov, 3gp): which ranges a demuxer will need, and what is missing.

Boxes as in ISO/IEC 14496-12: size (32 bits, 1 = a 64-bit size follows, 0 = to the end), type,
content. The sound lies in `mdat`, all that describes it in `moov`, before or after it; in a
fragmented file `moov` holds no times and each `moof` describes the `mdat` behind it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from shared.audio.mp4.index import read_index
from shared.audio.mp4.long_index import ShortIndex, read_short_index
from shared.audio.range_file import FETCH_BYTES, RangeFile

_KINDS = frozenset(
    {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"moof", b"styp"}
)
_MAX_BOXES = 64
_HEADER_BYTES = 8
_ENCRYPTED_ENTRIES = frozenset({b"drms", b"enca", b"drmi", b"encv"})


@dataclass(frozen=True)
class Layout:
    """`moov` is its bytes, b"" where it is missing or cut off; of a long one it is what
    `long_index.py` makes of it, and `short` is set. `end` is where the last box seen
    ends, which may lie behind the end of the blob. `sound_bytes` is what `mdat` promises,
    `sample_bytes` the same without its headers.
    `has_more`: something that is no box lies behind all of that."""

    moov: bytes
    init_end: int
    end: int
    sound_bytes: int
    is_fragmented: bool
    short: ShortIndex | None = None
    has_more: bool = False
    sample_bytes: int = 0


def looks_like_mp4(head: bytes) -> bool:
    return head[4:8] in _KINDS


def read_layout(file: RangeFile) -> Layout:
    """Walk the top-level boxes and fetch `moov`: no range if it lies in the head, one for up to
    1 MiB of it elsewhere, and of a longer one only what tells the sound. Raises `TooManyReads`."""
    moov, init_end, end, sound_bytes, samples, fragmented = b"", 0, 0, 0, 0, False
    short: ShortIndex | None = None
    for _ in range(_MAX_BOXES):
        kind, length = _box(file, end)
        if kind == b"moov" and length:
            moov, short = _index(file, end, length)
            init_end = end + length
        elif kind == b"mdat":
            sound_bytes += length
            samples += length - _header_bytes(file, end)
        fragmented = fragmented or kind == b"moof" or b"mvex" in moov
        end += length
        if not length or end >= file.size or fragmented or (moov and sound_bytes):
            break
    return Layout(
        moov, init_end, end, sound_bytes, fragmented, short, _has_more(file, end), samples
    )


def _header_bytes(file: RangeFile, at: int) -> int:
    return 16 if file.fetch_near(at, _HEADER_BYTES)[:4] == b"\0\0\0\1" else _HEADER_BYTES


def _has_more(file: RangeFile, end: int) -> bool:
    if end + _HEADER_BYTES > file.size:
        return False
    return not _is_a_kind(file.fetch_near(end, _HEADER_BYTES)[4:8])


def _is_a_kind(kind: bytes) -> bool:
    """Whether that can be the name of a box: four signs."""
    return len(kind) == 4 and all(0x20 <= sign < 0x7F or sign == 0xA9 for sign in kind)


def _index(file: RangeFile, at: int, length: int) -> tuple[bytes, ShortIndex | None]:
    """The whole box, or what is needed of a long one; b"" where it is cut off."""
    if at + length > file.size:
        return _overlong(file, at), None
    if length > FETCH_BYTES:
        short = read_short_index(file, at, at + length)
        return short.moov, short
    return file.fetch_all(at, length), None


def _overlong(file: RangeFile, at: int) -> bytes:
    """An index that says to end behind the file. Its size is wrong where all that it tells is there
    nevertheless, and its samples, too; else it is cut off: b""."""
    boxes = file.fetch_all(at, min(FETCH_BYTES, file.size - at))
    index = read_index(boxes, file.size)
    is_all_there = index.is_possible and index.is_whole and 0 < index.ends_at <= file.size
    return boxes if is_all_there else b""


def _box(file: RangeFile, at: int) -> tuple[bytes, int]:
    """Type and whole length of the box at `at`; length 0 where there is none to be read."""
    # What lies behind the sound is `moov` as a rule: bring it along with its header.
    header = file.fetch(at, 16 if at + 16 <= len(file.head) else FETCH_BYTES // 4)
    if len(header) < 8:
        return b"", 0
    length, kind = struct.unpack_from(">I4s", header)
    if length == 1 and len(header) >= 16:
        length = struct.unpack_from(">Q", header, 8)[0]
    elif length == 0:
        length = file.size - at
    return kind, length if length >= 8 else 0


def is_encrypted(moov: bytes) -> bool:
    """A protected sample entry: FairPlay (`drms`) or common encryption (`enca`)."""
    at = moov.find(b"stsd")
    while at >= 0:
        if moov[at + 16 : at + 20] in _ENCRYPTED_ENTRIES:
            return True
        at = moov.find(b"stsd", at + 4)
    return False
