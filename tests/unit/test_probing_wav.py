"""The short way for WAV says what PyAV says, or nothing."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.audio.wav import plain_wav
from shared.confined.demuxer import demuxer

FORMS = [(1, 8), (1, 16), (1, 24), (1, 32), (3, 32), (6, 8), (7, 8)]


def wav_of(
    tag: int, bits: int, channels: int, rate: int, frames: int, *, before_data: bytes = b""
) -> bytes:
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", tag, channels, rate, rate * block, block, bits)
    data = bytes(range(1, 255)) * (frames * block // 254 + 1)
    chunks = _chunk(b"fmt ", form) + before_data + _chunk(b"data", data[: frames * block])
    return struct.pack("<4sI4s", b"RIFF", 4 + len(chunks), b"WAVE") + chunks


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack("<4sI", name, len(content)) + content + b"\0" * (len(content) & 1)


@given(
    st.sampled_from(FORMS),
    st.integers(1, 8),
    st.sampled_from([8_000, 11_025, 16_000, 44_100, 48_000]),
    st.integers(100, 9_000),
    st.booleans(),
)
def test_it_agrees_with_pyav(
    form: tuple[int, int], channels: int, rate: int, frames: int, has_list: bool
) -> None:
    extra = _chunk(b"LIST", b"INFOISFT\x04\0\0\0abc\0") if has_list else b""
    content = wav_of(*form, channels, rate, frames, before_data=extra)
    found = plain_wav(content[:65_536])
    assert found is not None
    assert found == demuxer.look([(0, content)], len(content)).found


@pytest.mark.parametrize(
    "offset, value",
    [
        (0, b"RF64"),
        (4, b"\xff\xff\xff\xff"),  # a recorder that streams
        (20, b"\x02\x00"),  # ADPCM
        (22, b"\x00\x00"),  # no channels
        (24, b"\x00\x00\x00\x00"),  # no rate
        (32, b"\x03\x00"),  # frames that do not fit
        (34, b"\x0c\x00"),  # 12 bits
        (40, b"\xff\xff\xff\xff"),
        (40, b"\x00\x00\x00\x00"),
    ],
)
def test_what_is_not_ordinary_is_left_to_pyav(offset: int, value: bytes) -> None:
    content = bytearray(wav_of(1, 16, 1, 8_000, 800))
    assert plain_wav(bytes(content)) is not None
    content[offset : offset + len(value)] = value
    assert plain_wav(bytes(content)) is None


@given(st.binary(max_size=200))
def test_a_header_that_is_cut_or_garbled_is_no_reason_to_fail(garbage: bytes) -> None:
    content = wav_of(1, 16, 1, 8_000, 800)
    for end in range(44):
        assert plain_wav(content[:end]) is None
    plain_wav(b"RIFF\xff\0\0\0WAVE" + garbage)
