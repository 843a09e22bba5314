"""How long a row of frames is, with few ranges: all of it where it is small, else its beginning and
its end."""

from __future__ import annotations

from dataclasses import dataclass

from shared.audio.framed.ac3 import AC3
from shared.audio.framed.adts import ADTS, LOAS
from shared.audio.framed.amr import amr_framing
from shared.audio.framed.mp3 import MP2, MP3
from shared.audio.framed.rows import Framing, Row
from shared.audio.promise import id3_bytes
from shared.audio.range_file import BLOCK_BYTES, FETCH_BYTES, MAX_FETCHES, RangeFile
from shared.ports.demuxer import Sound

_FRAMINGS = {
    ("mp3", "mp3"): MP3,
    ("mp3", "mp2"): MP2,
    ("aac", "aac"): ADTS,
    ("loas", "aac_latm"): LOAS,
    ("ac3", "ac3"): AC3,
    ("eac3", "eac3"): AC3,
}
_STEADY = (MP3, MP2, AC3)
"""Those whose frames are of one size as a rule: the beginning and the end tell the length."""
_AMR = frozenset({"amr", "amrnb", "amrwb"})
_MOST_BYTES = (MAX_FETCHES - 1) * FETCH_BYTES


@dataclass(frozen=True)
class Measured:
    """`length_ms` is None where no frame was found. Whether it ends in the middle of a frame, and
    whether something else stands between its frames."""

    length_ms: int | None
    is_cut: bool
    has_gaps: bool = False


def measured(file: RangeFile, sound: Sound) -> Measured | None:
    """Of MPEG audio, AAC, AC-3 and AMR; None for anything else, and where the frames of a long file
    tell no more than the demuxer. Costs no range up to 64 KiB, one up to 1 MiB; of AAC and AMR one
    for each MiB up to seven; one for what is longer. Raises `TooManyReads`."""
    framed = _framing(file.head, sound)
    if framed is None:
        return None
    framing, start = framed
    most = FETCH_BYTES if framing in _STEADY else _MOST_BYTES
    if file.size <= most:
        row = framing.row(file.fetch_all(0, file.size), start)
        return Measured(round(row.length_ms) or None, row.is_cut, row.has_gaps)
    if framing.like is None:
        content = file.fetch_all(0, FETCH_BYTES)
        row = framing.row(content, start, is_all=False)
        return Measured(row.of(file.size - start), False)
    return _by_both_ends(file, framing, start)


def _framing(head: bytes, sound: Sound) -> tuple[Framing, int] | None:
    start = id3_bytes(head)
    framing = _FRAMINGS.get((sound.container, sound.codec))
    if framing is not None:
        return framing, start
    is_amr = sound.container in _AMR
    return amr_framing(head, is_wide=sound.codec == "amr_wb") if is_amr else None


def _by_both_ends(file: RangeFile, framing: Framing, start: int) -> Measured:
    first = framing.row(file.head, start, is_all=False)
    last = framing.row(file.tail(BLOCK_BYTES), 0)
    both = Row(first.length_ms + last.length_ms, first.frames_bytes + last.frames_bytes)
    return Measured(both.of(file.size - start), last.is_cut)
