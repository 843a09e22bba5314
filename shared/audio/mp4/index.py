"""The index of an MP4, held against the bytes that are there, before anybody builds it.

A table says how many entries it has, and a few bytes may say hundreds of millions: of samples of
one size, of durations that are all equal, of samples in a fragment. FFmpeg makes an entry in memory
of each. Here they are only counted. Boxes as in ISO/IEC 14496-12, 8.6 to 8.8.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from operator import mul

_NESTS = frozenset(b"moov trak mdia minf dinf stbl edts moof traf mvex".split())
# box -> bytes of an entry, and of what stands before the count (version and flags among them)
_TABLES = {
    b"stts": (8, 4),
    b"ctts": (8, 4),
    b"stsc": (12, 4),
    b"stco": (4, 4),
    b"co64": (8, 4),
    b"stss": (4, 4),
    b"stps": (4, 4),
}
_NEEDED = ({b"stts"}, {b"stsc"}, {b"stsz", b"stz2"}, {b"stco", b"co64"})
_SAMPLES_IN_A_BYTE = 64
"""QuickTime counts the samples of IMA and MACE before they are packed: up to some 20 in a byte."""
_TOLERANCE_MS, _MOST_DELAY_MS = 100, 500
_MOST_DEPTH, _MOST_BOXES, _MOST_TRACKS = 12, 20_000, 64
_PACKED = 64
"""Larger samples are counted as they are stored."""
_FIELDS_OF_TRUN = 0x100, 0x200, 0x400, 0x800
_SIZES_OF_TRUN = 0x200


@dataclass
class Index:
    """What the boxes say. `length_ms` is that of the first track of sound, None without one; its
    header's own word is `told_ms`. It `is_whole` where that track has all tables that it needs.
    `sound_bytes` is how much of it there is, where a table tells. `sample_bytes` and
    `last_chunk_at` are what all tables together say: how much there is, and where its last stretch
    begins; `ends_at` is where that one ends, 0 where it is not told. The former two are told only
    where it `has_sizes`, while `one_size_bytes` is how much a table of samples of one size
    promises. `movie_ms` is the length of all tracks by the header. It
    `is_consistent` where the tables of that track agree with one another, and with both headers."""

    is_possible: bool = True
    is_whole: bool = True
    sound_bytes: int = 0
    length_ms: int | None = None
    told_ms: int | None = None
    last_chunk_at: int = 0
    ends_at: int = 0
    sample_bytes: int = 0
    one_size_bytes: int = 0
    movie_ms: int | None = None
    movie_scale: int = 0
    has_sizes: bool = True
    is_consistent: bool = True
    _samples: int = 0
    _boxes: int = 0
    _tracks: list[_Track] = field(default_factory=list)


@dataclass
class _Track:
    is_sound: bool = False
    scale: int = 0
    told: int = 0
    played: int = 0
    sound_bytes: int = 0
    timed: int = 0
    sized: int = 0
    tables: set[bytes] = field(default_factory=set)
    chunks_rise: bool = True
    starts_at: int = 0
    edited: int = 0
    sizes: array[int] = field(default_factory=lambda: array("I"))
    chunks: int = 0
    last_chunk_at: int = 0
    runs: array[int] = field(default_factory=lambda: array("I"))

    @property
    def in_last_chunk(self) -> int:
        """How many samples its last chunk holds, as far as there are as many."""
        return self.runs[-2] if self.runs else 0

    @property
    def fits_its_chunks(self) -> bool:
        """Whether so many samples lie in its chunks. The last one may be full in part."""
        starts = [*self.runs[::3], self.chunks + 1]
        lasting = (after - start for start, after in pairwise(starts))
        room = sum(map(mul, lasting, self.runs[1::3]))
        return not self.runs or (
            self.in_last_chunk <= self.sized <= room < self.sized + self.in_last_chunk
        )

    @property
    def ends_at(self) -> int:
        """Where its last sample ends, 0 where that is not told."""
        last = self.sizes[-self.in_last_chunk :] if self.in_last_chunk else self.sizes[:0]
        return self.last_chunk_at + sum(last) if last else 0


def read_index(boxes: bytes, size: int) -> Index:
    """`boxes` are whole boxes, such as a `moov`, or the beginning of a file; `size` is that of the
    whole file in bytes. Never raises."""
    index = Index()
    try:
        _read(memoryview(boxes), index, 0)
    except struct.error:
        index.is_possible = False
    if index._samples > _SAMPLES_IN_A_BYTE * size or len(index._tracks) > _MOST_TRACKS:
        index.is_possible = False
    sound = next((track for track in index._tracks if track.is_sound and track.scale), None)
    if sound is not None and sound.played:
        index.length_ms = sound.played * 1000 // sound.scale
        index.told_ms = sound.told * 1000 // sound.scale
        index.sound_bytes = sound.sound_bytes
        is_said_alike = abs(index.told_ms - index.length_ms) <= _TOLERANCE_MS
        is_counted_alike = sound.timed == sound.sized and sound.fits_its_chunks
        is_said_alike = is_said_alike and _is_of_movie(index) and _is_played(sound, index)
        begins_early = sound.starts_at * 1000 <= _MOST_DELAY_MS * sound.scale
        is_alike = is_said_alike and is_counted_alike
        index.is_consistent = is_alike and sound.chunks_rise and begins_early
    if any(track.is_sound and not (track.scale and _has_times(track)) for track in index._tracks):
        index.is_consistent = False
    if index.has_sizes:
        index.ends_at = max((track.ends_at for track in index._tracks), default=0)
    index.is_whole = sound is None or all(sound.tables & kinds for kinds in _NEEDED)
    return index


def _has_times(track: _Track) -> bool:
    return bool(track.played or not track.sized)


def _is_of_movie(index: Index) -> bool:
    """Whether a single track lasts about as long as the movie."""
    if len(index._tracks) != 1 or not index.movie_ms or index.length_ms is None:
        return True
    return _is_about(index.movie_ms, index.length_ms)


def _is_played(track: _Track, index: Index) -> bool:
    """Whether the stretches that are played, if any are named, are about all of it."""
    if not track.edited or not index.movie_scale or index.length_ms is None:
        return True
    return _is_about(track.edited * 1000 // index.movie_scale, index.length_ms)


def _is_about(told_ms: int, length_ms: int) -> bool:
    return abs(told_ms - length_ms) <= max(1_000, 0.05 * length_ms)


def _read(boxes: memoryview, index: Index, depth: int) -> None:
    for kind, content in _boxes(boxes):
        index._boxes += 1
        if index._boxes > _MOST_BOXES or depth > _MOST_DEPTH:
            index.is_possible = False
            return
        if kind == b"trak":
            index._tracks.append(_Track())
        if kind in _NESTS:
            _read(content, index, depth + 1)
        else:
            _note(kind, content, index)


def _boxes(boxes: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Type and content; one that is cut off by the end is the last."""
    at = 0
    while at + 8 <= len(boxes):
        length, kind = struct.unpack_from(">I4s", boxes, at)
        start = at + 8
        if length == 1 and at + 16 <= len(boxes):
            length, start = struct.unpack_from(">Q", boxes, at + 8)[0], at + 16
        end = len(boxes) if length == 0 else at + length
        if end < start:
            return
        yield kind, boxes[start:end]
        at = end


def _note(kind: bytes, content: memoryview, index: Index) -> None:
    track = index._tracks[-1] if index._tracks else _Track()
    track.tables.add(kind)
    if kind in _TABLES:
        entry, before = _TABLES[kind]
        count = struct.unpack_from(">I", content, before)[0]
        _hold(index, count * entry, len(content) - before - 4)
        if not index.is_possible:
            return
        if kind in (b"stts", b"ctts"):
            _durations(kind, content[8 : 8 + count * 8], index, track)
        elif kind in (b"stco", b"co64"):
            places = _numbers(content[8 : 8 + count * entry], "I" if kind == b"stco" else "Q")
            track.chunks, track.last_chunk_at = count, max(places, default=0)
            index.last_chunk_at = max(index.last_chunk_at, track.last_chunk_at)
            track.chunks_rise = list(places) == sorted(places)
        elif kind == b"stsc" and count:
            track.runs = _numbers(content[8 : 8 + count * entry], "I")
    elif kind in (b"stsz", b"stz2"):
        _sizes(kind, content, index, track)
    elif kind == b"trun":
        _run(content, index)
    elif kind == b"mdhd":
        _header(content, track)
    elif kind == b"mvhd":
        movie = _Track()
        _header(content, movie)
        index.movie_scale = movie.scale
        index.movie_ms = movie.told * 1000 // movie.scale if movie.scale else None
    elif kind == b"elst":
        track.starts_at, track.edited = _edits(content)
    elif kind == b"hdlr":
        track.is_sound = bytes(content[8:12]) == b"soun"


def _hold(index: Index, wanted: int, present: int) -> None:
    if wanted > present:
        index.is_possible = False


def _sizes(kind: bytes, content: memoryview, index: Index, track: _Track) -> None:
    """Samples of one size need no table, and those of a table have to lie in it."""
    size, count = struct.unpack_from(">II", content, 4)
    if kind == b"stz2":
        _hold(index, count * (size & 255) // 8, len(content) - 12)
    elif not size:
        _hold(index, count * 4, len(content) - 12)
        if index.is_possible:
            track.sizes = _numbers(content[12 : 12 + count * 4], "I")
            track.sound_bytes = sum(track.sizes)
            index.sample_bytes += track.sound_bytes
    else:
        index.has_sizes = False
        index.one_size_bytes = max(index.one_size_bytes, size * count if size > _PACKED else 0)
    index._samples += count
    track.sized = count


def _run(content: memoryview, index: Index) -> None:
    """The samples of a fragment."""
    flags, count = struct.unpack_from(">II", content)
    fields = sum(bool(flags & bit) for bit in _FIELDS_OF_TRUN)
    start = 8 + 4 * bool(flags & 1) + 4 * bool(flags & 4)
    _hold(index, count * fields * 4, len(content) - start)
    index._samples += count
    if not flags & _SIZES_OF_TRUN:
        index.has_sizes = False
    elif index.is_possible:
        numbers = _numbers(content[start : start + count * fields * 4], "I")
        index.sample_bytes += sum(numbers[bool(flags & 0x100) :: fields])


def _numbers(content: memoryview, kind: str) -> array[int]:
    """Big-endian numbers of 32 ("I") or 64 ("Q") bits."""
    found = array(kind, content.tobytes())
    if sys.byteorder == "little":
        found.byteswap()
    return found


def _durations(kind: bytes, entries: memoryview, index: Index, track: _Track) -> None:
    """Runs of samples that last equally long: how many, and how long each."""
    counts = played = 0
    for count, lasts in struct.iter_unpack(">II", entries):
        counts += count
        played += count * lasts
    index._samples += counts
    if kind == b"stts":
        track.played, track.timed = played, counts


def _edits(content: memoryview) -> tuple[int, int]:
    """Where the last of the stretches that are played begins, in units of the track, and how long
    all of them are, in units of the movie."""
    form = ">Qq4x" if content[0] == 1 else ">Ii4x"
    entries = content[8 : 8 + (len(content) - 8) // struct.calcsize(form) * struct.calcsize(form)]
    edits = [(length, start) for length, start in struct.iter_unpack(form, entries) if start >= 0]
    return max((start for _, start in edits), default=0), sum(length for length, _ in edits)


def _header(content: memoryview, track: _Track) -> None:
    """The time scale of a track, and the length that it claims."""
    if content[0] == 1:
        track.scale, track.told = struct.unpack_from(">IQ", content, 20)
    else:
        track.scale, track.told = struct.unpack_from(">II", content, 12)
