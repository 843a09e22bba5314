"""Indices and tags that are longer than anybody would read: walked, skipped, and what is behind is
known all the same."""

from __future__ import annotations

import struct

import pytest

from shared.audio.mp4 import long_index
from shared.errors import InputError
from tests.hostile_files import box, full, mp4, tables, track, words
from tests.unit.probing_audio import SECONDS, Blob, audio

PICTURES = 2_000_000
"""So many frames of a picture: 8 MB of sizes, more than all ranges of a look together."""


def picture_track(frames: int) -> bytes:
    stbl = box(
        b"stbl",
        full(b"stsd", words(1), box(b"avc1", bytes(78))),
        full(b"stts", words(1, frames, 512)),
        full(b"stsz", words(0, frames), bytes(frames * 4)),
        full(b"stsc", words(0)),
        full(b"stco", words(0)),
    )
    media = box(
        b"mdia",
        full(b"mdhd", words(0, 0, 15360, frames * 512), bytes(4)),
        full(b"hdlr", words(0), b"vide", bytes(13)),
        box(b"minf", full(b"vmhd", bytes(8)), stbl),
    )
    return box(b"trak", full(b"tkhd", words(0, 0, 1, 0, frames), bytes(60)), media)


def with_index(content: bytes, *more: bytes) -> bytes:
    """`content` is an MP4 whose index comes last; it gets further tracks, before its own."""
    at = content.rfind(b"moov") - 4
    first = 8 + struct.unpack_from(">I", content, at + 8)[0]
    moov = content[at + 8 :]
    return content[:at] + box(b"moov", moov[: first - 8], *more, moov[first - 8 :])


def test_the_sound_of_a_long_video_is_found_with_a_few_reads() -> None:
    plain = Blob(audio("moov_end.m4a"), "a.m4a").probe()
    blob = Blob(with_index(audio("moov_end.m4a"), picture_track(PICTURES)), "meeting.mp4")
    found = blob.probe()
    assert (found.codec, found.channels, found.sample_rate_hz) == ("aac", 1, plain.sample_rate_hz)
    assert found.duration_ms == pytest.approx(SECONDS * 1000, rel=0.01)
    assert found.bytes == len(blob.content)
    assert len(blob.ranges) <= 6
    assert sum(length for _, length in blob.ranges) < 1_000_000


def test_an_index_in_front_is_walked_as_well() -> None:
    blob = Blob(mp4(picture_track(PICTURES), track(tables(2000)), sound=40_000), "front.mp4")
    found = blob.probe()
    assert (found.codec, found.duration_ms) == ("aac", 2000 * 1024 * 1000 // 16_000)
    assert len(blob.ranges) <= 6


def test_an_index_whose_sound_has_millions_of_samples_is_walked_as_well() -> None:
    many = 400_000
    sizes = full(b"stsz", words(0, many), struct.pack(f">{many}I", *([1] * many)))
    index = full(b"stts", words(1, many, 1024)) + full(b"stsc", words(1, 1, many, 1)) + sizes
    found = Blob(mp4(track(index + full(b"stco", words(1, 40))), sound=many), "long.m4a").probe()
    assert found.duration_ms == many * 1024 * 1000 // 16_000


def test_a_long_video_without_sound_is_called_so() -> None:
    blob = Blob(mp4(picture_track(PICTURES)), "screen.mp4")
    with pytest.raises(InputError, match="no_audio_stream"):
        blob.probe()


def test_half_of_a_long_video_is_half_and_no_damaged_header() -> None:
    content = mp4(picture_track(PICTURES), track(tables(2000)), sound=400_000)
    with pytest.raises(InputError, match="truncated_audio"):
        Blob(content[:-200_000], "half.mp4").probe()


def test_a_long_index_that_is_cut_off_is_missing() -> None:
    content = with_index(audio("moov_end.m4a"), picture_track(PICTURES))
    with pytest.raises(InputError, match="truncated_audio"):
        Blob(content[: -len(content) // 2], "half.mp4").probe()


@pytest.mark.parametrize("size", [0, 7, 0x7FFFFFFF])
def test_a_long_index_of_boxes_that_cannot_be_is_refused(size: int) -> None:
    hostile = words(size) + b"trak" + bytes(2_000_000)
    movie = full(b"mvhd", words(0, 0, 1000, 10_000), bytes(80))
    content = box(b"ftyp", b"M4A \0\0\0\0") + box(b"moov", movie, hostile) + box(b"mdat", bytes(99))
    with pytest.raises(InputError):
        Blob(content, "a.m4a").probe()


def test_a_short_index_keeps_nothing_that_is_long() -> None:
    assert long_index._MOST_BYTES < 65_536


def tag(length: int) -> bytes:
    size = bytes((length >> shift) & 127 for shift in (21, 14, 7, 0))
    return b"ID3\x04\x00\x00" + size + bytes(length)


@pytest.mark.parametrize("picture", [70_000, 12_000_000])
def test_a_cover_picture_of_any_size_costs_one_read(picture: int) -> None:
    blob = Blob(tag(picture) + audio("vbr.mp3"), "tagged.mp3")
    found = blob.probe()
    assert (found.codec, found.duration_ms) == ("mp3", SECONDS * 1000)
    assert found.bytes == len(blob.content)
    assert len(blob.ranges) == 1


def test_an_mp3_that_is_cut_off_behind_its_picture_is_seen() -> None:
    content = tag(200_000) + audio("vbr.mp3")
    with pytest.raises(InputError, match="truncated_audio"):
        Blob(content[: -len(audio("vbr.mp3")) // 2], "tagged.mp3").probe()


@pytest.mark.parametrize("length", [20, 100_000])
def test_flac_behind_a_tag_is_held_against_its_promise(length: int) -> None:
    content = tag(length) + audio("mono.flac")
    assert Blob(content, "a.flac").probe().duration_ms == pytest.approx(SECONDS * 1000, rel=0.01)
    with pytest.raises(InputError, match="truncated_audio"):
        Blob(content[: length + len(audio("mono.flac")) // 2], "a.flac").probe()


def test_a_tag_that_claims_more_than_there_is_hides_nothing() -> None:
    with pytest.raises(InputError):
        Blob(tag(1000)[:200], "a.mp3").probe()
