"""Files that are made to do harm are refused, in no time and with no more than a few reads."""

from __future__ import annotations

import struct
import time

import pytest

from shared.audio import HEAD_BYTES, probe
from shared.errors import InputError
from shared.model.profile.audio import AudioProperties
from shared.ports.demuxer import End, Heard, Look, Sound, TooCostly
from tests.hostile_files import BOMBS, TEXTS, box, fragments, full, mp4, tables, track, words
from tests.unit.probing_audio import SECONDS, Blob, audio, encoded, wav


class Untouched:
    """A demuxer that nobody may ask."""

    def look(self, spans: object, size: int) -> Look:
        raise AssertionError("it was opened")

    def end_of_packets(self, data: bytes, *, tries_last: bool = False) -> End:
        raise AssertionError("it was opened")

    def heard(self, data: bytes) -> Heard:
        raise AssertionError("it was opened")


class Costly(Untouched):
    def look(self, spans: object, size: int) -> Look:
        raise TooCostly("memory")


def looked_at(content: bytes, name: str = "call.wav", **more: object) -> AudioProperties:
    return probe(
        content[:HEAD_BYTES],
        len(content),
        lambda offset, length: content[offset : offset + length],
        name=name,
        **more,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("bomb", BOMBS)
def test_an_index_that_declares_more_than_is_there_is_refused_before_it_is_opened(
    bomb: str,
) -> None:
    began = time.process_time()
    with pytest.raises(InputError, match="not_audio: The index"):
        looked_at(BOMBS[bomb](), "a.m4a", demuxer=Untouched())
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("text", TEXTS)
def test_text_of_any_kind_is_known_before_it_is_opened(text: str) -> None:
    with pytest.raises(InputError) as caught:
        looked_at(TEXTS[text], demuxer=Untouched())
    assert caught.value.code == "not_audio"


def test_a_playlist_is_called_so() -> None:
    with pytest.raises(InputError, match="The content is a playlist"):
        looked_at(TEXTS["hls"])


@pytest.mark.parametrize("text", TEXTS)
def test_what_hides_behind_a_tag_of_music_is_opened_by_nothing(text: str) -> None:
    """The test for text does not see it; of the demuxers none is let in that would read it."""
    with pytest.raises(InputError):
        looked_at(b"ID3\x04\x00\x00\x00\x00\x00\x00\x00" + TEXTS[text])


def test_what_costs_too_much_is_refused_with_a_reason() -> None:
    with pytest.raises(InputError) as caught:
        looked_at(audio("vbr.mp3"), "call.mp3", demuxer=Costly())
    assert caught.value.code == "too_costly_audio"


def test_no_picture_is_decoded() -> None:
    """A video of a codec without sound: its frames are what a hostile file is about."""
    from tests.unit.probing_audio import silent_video

    with pytest.raises(InputError, match="no_audio_stream"):
        looked_at(silent_video(), "screen.mp4")


def test_fragments_in_the_tail_are_compared_too() -> None:
    good = audio("fragmented.m4a")
    bomb = fragments(50_000_000)
    bad = good + bomb[bomb.find(b"moof") - 4 :]
    with pytest.raises(InputError):
        looked_at(bad, "a.m4a")


@pytest.mark.parametrize("field", [b"mvhd", b"mdhd", b"tkhd"])
def test_a_header_that_lies_about_the_length_of_an_mp4_is_not_believed(field: bytes) -> None:
    content = bytearray(audio("faststart.m4a"))
    at = content.find(field)
    place = {b"mvhd": 20, b"mdhd": 20, b"tkhd": 24}[field]
    content[at + place : at + place + 4] = words(1000)
    found = looked_at(bytes(content), "a.m4a")
    assert found.duration_ms == pytest.approx(SECONDS * 1000, rel=0.01)


@pytest.mark.parametrize("factor", [0.05, 0.3, 3, 40])
def test_a_length_header_of_mp3_that_the_frames_contradict_is_not_believed(factor: float) -> None:
    content = bytearray(audio("vbr.mp3"))
    at = max(content.find(b"Xing", 0, 4096), content.find(b"Info", 0, 4096))
    frames = struct.unpack_from(">I", content, at + 8)[0]
    content[at + 8 : at + 12] = words(int(frames * factor))
    found = looked_at(bytes(content), "a.mp3")
    assert found.duration_ms == pytest.approx(SECONDS * 1000, rel=0.02)


def test_samples_of_flac_that_are_more_than_its_header_says_count() -> None:
    content = bytearray(audio("mono.flac"))
    content[21] &= 0xF0
    content[22:26] = words(16_000)
    assert looked_at(bytes(content), "a.flac").duration_ms == pytest.approx(
        SECONDS * 1000, rel=0.01
    )


@pytest.mark.parametrize(
    ("format", "codec"),
    [
        ("aiff", "pcm_s16be"),
        ("au", "pcm_s16be"),
        ("caf", "pcm_s16le"),
        ("w64", "pcm_s16le"),
        ("avi", "pcm_s16le"),
        ("matroska", "pcm_s16le"),
    ],
)
def test_half_of_plain_samples_in_any_container_is_seen(format: str, codec: str) -> None:
    content = encoded(format, codec, seconds=20)
    assert looked_at(content, f"a.{format}").duration_ms == pytest.approx(20_000, rel=0.02)
    with pytest.raises(InputError, match="truncated_audio"):
        looked_at(content[: len(content) // 2], f"a.{format}")


def test_an_honest_index_of_many_samples_is_taken() -> None:
    """QuickTime counts samples before they are packed."""

    class Hearing(Untouched):
        def look(self, spans: object, size: int) -> Look:
            return Look(Sound("aac", "mov", 1, 16_000, 10_000, is_heard=True))

        def heard(self, data: bytes) -> Heard:
            return Heard()

    found = looked_at(mp4(track(tables(4000)), sound=64_000), "a.m4a", demuxer=Hearing())
    assert found.codec == "aac"


def test_a_box_inside_of_boxes_without_end_is_refused() -> None:
    nested = b""
    for _ in range(2000):
        nested = box(b"moov", nested)
    with pytest.raises(InputError):
        looked_at(box(b"ftyp", b"M4A \0\0\0\0M4A ") + nested + box(b"mdat", bytes(99)), "a.m4a")


@pytest.mark.parametrize("cut", [9, 12, 13, 16])
def test_a_table_that_is_cut_off_is_refused(cut: int) -> None:
    table = full(b"stsz", words(1, 10))
    with pytest.raises(InputError):
        looked_at(mp4(track(struct.pack(">I", cut) + table[4:cut])), "a.m4a")


def test_an_ordinary_wav_is_opened_by_nothing() -> None:
    assert looked_at(wav(2), demuxer=Untouched()).duration_ms == 2000


def test_a_demuxer_that_finds_sound_is_believed_no_further_than_its_bytes() -> None:
    class Boasting(Untouched):
        def look(self, spans: object, size: int) -> Look:
            return Look(Sound("pcm_s16be", "aiff", 1, 8000, 3_600_000, is_heard=True))

    with pytest.raises(InputError, match="truncated_audio"):
        looked_at(b"FORM" + bytes(9000), demuxer=Boasting())


def test_a_blob_that_reads_shorter_than_it_says_ends() -> None:
    blob = Blob(audio("live.webm"), "live.webm")
    with pytest.raises(InputError):
        probe(blob.content[:300], len(blob.content), lambda _o, _n: b"", name="live.webm")


def test_an_mp3_with_a_tag_behind_its_sound_lasts_as_long_as_its_frames() -> None:
    """A length header that is right, and a tag that the length by bytes would count as sound."""
    content = audio("vbr.mp3") + b"APETAGEX" + bytes(12_000)
    found = looked_at(content, "a.mp3")
    assert found.duration_ms == pytest.approx(SECONDS * 1000, rel=0.01)


def test_noise_that_looks_like_frames_is_counted_in_no_time() -> None:
    content = audio("vbr.mp3") + b"\xff\xfb\x90\x00\x00" * 600_000
    began = time.process_time()
    looked_at(content, "a.mp3")
    assert time.process_time() - began < 1


def test_of_a_small_fragmented_file_a_fragment_that_is_damaged_shows() -> None:
    content = audio("fragmented.m4a")
    middle = content.find(b"moof", len(content) // 2) - 4
    bad = content[: middle - 2000] + content[middle:]
    with pytest.raises(InputError, match="truncated_audio: The file ends in the middle"):
        looked_at(bad, "a.m4a")
    found = looked_at(bad, "a.m4a", accept_truncated=True)
    assert found.duration_ms is not None
    assert found.duration_ms < 0.6 * SECONDS * 1000


@pytest.mark.parametrize("table", [b"stts", b"stsc", b"stsz", b"stco"])
def test_an_index_that_lacks_a_table_finds_no_sound(table: bytes) -> None:
    content = audio("faststart.m4a").replace(table, b"free", 1)
    with pytest.raises(InputError, match="not_audio"):
        looked_at(content, "a.m4a")


def test_a_time_scale_that_makes_sound_denser_than_its_codec_can_be_is_not_believed() -> None:
    content = bytearray(audio("faststart.m4a"))
    at = content.find(b"mdhd")
    content[at + 16 : at + 20] = words(16_000 * 20)
    found = looked_at(bytes(content), "a.m4a")
    assert found.duration_ms == pytest.approx(SECONDS * 1000, rel=0.01)


@pytest.mark.parametrize("name", ["voice.webm", "voice.opus", "voice.wma"])
def test_a_length_in_which_so_many_bytes_cannot_be_heard_is_not_believed(name: str) -> None:
    content = audio(name)
    sound = looked_at(content, name)
    assert sound.duration_ms is not None

    class Lying(Untouched):
        def look(self, spans: object, size: int) -> Look:
            rate = sound.sample_rate_hz
            return Look(Sound(sound.codec, sound.container, 1, rate, 200, is_heard=True))

        def end_of_packets(self, data: bytes, *, tries_last: bool = False) -> End:
            return End()

        def heard(self, data: bytes) -> Heard:
            return Heard()

    long = content * (1 + 2_000_000 // len(content))
    assert looked_at(long, name, demuxer=Lying()).duration_ms is None


def test_pictures_beside_the_sound_are_no_density() -> None:
    class Film(Untouched):
        def look(self, spans: object, size: int) -> Look:
            return Look(Sound("opus", "matroska,webm", 1, 48_000, 5_000, True, is_heard=True))

        def end_of_packets(self, data: bytes, *, tries_last: bool = False) -> End:
            return End(5_000)

    content = audio("voice.webm")
    found = looked_at(content + bytes(3_000_000), "a.webm", demuxer=Film())
    assert found.duration_ms == 5_000
