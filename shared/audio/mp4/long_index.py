"""The index of a long MP4, of which only what tells the sound is read.

Tables for every frame of the picture make an index of many MiB, and those for the sound another
one or two. What it is and how long it lasts stands in a few hundred bytes and in one table, mostly
of a single entry. So the boxes are walked by their sizes, and of the first track of sound a short
index is made, with empty tables, which is read like that of a fragmented file. ISO/IEC 14496-12,
8.1 to 8.7.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from shared.audio.range_file import FETCH_BYTES, RangeFile

_MOST_BOXES = 32
_HEADER_BYTES = 16
_MOST_BYTES = 16 * 1024
"""Of a box that is taken over as it is: headers and descriptions have a few hundred."""
_KEPT = frozenset(b"mvhd mvex tkhd mdhd hdlr smhd gmhd dinf stsd".split())
_NESTS = frozenset(b"mdia minf stbl".split())
_EMPTY = {b"stts": 8, b"stsc": 8, b"stco": 8, b"stsz": 12}


@dataclass(frozen=True)
class ShortIndex:
    """`moov` is the index of the sound alone, b"" where there is no track of sound. `length_ms` is
    what its samples last together; None: that table is too long to be read."""

    moov: bytes
    length_ms: int | None


@dataclass(frozen=True)
class _Box:
    kind: bytes
    start: int
    content: int
    end: int


def read_short_index(file: RangeFile, start: int, end: int) -> ShortIndex:
    """Of the `moov` between `start` and `end`. Two to six ranges of 64 KiB as a rule; raises
    `TooManyReads`."""
    kept, length_ms, sound = b"", None, b""
    for box in _boxes(file, start + 8, end):
        if box.kind == b"trak" and not sound:
            sound, length_ms = _track(file, box)
        elif box.kind in (b"mvhd", b"mvex"):
            kept += _taken(file, box)
        if sound and b"mvhd" in kept:
            break
    return ShortIndex(_box(b"moov", kept + sound) if sound else b"", length_ms if sound else None)


def _track(file: RangeFile, track: _Box) -> tuple[bytes, int | None]:
    """The track with empty tables, and its length; b"" where it is not one of sound."""
    tables = _Tables()
    content = _copied(file, track, tables)
    if not tables.is_sound:
        return b"", None
    return _box(b"trak", content), tables.length_ms


@dataclass
class _Tables:
    is_sound: bool = False
    scale: int = 0
    played: int | None = None

    @property
    def length_ms(self) -> int | None:
        return None if self.played is None or not self.scale else self.played * 1000 // self.scale


def _copied(file: RangeFile, outer: _Box, tables: _Tables) -> bytes:
    """What is in `outer`: boxes that describe as they are, tables empty. A track that turns out not
    to be one of sound is left at once."""
    parts = b""
    for box in _boxes(file, outer.content, outer.end):
        if box.kind in _NESTS:
            parts += _box(box.kind, _copied(file, box, tables))
        elif box.kind in _EMPTY:
            parts += _box(box.kind, bytes(_EMPTY[box.kind]))
            if box.kind == b"stts":
                tables.played = _played(file, box)
        elif box.kind in _KEPT:
            taken = _taken(file, box)
            parts += taken
            _note(box.kind, taken[8:], tables)
        if outer.kind == b"stbl" and b"stsd" in parts and tables.played is not None:
            return parts + b"".join(
                _box(kind, bytes(length)) for kind, length in _EMPTY.items() if kind not in parts
            )
        if outer.kind == b"mdia" and b"hdlr" in parts and not tables.is_sound:
            return b""
    return parts


def _note(kind: bytes, content: bytes, tables: _Tables) -> None:
    if kind == b"hdlr":
        tables.is_sound = content[8:12] == b"soun"
    elif kind == b"mdhd" and len(content) >= 24:
        tables.scale = struct.unpack_from(">I", content, 20 if content[0] == 1 else 12)[0]


def _played(file: RangeFile, box: _Box) -> int | None:
    """The sum of all durations, in units of the track."""
    if box.end - box.content > FETCH_BYTES:
        return None
    content = file.fetch_near(box.content, box.end - box.content)
    if len(content) < 8:
        return None
    count = struct.unpack_from(">I", content, 4)[0]
    entries = content[8 : 8 + count * 8]
    if len(entries) != count * 8:
        return None
    played: int = sum(samples * lasts for samples, lasts in struct.iter_unpack(">II", entries))
    return played


def _boxes(file: RangeFile, at: int, end: int) -> Iterator[_Box]:
    for _ in range(_MOST_BOXES):
        header = file.fetch_near(at, _HEADER_BYTES) if at + 8 <= end else b""
        if len(header) < 8:
            return
        length, kind = struct.unpack_from(">I4s", header)
        content = at + 8
        if length == 1 and len(header) >= _HEADER_BYTES:
            length, content = struct.unpack_from(">Q", header, 8)[0], at + 16
        length = length or end - at
        if length < content - at or at + length > end:
            return
        yield _Box(kind, at, content, at + length)
        at += length


def _taken(file: RangeFile, box: _Box) -> bytes:
    """The whole box with a header of 8 bytes; b"" where it is larger than any such box."""
    length = box.end - box.content
    return _box(box.kind, file.fetch_near(box.content, length)) if length <= _MOST_BYTES else b""


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content
