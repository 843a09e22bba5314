"""Files with one number wrong, by kind: what FFmpeg decodes of them is taken, with its length, and
what it does not decode is not."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping

import pytest

from shared.audio.mp4.fragments import walk
from shared.audio.mp4.index import read_index
from shared.confined.child.ffmpeg import File
from shared.errors import InputError
from tests.fuzz.decoding import Decoder
from tests.unit.probing_audio import SECONDS, Blob, audio

pytestmark = pytest.mark.long

_ASF = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
Damage = Callable[[bytearray], None]


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    """FFmpeg itself, with a file on a disk."""
    with Decoder() as started:
        yield started


def patched(name: str, damage: Damage) -> bytes:
    content = bytearray(audio(name))
    damage(content)
    return bytes(content)


def put(mark: bytes, distance: int, form: str, value: int) -> Damage:
    """A number so far behind a mark is another one."""

    def damage(content: bytearray) -> None:
        struct.pack_into(form, content, content.find(mark) + distance, value)

    return damage


def _without_frames_in_front(content: bytearray) -> None:
    content[0:2] = b"\xf5\x00"


def _junk_between_frames(content: bytearray) -> None:
    content[567:567] = content[567:575]


PLAYED: Mapping[str, tuple[str, Damage]] = {
    "sound of an MP4 that says to go on": ("faststart.m4a", put(b"mdat", -4, ">I", 0x7FFFFFFF)),
    "an index that runs into the sound": ("faststart.m4a", put(b"moov", -3, ">B", 1)),
    "an index that runs over the end": ("faststart.m4a", put(b"moov", -4, ">B", 0x3B)),
    "a box that runs over its neighbours": ("moov_end.m4a", put(b"dinf", -4, ">B", 0xFC)),
    "a Matroska of petabytes": ("voice.webm", put(b"\x18\x53\x80\x67", 4, ">Q", 0x01F << 48)),
    "a WMA of petabytes": ("voice.wma", put(_ASF, 46, "<H", 1)),
    "an object of exabytes in a WMA": ("voice.wma", lambda content: content.__setitem__(53, 1)),
    "a WMA that is said to be live": ("voice.wma", put(_ASF, 88, "<B", 1)),
    "a WMA that is played faster than sent": ("voice.wma", put(_ASF, 64, "<Q", 10**8)),
    "an MP3 of petabytes": ("vbr.mp3", put(b"Info", 12, ">B", 0x7F)),
    "an MP3 whose first frame is none": ("vbr.mp3", lambda content: content.__setitem__(47, 0)),
    "a first frame of AAC that is none": ("voice.aac", _without_frames_in_front),
    "fewer samples in a chunk than there are": ("moov_end.m4a", put(b"stsc", 16, ">I", 383)),
    "something between frames of AAC": ("voice.aac", _junk_between_frames),
}


@pytest.mark.parametrize("kind", PLAYED)
def test_what_is_all_there_is_taken_whatever_one_number_says(kind: str, decoder: Decoder) -> None:
    content = patched(*PLAYED[kind])
    decoded = decoder.lengths_ms(content)
    assert decoded is not None
    assert Blob(content).probe().duration_ms == pytest.approx(decoded[0], rel=0.01, abs=150)


def _no_times(content: bytearray) -> None:
    at = content.find(b"stts") + 8
    [count] = struct.unpack_from(">I", content, at)
    for number in range(count):
        struct.pack_into(">I", content, at + 8 + 8 * number, 0)


def _half_a_second_less(content: bytearray) -> None:
    del content[len(content) * 984 // 1000 :]


def _in_the_middle(mark: bytes, distance: int, value: int) -> Damage:
    def damage(content: bytearray) -> None:
        at = content.find(mark, len(content) // 2)
        struct.pack_into(">I", content, at + distance, value)

    return damage


def _nameless_to_the_end(content: bytearray) -> None:
    at = content.find(b"mdat", len(content) // 2) - 4
    content[at : at + 8] = bytes(8)


MISSING: Mapping[str, tuple[str, Damage, str]] = {
    "less than a millisecond that is played": (
        "moov_end.m4a",
        put(b"mvhd", 16, ">Q", 0x02000000 << 32),
        "too_short",
    ),
    "samples that last no time": ("moov_end.m4a", _no_times, "too_short"),
    "half a second of an MP3": ("vbr.mp3", _half_a_second_less, "truncated_audio"),
    "sound of a fragment that ends too early": (
        "fragmented.m4a",
        put(b"mdat", -4, ">I", 73),
        "truncated_audio",
    ),
    "a sample of 700 MB": (
        "fragmented.m4a",
        _in_the_middle(b"trun", 20, 0x2A000000),
        "truncated_audio",
    ),
    "a box without a name": ("fragmented.m4a", _nameless_to_the_end, "truncated_audio"),
}


@pytest.mark.parametrize("kind", MISSING)
def test_what_is_not_all_there_is_refused(kind: str, decoder: Decoder) -> None:
    name, damage, code = MISSING[kind]
    content = patched(name, damage)
    decoded = decoder.lengths_ms(content)
    assert decoded is None or decoded[0] < 0.99 * SECONDS * 1000
    with pytest.raises(InputError) as caught:
        Blob(content).probe()
    assert caught.value.code == code


def test_a_seek_to_where_no_file_reaches_leaves_a_file_where_it_is() -> None:
    file = File([(0, memoryview(b"sound"))], 5)
    assert file.seek(2) == 2
    assert file.seek(1 << 62) == -1
    assert file.read() == b"und"


def test_a_fragment_without_sizes_among_others_is_doubtful() -> None:
    content = patched("fragmented.m4a", _in_the_middle(b"trun", 4, 1))
    at = content.find(b"moof") - 4
    assert walk(content, at, len(content)).is_doubtful
    assert not walk(audio("fragmented.m4a"), at, len(content)).is_doubtful


def test_an_index_tells_where_its_last_sample_ends() -> None:
    content = audio("faststart.m4a")
    at, length = content.find(b"moov") - 4, content.find(b"mdat") - 4
    assert read_index(content[at:length], len(content)).ends_at == len(content)


def test_a_last_sample_that_is_cut_off_is_missing_however_long_the_sound_says_to_be() -> None:
    content = bytearray(audio("faststart.m4a"))
    put(b"mdat", -4, ">I", 0)(content)  # to the end of the file
    with pytest.raises(InputError, match="truncated_audio"):
        Blob(bytes(content[:-200])).probe()
