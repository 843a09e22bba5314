"""How long the sound of an MPEG transport stream lasts: by the times of its first and last packet.

Nothing in the file tells it, and its first bytes alone say next to nothing. Packets as in ISO/IEC
13818-1, 2.4.3: 188 bytes from 0x47 on, in camcorders' files (.m2ts) with four bytes before each.
Times count 90,000 a second in 33 bits, and begin anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from shared.audio.range_file import FETCH_BYTES, RangeFile

_SYNC = 0x47
_SIZES = (188, 192)
_SURE = 4
"""So many packets in a row tell where packets begin."""
_TAILS = (FETCH_BYTES // 4, FETCH_BYTES)
_AUDIO = frozenset({*range(0xC0, 0xE0), 0xBD, 0xFD})
_TURNS = 1 << 33
_A_MS = 90

Stamp = tuple[int, int]
"""The number of a stream, and a time in its units."""


def transport_ms(file: RangeFile) -> int | None:
    """Of the first stream of sound; None where its end is not in the last MiB. Costs one range, two
    where pictures take much room. Raises `TooManyReads`."""
    first = next(_stamps(file.head), None)
    if first is None:
        return None
    for length in _TAILS:
        times = [at for stream, at in _stamps(file.tail(length)) if stream == first[0]]
        if len(times) > 1 or length >= file.size:
            return _lasts(first[1], times)
    return None


def ends_within_a_packet(file: RangeFile) -> bool:
    """Whether the last packet is not all there. Costs the same range as `transport_ms`."""
    data = file.tail(_TAILS[0])
    for size in _SIZES:
        start = _first_packet(data, size)
        if start is not None:
            rest = data[start + (len(data) - start) // size * size :]
            return len(rest) not in (0, _SIZES[0]) and rest[0] == _SYNC
    return False


def _lasts(first: int, times: list[int]) -> int | None:
    """The last packet lasts as long as the one before it."""
    if len(times) < 2:
        return None
    return ((times[-1] - first) % _TURNS + (times[-1] - times[-2]) % _TURNS) // _A_MS


def _stamps(data: bytes) -> Iterator[Stamp]:
    """Those of all packets of sound that begin in `data`."""
    for size in _SIZES:
        start = _first_packet(data, size)
        if start is not None:
            for at in range(start, len(data) - 187, size):
                yield from _stamp(data[at : at + 188])
            return


def _first_packet(data: bytes, size: int) -> int | None:
    for start in range(min(size, max(0, len(data) - _SURE * size))):
        if all(data[start + number * size] == _SYNC for number in range(_SURE)):
            return start
    return None


def _stamp(packet: bytes) -> Iterator[Stamp]:
    begins, has_padding = packet[1] & 0x40, packet[3] & 0x20
    at = 5 + packet[4] if has_padding else 4
    content = packet[at : at + 14]
    if not begins or len(content) < 14 or content[:3] != b"\0\0\1" or content[3] not in _AUDIO:
        return
    if content[7] & 0x80:
        high, low = content[9] >> 1 & 7, int.from_bytes(content[10:12], "big") >> 1
        time = high << 30 | low << 15 | int.from_bytes(content[12:14], "big") >> 1
        yield (packet[1] & 0x1F) << 8 | packet[2], time
