"""Recordings of more than thirty kinds: what is said of them is what FFmpeg's own decoding says."""

from __future__ import annotations

import functools

import av
import pytest

from shared.errors import InputError
from tests.sound_files import KINDS, SECONDS, UNTOLD, Kind, heard, made
from tests.unit.probing_audio import Blob

ALL = {**KINDS, **UNTOLD}
CUTS = (0.31, 0.5, 0.77, 0.98)
HOUR = 3600 // SECONDS


@functools.cache
def content_of(name: str) -> bytes | None:
    """None where this build of FFmpeg has no encoder for it."""
    try:
        return made(ALL[name])
    except (av.FFmpegError, ValueError):
        return None


def present(name: str) -> bytes:
    content = content_of(name)
    if content is None:
        pytest.skip(f"{name} cannot be written by this FFmpeg")
    return content


@pytest.mark.long
def test_there_are_enough_of_them() -> None:
    there = [name for name in ALL if content_of(name) is not None]
    assert len(there) >= 60
    assert len({(ALL[name].muxer, ALL[name].codec) for name in there}) >= 30


@pytest.mark.long
@pytest.mark.parametrize("name", ALL)
def test_what_ffmpeg_decodes_is_taken_with_the_same_length_channels_and_tracks(name: str) -> None:
    content = present(name)
    decoded = heard(content)
    assert decoded is not None
    blob = Blob(content)
    found = blob.probe()
    assert found.duration_ms == pytest.approx(decoded.length_ms, rel=0.01, abs=60)
    assert (found.channels, found.tracks) == (decoded.channels, decoded.tracks)
    assert len(blob.ranges) <= 3


@pytest.mark.long
@pytest.mark.parametrize("name", KINDS)
def test_what_is_cut_off_passes_nowhere(name: str) -> None:
    content = present(name)
    for share in CUTS:
        stump = content[: int(len(content) * share) + 3]
        with pytest.raises(InputError) as caught:
            Blob(stump).probe()
        if heard(stump) is not None:
            assert caught.value.code == "truncated_audio", share


@pytest.mark.long
@pytest.mark.parametrize("name", KINDS)
def test_a_stump_that_is_accepted_lasts_as_long_as_it_can_be_heard(name: str) -> None:
    content = present(name)
    stump = content[: len(content) // 2 + 3]
    decoded = heard(stump)
    if decoded is None or decoded.length_ms < 100:
        return
    try:
        found = Blob(stump).probe(accept_truncated=True)
    except InputError as error:
        assert "moov" in error.reason
        return
    assert found.missing_ms or found.is_cut_off
    if found.duration_ms is not None:
        assert found.duration_ms == pytest.approx(decoded.length_ms, rel=0.08, abs=1_000)


@pytest.mark.long
@pytest.mark.parametrize("name", UNTOLD)
def test_where_nothing_tells_what_is_there_counts(name: str) -> None:
    content = present(name)
    stump = content[: len(content) // 2 + 3]
    decoded = heard(stump)
    assert decoded is not None
    assert Blob(stump).probe().duration_ms == pytest.approx(decoded.length_ms, rel=0.01, abs=60)


LONG = {
    "amr": Kind("amr", "libopencore_amrnb", 8000),
    "adts": Kind("adts", "aac", 8000, bit_rate=16_000),
    "m4a": Kind("mp4", "aac", 8000, bit_rate=16_000),
    "m4a in fragments": Kind(
        "mp4",
        "aac",
        8000,
        bit_rate=16_000,
        options={"movflags": "frag_keyframe+empty_moov", "frag_duration": "2000000"},
    ),
    "mp3": Kind("mp3", "libmp3lame", 8000, bit_rate=16_000),
    "mp3 without a header": Kind(
        "mp3", "libmp3lame", 8000, bit_rate=16_000, options={"write_xing": "0"}
    ),
    "flac": Kind("flac", "flac", 8000),
    "live flac": Kind("flac", "flac", 8000, is_live=True),
    "ogg": Kind("ogg", "libopus", 8000, bit_rate=16_000),
    "live webm": Kind(
        "webm", "libopus", 8000, bit_rate=16_000, is_live=True, options={"live": "1"}
    ),
    "wma": Kind("asf", "wmav2", 16_000, bit_rate=32_000),
    "wav": Kind("wav", "pcm_mulaw", 8000),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LONG)
def test_an_hour_is_an_hour_and_half_of_it_is_cut_off(name: str) -> None:
    content = made(LONG[name]._replace(times=HOUR))
    blob = Blob(content)
    found = blob.probe()
    assert found.duration_ms == pytest.approx(3_600_000, rel=0.01)
    assert len(blob.ranges) <= 8
    with pytest.raises(InputError) as caught:
        Blob(content[: len(content) // 2 + 3]).probe()
    assert caught.value.code == "truncated_audio"
