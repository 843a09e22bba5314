"""Where a recording ends, told by its last bytes.

The start of the file says how packets are to be read and its end holds the last ones, so the two
set together are a short file of the same kind, whose last packet carries its time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from shared.audio.clusters import is_cut_within
from shared.audio.mp4.fragments import moved_by, walk
from shared.audio.mp4.layout import Layout
from shared.audio.range_file import BLOCK_BYTES, FETCH_BYTES, RangeFile
from shared.ports.demuxer import Demuxer, End

CLUSTER = b"\x1f\x43\xb6\x75"  # of Matroska (RFC 9559): a few seconds of packets and their time
_LENGTHS = (BLOCK_BYTES, FETCH_BYTES)
_STREAMINFO_END = 42  # of FLAC (RFC 9639): marker, block header, 34 bytes


def matroska_end(file: RangeFile, demuxer: Demuxer, *, is_told: bool) -> End:
    """From the last cluster. Where the length `is_told`, it is looked at by one range alone."""
    beginning = file.head[: file.head.find(CLUSTER)]
    is_whole = True
    lengths = (FETCH_BYTES,) if is_told else _LENGTHS
    for part in _last_parts(file, CLUSTER, before=0, lengths=lengths):
        is_whole = not is_cut_within(part)
        end = demuxer.end_of_packets(beginning + part)
        if end.end_ms:
            return replace(end, is_whole=is_whole)
    return End(None, is_whole)


def fragments_end(file: RangeFile, layout: Layout, demuxer: Demuxer) -> End:
    """From the last fragment of an MP4."""
    beginning = file.fetch_all(0, layout.init_end)
    for part in _last_parts(file, b"moof", before=4):
        chain = walk(part, 0, file.size)
        moved = moved_by(part, len(beginning) + len(part) - file.size)
        end = demuxer.end_of_packets(beginning + moved[: chain.end or len(part)])
        if end.end_ms:
            return End(end.end_ms, not chain.is_broken)
    return End()


def flac_end(file: RangeFile, demuxer: Demuxer, *, tries_last: bool) -> End:
    """From the last frame, which carries its number; cut-off files show themselves so."""
    info = bytearray(file.head[:_STREAMINFO_END])
    info[4] |= 0x80  # no other metadata follows
    return demuxer.end_of_packets(bytes(info) + file.tail(), tries_last=tries_last)


def _last_parts(
    file: RangeFile, mark: bytes, *, before: int, lengths: Iterable[int] = _LENGTHS
) -> Iterator[bytes]:
    """The end of the file from the last `mark` on, which is `before` bytes into its element, as far
    as its last bytes hold it."""
    for length in lengths:
        tail = file.tail(length)
        at = tail.rfind(mark) - before
        if at >= 0:
            yield tail[at:]
        if length >= file.size:
            return
