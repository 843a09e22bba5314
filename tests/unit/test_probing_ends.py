"""What the end of a file tells, and what is done where a file contradicts itself."""

from __future__ import annotations

import struct

import pytest

from shared.audio import HEAD_BYTES
from shared.audio.clusters import is_cut_within
from shared.audio.framed.adts import ADTS
from shared.audio.framed.amr import amr_framing
from shared.audio.framed.mp3 import MP3
from shared.audio.framed.ogg import read_pages
from shared.audio.mp4.fragments import walk
from shared.errors import InputError
from tests.unit.probing_audio import SECONDS, Blob, amr, audio, encoded

WHOLE_MS = SECONDS * 1000


def code_of(content: bytes, name: str = "call.bin") -> str:
    with pytest.raises(InputError) as caught:
        Blob(content, name).probe()
    return caught.value.code


def length_ms(content: bytes, **more: bool) -> int | None:
    return Blob(content).probe(**more).duration_ms


def patched(content: bytes, at: int, new: bytes) -> bytes:
    return content[:at] + new + content[at + len(new) :]


# --- cut off


OPEN_ENDED = ("voice.aac", "cbr.mp3", "voice.amr", "live.flac", "live.webm", "voice.opus")


@pytest.mark.long
@pytest.mark.parametrize("name", [*OPEN_ENDED, "fragmented.m4a"])
def test_what_ends_in_the_middle_of_its_sound_is_cut_off_though_no_header_tells(name: str) -> None:
    content = audio(name)
    stump = content[: len(content) // 2 + 5]
    with pytest.raises(InputError, match="truncated_audio: The file ends in the middle"):
        Blob(stump, name).probe()
    whole_ms = 2 * WHOLE_MS if name == "voice.amr" else WHOLE_MS
    assert length_ms(stump, accept_truncated=True) == pytest.approx(whole_ms / 2, rel=0.08)


@pytest.mark.parametrize("name", OPEN_ENDED)
@pytest.mark.parametrize("junk", [b"\x91", b"TAG" + bytes(125), b"\x91" * 3000])
def test_what_lies_behind_the_last_piece_of_sound_cuts_nothing_off(name: str, junk: bytes) -> None:
    expected = 2 * WHOLE_MS if name == "voice.amr" else WHOLE_MS
    assert length_ms(audio(name) + junk) == pytest.approx(expected, rel=0.08)


@pytest.mark.long
@pytest.mark.parametrize(
    "name, made",
    [
        ("a.mp3", lambda: encoded("mp3", "libmp3lame", seconds=400, options={"write_xing": "0"})),
        ("a.aac", lambda: encoded("adts", "aac", seconds=200)),
    ],
)
def test_of_a_longer_row_of_frames_the_end_is_read(name: str, made: object) -> None:
    content = made()  # type: ignore[operator]
    whole = Blob(content, name)
    found = whole.probe()
    assert found.duration_ms == pytest.approx(400_000 if name == "a.mp3" else 200_000, rel=0.01)
    assert len(whole.ranges) <= 2
    assert code_of(content[:-7], name) == "truncated_audio"


@pytest.mark.parametrize("framing, name", [(MP3, "cbr.mp3"), (ADTS, "voice.aac")])
def test_a_row_of_frames_is_followed_across_what_is_none(framing: object, name: str) -> None:
    content = audio(name)
    middle = content.find(content[:3], len(content) // 2)
    row = MP3.row if framing is MP3 else ADTS.row
    whole, torn = row(content, 0), row(content[:middle] + b"?" * 999 + content[middle:], 0)
    assert torn.length_ms == pytest.approx(whole.length_ms, abs=150)
    assert not torn.is_cut
    assert row(b"", 0).of(100) is None


def test_amr_is_counted_whatever_stands_before_it_and_however_its_frames_vary() -> None:
    speech, pause = b"\x3c" + bytes(31), b"\x44" + bytes(5)
    content = b"#!AMR\n" + speech * 3000 + pause * 6000
    assert len(content) > HEAD_BYTES
    assert length_ms(content) == 9000 * 20
    framing, start = amr_framing(speech * 4, is_wide=False)
    assert (start, framing.row(speech * 4, 0).length_ms) == (0, 80)
    wide, start = amr_framing(b"#!AMR-WB\n" + b"\x44" + bytes(60), is_wide=True)
    assert (start, wide.row(b"\x44" + bytes(60), 0).length_ms) == (9, 20)


def test_a_long_amr_is_estimated_by_its_first_mebibyte() -> None:
    content = amr(5000)
    blob = Blob(content)
    assert len(content) > 7 * 1024 * 1024
    assert blob.probe().duration_ms == pytest.approx(5_000_000, rel=0.01)
    assert len(blob.ranges) == 1


def test_pages_of_ogg_are_whole_cut_or_damaged() -> None:
    content = audio("voice.opus")
    last = content.rfind(b"OggS")
    assert not read_pages(content).is_cut
    assert not read_pages(content).is_damaged
    for length in (last + 3, last + 20, last + 27, len(content) - 1):
        is_mark = length >= last + 4
        assert read_pages(content[:length]).is_cut == is_mark
    assert read_pages(patched(content, len(content) - 1, b"?")).is_damaged
    assert read_pages(content[: last - 1] + content[last:]).is_damaged
    assert not read_pages(content + b"junk").is_damaged


def test_a_damaged_last_page_of_ogg_is_not_counted() -> None:
    content = audio("voice.opus")
    at = content.rfind(b"OggS", 0, content.rfind(b"OggS"))
    found = length_ms(patched(content, at + 40, b"????"))
    assert found == pytest.approx(WHOLE_MS - 1000, abs=300)


def test_clusters_are_walked_until_something_is_missing() -> None:
    cluster, block = b"\x1f\x43\xb6\x75\x01\xff\xff\xff\xff\xff\xff\xff", b"\xa3\x84abcd"
    assert not is_cut_within(cluster + block * 3)
    assert is_cut_within(cluster + block + block[:4])
    assert is_cut_within(cluster + block + block[:1])
    assert is_cut_within(b"\x1f\x43\xb6\x75\x8a" + block)
    assert not is_cut_within(cluster + block + b"\x00junk")
    assert not is_cut_within(cluster + block + b"junk")
    assert not is_cut_within(cluster + block + b"\xa3\x00")


def test_fragments_are_walked_until_one_is_not_all_there() -> None:
    content = audio("fragmented.m4a")
    start = content.find(b"moof") - 4
    last = content.rfind(b"moof") - 4
    assert walk(content, start, len(content)) == walk(content, start, len(content))
    assert walk(content, start, len(content)).end == len(content)
    for length in (last + 3, last + 40, len(content) - 1):
        chain = walk(content[:length], start, length)
        assert (chain.end, chain.is_broken) == (last, True)
    assert not walk(content + b"\x91junk", start, len(content)).is_broken
    renamed = patched(content, last + 4, b"\0\0\0\0")
    assert not walk(renamed, start, len(content)).is_broken


# --- nothing to be heard


def test_what_cannot_be_decoded_is_no_sound() -> None:
    content = audio("faststart.m4a")
    at = content.find(b"mdat") + 4
    assert code_of(content[:at] + bytes(len(content) - at)) == "not_audio"
    content = audio("voice.webm")
    assert code_of(content.replace(b"A_OPUS", b"A_FLAC", 1)) == "not_audio"
    assert code_of(audio("mono.flac")[:5000] + bytes(60_000)) in ("not_audio", "truncated_audio")


def test_a_beginning_that_is_damaged_does_no_harm_to_the_rest() -> None:
    content = audio("cbr.mp3")
    assert length_ms(patched(content, 600, b"?" * 1500)) == pytest.approx(WHOLE_MS, rel=0.05)


# --- contradictions


def test_an_index_whose_sizes_do_not_fit_its_sound_is_heard_out() -> None:
    content = audio("faststart.m4a")
    size_at = content.find(b"stsz") + 16 + 4 * 40
    told = struct.unpack_from(">I", content, size_at)[0]
    assert code_of(patched(content, size_at, struct.pack(">I", told - 30))) == "truncated_audio"
    middle = content.find(b"mdat") + 100_000
    assert code_of(content[:middle] + content[:65_536] + content[middle:]) == "truncated_audio"


@pytest.mark.long
@pytest.mark.parametrize("told_ms", [300.0, 9_000.0, 29_000.0, 300_000.0, 86_400_000.0])
@pytest.mark.parametrize("codec", ["libopus", "flac", "alac"])
def test_the_length_of_a_matroska_is_where_its_last_packet_is(codec: str, told_ms: float) -> None:
    content = encoded("matroska", codec, rate=48_000)
    at = content.find(b"\x44\x89\x88") + 3
    lying = patched(content, at, struct.pack(">d", told_ms))
    assert length_ms(lying) == pytest.approx(WHOLE_MS, rel=0.01)


def test_a_length_that_a_live_matroska_tells_and_does_not_reach_is_a_promise() -> None:
    content = audio("voice.webm")
    at = content.find(b"\x18\x53\x80\x67") + 4
    open_ended = patched(content, at, b"\x01" + b"\xff" * 7)
    assert length_ms(open_ended) == pytest.approx(WHOLE_MS, rel=0.01)
    cluster = open_ended.rfind(b"\x1f\x43\xb6\x75", 0, len(content) // 2)
    assert code_of(open_ended[:cluster]) == "truncated_audio"


def test_stretches_that_are_left_out_of_playing_do_not_count() -> None:
    content = audio("faststart.m4a")
    at = content.find(b"elst") + 16
    assert length_ms(patched(content, at, struct.pack(">I", 16_000 * 20))) == pytest.approx(
        10_000, rel=0.05
    )


def test_a_clock_that_jumps_by_centuries_is_not_believed() -> None:
    content = audio("fragmented.m4a")
    at = content.rfind(b"tfdt", 0, len(content) * 3 // 4) + 8
    found = length_ms(patched(content, at, b"\1"))
    assert found is not None
    assert found < 1.1 * WHOLE_MS


def test_a_length_of_years_in_half_a_minute_of_bytes_is_not_believed() -> None:
    content = audio("voice.wma")
    at = content.find(bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")) + 64
    found = length_ms(patched(content, at, struct.pack("<Q", 10**14)))
    assert found == pytest.approx(WHOLE_MS, rel=0.02)


def test_bytes_behind_a_wma_do_not_make_it_longer() -> None:
    assert length_ms(audio("voice.wma") + bytes(65_536)) == pytest.approx(WHOLE_MS, rel=0.02)


def test_samples_of_one_size_that_are_more_than_the_file_are_refused() -> None:
    content = audio("faststart.m4a")
    at = content.find(b"stsz") + 8
    with pytest.raises(InputError, match="not_audio: The index"):
        Blob(patched(content, at, struct.pack(">I", 1 << 24))).probe()


@pytest.mark.parametrize("box, place", [(b"mdhd", 16), (b"mvhd", 20)])
def test_a_scale_of_nothing_and_another_length_of_the_movie_are_heard_out(
    box: bytes, place: int
) -> None:
    content = audio("faststart.m4a")
    at = content.find(box) + place
    bad = patched(content, at, bytes(4) if box == b"mdhd" else b"\1")
    try:
        found = length_ms(bad)
    except InputError as error:
        assert error.code in ("not_audio", "truncated_audio", "too_short")
    else:
        assert found == pytest.approx(WHOLE_MS, rel=0.02)
