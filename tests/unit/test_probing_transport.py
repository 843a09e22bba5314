"""Transport streams: their length is that between the first time and the last."""

from __future__ import annotations

import pytest

from shared.audio.range_file import RangeFile
from shared.audio.transport import transport_ms
from tests.unit.probing_audio import Blob, encoded

LENGTHS = pytest.mark.parametrize("seconds", [1, 30, 100])


@pytest.mark.long
@LENGTHS
@pytest.mark.parametrize("codec", ["aac", "mp2", "ac3"])
def test_the_length_of_a_transport_stream_is_found_at_its_end(codec: str, seconds: int) -> None:
    blob = Blob(encoded("mpegts", codec, seconds=seconds, rate=48_000), "a.ts")
    found = blob.probe()
    assert found.container == "mpegts"
    assert found.duration_ms == pytest.approx(seconds * 1000, abs=150)
    assert len(blob.ranges) <= 1


def stream(*times: int, size: int = 188, padding: int = 0, pictures: int = 0) -> bytes:
    """A packet of sound for each time, in units of 1/90,000 s, and so many of pictures between."""
    prefix = bytes(size - 188)
    picture = b"\x47\x01\x01\x10".ljust(188, b"\xff")
    found = []
    for time in times:
        stamp = bytes(
            [
                0x21 | time >> 29 & 0x0E,
                time >> 22 & 255,
                time >> 14 & 254 | 1,
                time >> 7 & 255,
                time << 1 & 254 | 1,
            ]
        )
        space = bytes([padding, *bytes(padding)]) if padding else b""
        head = b"\x47\x41\x00" + (b"\x30" if padding else b"\x10") + space
        packet = (head + b"\0\0\1\xc0\0\0\x80\x80\x05" + stamp).ljust(188, b"\0")
        found += [prefix + packet, *[prefix + picture] * pictures]
    return b"".join(found)


def length(content: bytes) -> int | None:
    head = content[:65_536]
    return transport_ms(RangeFile(head, len(content), lambda at, most: content[at : at + most]))


@pytest.mark.parametrize("size", [188, 192])
@pytest.mark.parametrize("padding", [0, 9])
def test_packets_of_both_sizes_are_read_with_what_stands_before_them(
    size: int, padding: int
) -> None:
    times = (900, 90_900, 180_900, 270_900)
    assert length(stream(*times, size=size, padding=padding, pictures=3)) == 4000


def test_times_that_begin_anew_go_on() -> None:
    last = (1 << 33) - 90_000
    assert length(stream(last, 0, 90_000, pictures=3)) == 3000


def test_among_large_pictures_more_is_read_and_then_nothing_is_said() -> None:
    times = [90_000 * second for second in range(40)]
    assert length(stream(*times, pictures=1500)) == 40_000
    assert length(stream(*times, pictures=9000)) is None


@pytest.mark.parametrize("content", [b"", b"\x47" * 3, bytes(100_000), b"\x47" * 100_000])
def test_what_is_no_stream_has_no_length(content: bytes) -> None:
    assert length(content) is None
