"""Where a recording ends, told by its last bytes.

The start of the file says how packets are to be read and its end holds the last ones, so the two
set together are a short file of the same kind, whose last packet carries its time.
"""

from __future__ import annotations

from collections.abc import Callable

from shared.audio.mp4 import Layout
from shared.audio.range_file import BLOCK_BYTES, FETCH_BYTES, RangeFile
from shared.ports.demuxer import Demuxer

CLUSTER = b"\x1f\x43\xb6\x75"  # of Matroska (RFC 9559): a few seconds of packets and their time
_STREAMINFO_END = 42  # of FLAC (RFC 9639): marker, block header, 34 bytes


def matroska_end_ms(file: RangeFile, demuxer: Demuxer) -> int | None:
    """From the last cluster; for live recordings, whose header does not tell the length."""
    return _end_ms(file, demuxer, file.head[: file.head.find(CLUSTER)], CLUSTER, before=0)


def fragments_end_ms(
    file: RangeFile, layout: Layout, demuxer: Demuxer, check: Callable[[bytes], object]
) -> int | None:
    """From the last fragment of an MP4; of one that a single range holds, from all of them, so that
    one that is damaged shows. `check` is shown what will be read, and may raise."""
    if file.size <= FETCH_BYTES:
        content = file.fetch_all(0, file.size)
        check(content)
        return demuxer.end_of_packets_ms(content)
    beginning = file.fetch_all(0, layout.init_end)
    return _end_ms(file, demuxer, beginning, b"moof", before=4, check=check)


def flac_end_ms(file: RangeFile, demuxer: Demuxer) -> int | None:
    """From the last frame, which carries its number; cut-off files show themselves so."""
    info = bytearray(file.head[:_STREAMINFO_END])
    info[4] |= 0x80  # no other metadata follows
    return demuxer.end_of_packets_ms(bytes(info) + file.tail())


def _end_ms(
    file: RangeFile,
    demuxer: Demuxer,
    beginning: bytes,
    mark: bytes,
    *,
    before: int,
    check: Callable[[bytes], object] = bool,
) -> int | None:
    """The end of the packets from the last `mark` on, which is `before` bytes into its element;
    None where the last MiB holds none."""
    for length in (BLOCK_BYTES, FETCH_BYTES):
        tail = file.tail(length)
        at = tail.rfind(mark) - before
        if at >= 0:
            check(tail[at:])
            if end_ms := demuxer.end_of_packets_ms(beginning + tail[at:]):
                return end_ms
        if length >= file.size:
            break
    return None
