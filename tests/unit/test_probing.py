"""Probing: what is found in good files, at what cost, and what is said of bad ones."""

from __future__ import annotations

import random
import re
import struct

import pytest

from shared.audio import HEAD_BYTES, probe
from shared.audio.promise import Promise
from shared.audio.refusals import cut_off
from shared.errors import InputError, StoreUnavailable
from tests.unit.probing_audio import FORMATS, SECONDS, Blob, audio, encoded, silent_video, wav

pytestmark = pytest.mark.long


def refusal(content: bytes, name: str = "call.bin") -> InputError:
    with pytest.raises(InputError) as caught:
        Blob(content, name).probe()
    return caught.value


def patched(content: bytes, offset: int, new: bytes) -> bytes:
    return content[:offset] + new + content[offset + len(new) :]


@pytest.mark.parametrize("name", FORMATS)
def test_codec_length_and_rate_are_found_within_the_ranges_that_the_format_needs(name: str) -> None:
    container, codec, ranges = FORMATS[name]
    blob = Blob(audio(name), name)
    found = blob.probe()
    expected_ms = (60 if name == "voice.amr" else SECONDS) * 1000
    assert (found.container, found.codec, found.channels) == (container, codec, 1)
    assert found.bytes == len(blob.content) > HEAD_BYTES
    assert found.duration_ms == pytest.approx(expected_ms, rel=0.01)
    assert len(blob.ranges) == ranges


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_that_the_head_holds_whole_costs_no_further_range(name: str) -> None:
    content = audio(name)
    found = probe(content, len(content), lambda _offset, _length: pytest.fail("a range"), name=name)
    assert found.codec == FORMATS[name][1]


@pytest.mark.parametrize("name", ["faststart.m4a", "moov_end.m4a", "fragmented.m4a"])
def test_an_index_longer_than_the_head_is_fetched_whole(name: str) -> None:
    content = audio(name)
    blob = Blob(content, name)
    found = probe(content[:600], len(content), blob.read, name=name)
    assert found.duration_ms == pytest.approx(SECONDS * 1000, rel=0.01)
    assert len(blob.ranges) <= 4


def test_both_channels_and_the_rate_of_a_stereo_call_are_seen() -> None:
    found = Blob(wav(2, rate=16000, channels=2)).probe()
    assert (found.channels, found.sample_rate_hz, found.duration_ms) == (2, 16000, 2000)


def test_an_mp3_behind_a_tag_with_a_large_picture_is_found() -> None:
    picture = 150_000
    size = bytes((picture >> shift) & 127 for shift in (21, 14, 7, 0))
    blob = Blob(b"ID3\x04\x00\x00" + size + bytes(picture) + audio("vbr.mp3"), "tagged.mp3")
    found = blob.probe()
    assert (found.codec, found.duration_ms) == ("mp3", SECONDS * 1000)
    assert 1 <= len(blob.ranges) <= 4


def test_a_wav_whose_samples_begin_behind_the_head_is_read_all_the_same() -> None:
    filler = struct.pack("<4sI", b"LIST", 90_000) + bytes(90_000)
    found = Blob(wav(2, extra=filler), "listed.wav").probe()
    assert found.duration_ms == 2000


def test_tags_in_an_unknown_encoding_do_no_harm() -> None:
    tags = struct.pack("<4sI4s4sI", b"LIST", 16, b"INFO", b"INAM", 4) + b"\xff\xfe\xc3\x00"
    assert Blob(wav(2, extra=tags), "tagged.wav").probe().duration_ms == 2000


@pytest.mark.parametrize("placeholder", [0, 0xFFFFFFFF, 0x7FFFFFFF, 0xFFFFFFFF - 36, 0x7FFFF024])
def test_sizes_that_a_recorder_could_not_know_are_no_promise(placeholder: int) -> None:
    size = struct.pack("<I", placeholder)
    content = patched(patched(wav(5), 4, size), 40, size)
    found = Blob(content, "streamed.wav").probe()
    assert (found.duration_ms, found.missing_ms) == (5000, 0)


def test_a_data_size_that_the_riff_size_contradicts_is_no_promise() -> None:
    content = patched(wav(5), 40, struct.pack("<I", 3 * 80_000))
    assert Blob(content, "odd.wav").probe().duration_ms == 5000


def test_a_wav_without_its_last_pad_byte_is_whole() -> None:
    assert Blob(wav(5)[:-1], "call.wav").probe().duration_ms == pytest.approx(5000, abs=1)


@pytest.mark.parametrize(
    "name",
    [
        "pcm.wav",
        "mulaw.wav",
        "rf64.wav",
        "vbr.mp3",
        "faststart.m4a",
        "voice.webm",
        "voice.wma",
        "mono.flac",
    ],
)
def test_half_an_upload_is_refused_and_both_lengths_are_told(name: str) -> None:
    content = audio(name)
    error = refusal(content[: len(content) // 2], name)
    assert error.code == "truncated_audio"
    assert re.fullmatch(
        r"The header promises 30\.[01] s of sound, the file holds 1[45]\.\d s\.", error.reason
    )


def test_a_stump_is_taken_where_stumps_are_accepted() -> None:
    content = audio("pcm.wav")
    found = Blob(content[: len(content) // 2]).probe(accept_truncated=True)
    assert found.duration_ms == pytest.approx(15_000, abs=5)
    assert found.missing_ms == pytest.approx(15_000, abs=5)


def test_a_recording_without_its_index_is_refused_even_where_stumps_are_accepted() -> None:
    content = audio("moov_end.m4a")
    with pytest.raises(InputError, match=r"truncated_audio: .*moov"):
        Blob(content[: len(content) // 2]).probe(accept_truncated=True)


def test_no_bytes_and_a_header_without_samples_are_empty() -> None:
    assert refusal(b"").code == "empty_audio"
    assert refusal(wav(0)).code == "empty_audio"


def test_samples_without_a_header_are_refused_with_the_way_out() -> None:
    error = refusal(wav(3)[44:], "call.wav")
    assert error.code == "not_audio"
    assert "no WAV header" in error.reason
    assert "raw PCM, add a header" in error.advice


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"this is not audio\n" * 500, "text"),
        ("Straße, déjà vu\n".encode() * 900, "text"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "a web page or XML"),
        (b"PK\x03\x04" + bytes(300), "a ZIP archive or an Office document"),
        (b"Rar!\x1a\x07" + bytes(300), "a RAR archive"),
        (b"MThd" + bytes(300), "a MIDI file, which holds notes and no sound"),
        (b"Salted__" + bytes(300), "an encrypted file"),
        (b"%PDF-1.7\n" + bytes(300), "a PDF document"),
        (b"\x89PNG\r\n\x1a\n" + bytes(300), "a picture"),
    ],
)
def test_another_kind_of_file_is_called_by_its_name(content: bytes, kind: str) -> None:
    error = refusal(content, "call.mp3")
    assert error.code == "not_audio"
    assert f"The content is {kind}," in error.reason


def test_random_bytes_are_not_audio() -> None:
    assert refusal(random.Random(1).randbytes(200_000), "call.m4a").code == "not_audio"


def test_a_video_without_sound_is_refused_as_such() -> None:
    assert refusal(silent_video(), "screen.mp4").code == "no_audio_stream"


def test_less_than_a_tenth_of_a_second_is_too_short() -> None:
    error = refusal(wav(0.05), "click.wav")
    assert error.code == "too_short"
    assert "50 ms" in error.reason


@pytest.mark.parametrize("protection", [b"drms", b"enca"])
def test_copy_protected_audio_is_refused(protection: bytes) -> None:
    content = audio("faststart.m4a").replace(b"mp4a", protection, 1)
    assert refusal(content, "song.m4p").code == "encrypted_audio"


@pytest.mark.parametrize("name", ["moov_end.m4a", "voice.opus", "live.webm", "fragmented.m4a"])
def test_trouble_with_storage_is_not_taken_for_a_bad_file(name: str) -> None:
    def read(_offset: int, _length: int) -> bytes:
        raise StoreUnavailable("no answer")

    content = audio(name)
    with pytest.raises(StoreUnavailable):
        probe(content[:HEAD_BYTES], len(content), read, name=name)


def test_trouble_with_storage_inside_the_demuxer_comes_through_too() -> None:
    def read(_offset: int, _length: int) -> bytes:
        raise StoreUnavailable("no answer")

    tag = b"ID3\x04\x00\x00\x00\x08\x00\x00" + bytes(1 << 17)
    with pytest.raises(StoreUnavailable):
        probe(tag[:HEAD_BYTES], 400_000, read, name="tagged.mp3")


def test_an_mp4_that_leads_on_and_on_is_given_up() -> None:
    box = struct.pack(">I4s", 1_000_000, b"free")
    blob = Blob((box + bytes(999_992)) * 12, "long.mp4")
    assert refusal(blob.content, blob.name).code == "not_audio"


def test_corrupted_files_are_probed_or_refused_and_never_crash() -> None:
    chance = random.Random(2024)
    names = sorted(FORMATS)
    refused = 0
    for turn in range(300):
        content = bytearray(audio(names[turn % len(names)]))
        span = chance.choice([64, 600, 5_000, len(content)])
        for _ in range(chance.randint(1, 60)):
            content[chance.randrange(min(span, len(content)))] = chance.randrange(256)
        if chance.random() < 0.4:
            del content[chance.randrange(len(content)) :]
        blob = Blob(bytes(content), names[turn % len(names)])
        try:
            found = blob.probe(accept_truncated=chance.random() < 0.5)
            assert found.channels > 0
            assert found.sample_rate_hz > 0
        except InputError:
            refused += 1
        assert len(blob.ranges) <= 8
    assert 30 < refused < 300


def test_matroska_is_told_from_webm() -> None:
    found = Blob(encoded("matroska", "flac", seconds=3), "talk.mkv").probe()
    assert (found.container, found.codec) == ("matroska", "flac")


@pytest.mark.parametrize("start", [b"\x02dss", b"\x03ds2"])
def test_a_dictation_is_called_one_whatever_its_ending(start: bytes) -> None:
    with pytest.raises(InputError, match="not_audio: The content is a dictation in DSS or DS2"):
        Blob(start + bytes(70_000), "letter.wav").probe()


def test_a_recording_behind_the_header_of_a_web_form_is_no_raw_sound() -> None:
    form = (
        b"------WebKitFormBoundaryX1\r\n"
        b'Content-Disposition: form-data; name="file"; filename="call.wav"\r\n'
        b"Content-Type: audio/wav\r\n\r\n"
    )
    with pytest.raises(InputError, match="not_audio: The content is what a browser sends"):
        Blob(form + wav(1), "call.wav").probe()


def test_lengths_that_are_written_alike_are_told_in_bytes() -> None:
    said = cut_off(Promise(32_000, 31_500, 1_000)).reason
    assert said.endswith("promises 32000 bytes, the file holds 31500.")
    assert "1.0 s" in cut_off(Promise(32_000, 16_000, 1_000)).reason
