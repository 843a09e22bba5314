"""Copies as the child really makes them: every sound at its time, nothing lost, in flat memory."""

from __future__ import annotations

import io
import math
import random
from array import array
from collections.abc import Iterator

import av
import pytest

from benchmarks.memory import peak_kib
from shared.confined.converter import LIMITS, ConfinedConverter
from shared.confined.pool import Children
from shared.confined.process import Child, Limits
from shared.errors import ReaderUnavailable
from shared.model.preparing.channels import WINDOWS, judge
from shared.model.preparing.formats import FLAC, OPUS, WAV
from shared.model.preparing.recipe import GAP_MS, Recipe
from shared.ports.copies import Copied, HasGaps
from shared.ports.demuxer import TooCostly
from tests.sounds import BLIPS_MS, blips, decoded, found_ms, sound
from tests.unit.probing_audio import wav

TO_FLAC = Recipe(way="convert", format=FLAC.name, rate=16_000)
CONTAINERS = [
    ("wav", "pcm_s16le"),
    ("aiff", "pcm_s16be"),
    ("mp3", "libmp3lame"),
    ("mp4", "aac"),
    ("mp4", "alac"),
    ("ogg", "libopus"),
    ("flac", "flac"),
    ("caf", "pcm_s16be"),
    ("au", "pcm_s16be"),
    ("w64", "pcm_s16le"),
    ("tta", "tta"),
    ("wv", "wavpack"),
    ("matroska", "wavpack"),
]
LATE = [  # these containers or codecs do not say how long the encoder's delay is, so that players
    # are late as well
    ("adts", "aac"),
    ("mpegts", "aac"),
    ("matroska", "aac"),
    ("ac3", "ac3"),
    ("avi", "libmp3lame"),
    ("flv", "libmp3lame"),
]


@pytest.fixture(scope="module")
def converter() -> Iterator[ConfinedConverter]:
    children = Children(LIMITS)
    yield ConfinedConverter(children)
    children.close()


class Original:
    """A file in memory, and what was made of it."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.blocks: dict[int, bytes] = {}
        self.read_bytes = 0

    def read(self, offset: int, length: int) -> bytes:
        found = self.content[offset : offset + length]
        self.read_bytes += len(found)
        return found

    def copy(self, converter: ConfinedConverter, recipe: Recipe = TO_FLAC) -> Copied:
        return converter.copy(len(self.content), self.read, recipe, self.blocks.__setitem__)

    @property
    def made(self) -> bytes:
        return b"".join(self.blocks[number] for number in sorted(self.blocks))


@pytest.mark.long
@pytest.mark.parametrize(("container", "codec"), CONTAINERS)
def test_sounds_stay_at_their_times(
    converter: ConfinedConverter, container: str, codec: str
) -> None:
    original = Original(sound(container, codec, rate=48_000))
    copied = original.copy(converter)
    assert copied.bad_packets == 0
    assert copied.bytes == len(original.made)
    assert found_ms(original.made) == pytest.approx(list(BLIPS_MS), abs=2)


@pytest.mark.long
@pytest.mark.parametrize(("container", "codec"), LATE)
def test_where_players_are_late_the_copy_is_late_with_them(
    converter: ConfinedConverter, container: str, codec: str
) -> None:
    original = Original(sound(container, codec, rate=48_000))
    original.copy(converter)
    as_played = found_ms(original.content)
    assert found_ms(original.made) == pytest.approx(as_played, abs=15)
    assert as_played == pytest.approx(list(BLIPS_MS), abs=50)


@pytest.mark.long
@pytest.mark.parametrize("container", ["mp4", "matroska", "mpegts"])
def test_what_starts_late_or_has_a_hole_is_filled_with_silence(
    converter: ConfinedConverter, container: str
) -> None:
    late = Original(sound(container, "aac", late_seconds=0.7))
    late.copy(converter)
    assert found_ms(late.made) == pytest.approx([ms + 700 for ms in BLIPS_MS], abs=30)
    holed = Original(sound(container, "aac", hole=(3.0, 4.0)))
    holed.copy(converter)
    assert found_ms(holed.made) == pytest.approx(list(BLIPS_MS), abs=60)


@pytest.mark.long
@pytest.mark.parametrize(
    ("container", "codec", "taken_out"),
    [
        ("matroska", "aac", "aac"),
        ("mpegts", "aac", "aac"),
        ("avi", "libmp3lame", "mp3"),
        ("matroska", "libopus", "opus"),
    ],
)
def test_sound_that_is_taken_out_as_it_is_stays_at_its_times(
    converter: ConfinedConverter, container: str, codec: str, taken_out: str
) -> None:
    original = Original(sound(container, codec, rate=48_000))
    original.copy(converter, Recipe(way="remux", format=taken_out))
    assert found_ms(original.made) == pytest.approx(found_ms(original.content), abs=20)
    with av.open(io.BytesIO(original.made)) as there:
        assert there.streams.audio[0].codec_context.codec.canonical_name == taken_out


@pytest.mark.long
def test_nothing_is_taken_out_as_it_is_that_has_holes_or_starts_late(
    converter: ConfinedConverter,
) -> None:
    for content in (
        sound("matroska", "aac", hole=(3.0, 4.0)),
        sound("matroska", "aac", late_seconds=0.7),
    ):
        with pytest.raises(HasGaps):
            Original(content).copy(converter, Recipe(way="remux", format="aac"))


@pytest.mark.long
def test_what_can_be_is_the_same_sample_by_sample(converter: ConfinedConverter) -> None:
    chance = random.Random(3)
    track = array("h", (chance.randrange(-20_000, 20_000) for _ in range(16_000)))
    original = Original(sound("aiff", "pcm_s16be", [track], rate=16_000))
    original.copy(converter)
    assert decoded(original.made)[0] == track


@pytest.mark.long
def test_no_channel_is_lost_and_some_are_where_that_is_asked_for(
    converter: ConfinedConverter,
) -> None:
    left, right = blips(), array("h", bytes(2 * len(blips())))
    original = Original(sound("aiff", "pcm_s16be", [right, left]))
    original.copy(converter, Recipe(way="convert", format=FLAC.name, rate=16_000, channels=2))
    assert _channels(original.made) == 2
    one = Recipe(way="convert", format=FLAC.name, rate=16_000, mix=(((1, 1.0),),))
    original.copy(converter, one)
    assert (_channels(original.made), found_ms(original.made)) == (1, list(BLIPS_MS))
    mixed = Recipe(way="convert", format=FLAC.name, rate=16_000, mix=(((0, 0.5), (1, 0.5)),))
    original.copy(converter, mixed)
    assert found_ms(original.made) == pytest.approx(list(BLIPS_MS), abs=2)


@pytest.mark.long
@pytest.mark.parametrize("container", ["wav", "mp4"])
def test_channels_end_to_end_stand_one_after_the_other(
    converter: ConfinedConverter, container: str
) -> None:
    one, other = blips(), array("h", bytes(2 * len(blips())))
    codec = {"wav": "pcm_s16le", "mp4": "aac"}[container]
    original = Original(sound(container, codec, [other, one]))
    mix = (((0, 1.0),), ((1, 1.0),))
    recipe = Recipe(way="convert", format=FLAC.name, rate=16_000, mix=mix, end_to_end=True)
    copied = original.copy(converter, recipe)
    length_ms = copied.duration_ms
    assert length_ms == pytest.approx(10_000, abs=30)
    assert _channels(original.made) == 1
    assert len(decoded(original.made)[0]) == pytest.approx(16 * (2 * length_ms + GAP_MS), abs=40)
    began = [ms + length_ms + GAP_MS for ms in BLIPS_MS]
    assert found_ms(original.made) == pytest.approx(began, abs=8)


@pytest.mark.long
@pytest.mark.parametrize("made_in", [WAV, OPUS])
def test_other_formats_hold_their_times_too(converter: ConfinedConverter, made_in: object) -> None:
    assert made_in in (WAV, OPUS)
    original = Original(sound("mp4", "aac"))
    name = WAV.name if made_in is WAV else OPUS.name
    original.copy(converter, Recipe(way="convert", format=name, rate=16_000))
    assert found_ms(original.made) == pytest.approx(list(BLIPS_MS), abs=8)


@pytest.mark.long
def test_two_runs_write_the_same_bytes(converter: ConfinedConverter) -> None:
    first, second = Original(sound("mp4", "aac")), Original(sound("mp4", "aac"))
    first.copy(converter)
    second.copy(converter)
    assert first.made == second.made


# --- what it costs, and what goes wrong


class TenMinutes:
    """Of WAV, 58 MB, that nobody holds."""

    def __init__(self) -> None:
        self._part = blips(48_000).tobytes()
        self.size = 44 + 60 * len(self._part)
        length = (60 * len(self._part)).to_bytes(4, "little")
        self._header = wav(0.1, rate=48_000)[:40] + length

    def read(self, offset: int, length: int) -> bytes:
        if offset < 44:
            return self._header[offset : offset + length]
        place = (offset - 44) % len(self._part)
        return self._part[place : place + min(length, self.size - offset)]


@pytest.mark.long
@pytest.mark.parametrize("codec", ["aac", "libmp3lame"])
def test_more_than_a_block_is_taken_out_as_it_is(converter: ConfinedConverter, codec: str) -> None:
    """What a muxer writes last goes into the first block."""
    chance = random.Random(2)
    noise = array("h", (chance.randrange(-9_000, 9_000) for _ in range(48_000 * 10))) * 16
    original = Original(sound("matroska", codec, [noise], rate=48_000, bit_rate=256_000))
    taken_out = {"aac": "aac", "libmp3lame": "mp3"}[codec]
    original.copy(converter, Recipe(way="remux", format=taken_out))
    assert len(original.blocks) > 1
    with av.open(io.BytesIO(original.made)) as there:
        heard = sum(frame.samples for frame in there.decode(audio=0))
    assert heard == pytest.approx(len(noise), abs=5_000)


@pytest.mark.long
def test_memory_is_flat_however_long_the_sound_is() -> None:
    born: list[Child] = []
    peaks: list[int] = []

    def start(limits: Limits) -> Child:
        born.append(Child(limits))
        return born[-1]

    def watched(offset: int, length: int) -> bytes:
        peaks.append(peak_kib(born[-1].pid))
        return original.read(offset, length)

    original, blocks = TenMinutes(), dict[int, int]()
    children = Children(LIMITS, start=start)
    ConfinedConverter(children).copy(
        original.size, watched, TO_FLAC, lambda number, block: blocks.update({number: len(block)})
    )
    children.close()
    assert max(peaks) * 1024 < 120_000_000
    assert max(blocks.values()) <= 4 * 1024 * 1024


@pytest.mark.long
def test_a_file_that_is_none_is_unread_and_the_child_lives_on(
    converter: ConfinedConverter,
) -> None:
    assert Original(random.Random(1).randbytes(100_000)).copy(converter).unread
    assert not Original(sound("wav", "pcm_s16le")).copy(converter).unread


@pytest.mark.long
def test_what_reading_raises_ends_the_job_and_the_next_one_begins_afresh(
    converter: ConfinedConverter,
) -> None:
    def broken(offset: int, length: int) -> bytes:
        raise ConnectionError("storage went away")

    with pytest.raises(ConnectionError):
        converter.copy(1_000, broken, TO_FLAC, lambda number, block: None)
    assert Original(sound("wav", "pcm_s16le")).copy(converter).packets


@pytest.mark.long
def test_a_file_that_takes_too_long_is_blamed_and_one_whose_child_was_killed_is_not() -> None:
    quick = Children(Limits(192 << 20, cpu_seconds=0.02, wall_seconds=20, jobs=1, streams=True))
    long = TenMinutes()
    with pytest.raises(TooCostly):
        ConfinedConverter(quick).copy(long.size, long.read, TO_FLAC, lambda number, block: None)
    born: list[Child] = []

    def start(limits: Limits) -> Child:
        born.append(Child(limits))
        return born[-1]

    def killed(offset: int, length: int) -> bytes:
        born[-1]._process.kill()
        return bytes(length)

    with pytest.raises(ReaderUnavailable):
        ConfinedConverter(Children(LIMITS, start=start)).copy(
            1_000, killed, TO_FLAC, lambda number, block: None
        )


# --- channels


def voice(seed: int, seconds: int = 40, rate: int = 16_000) -> array[int]:
    """Something like speech: tones that come and go in turns."""
    chance = random.Random(seed)
    samples = array("h", bytes(2 * rate * seconds))
    for start in range(0, seconds * 2, 2):
        if chance.random() < 0.45:
            continue
        pitch = chance.uniform(90, 240)
        for n in range(rate):
            place = start * rate // 2 + n
            samples[place] = int(
                6_000 * math.sin(2 * math.pi * pitch * n / rate) * (0.4 + 0.6 * chance.random())
            )
    return samples


def scaled(track: array[int], factor: float) -> array[int]:
    return array("h", (int(x * factor) for x in track))


def added(one: array[int], other: array[int]) -> array[int]:
    return array("h", (max(-32_768, min(32_767, a + b)) for a, b in zip(one, other, strict=True)))


def turns(seed: int) -> tuple[array[int], array[int]]:
    """Two voices, never both at once."""
    one, other = voice(seed), voice(seed + 1)
    for start in range(0, 40, 4):
        silence = array("h", bytes(2 * 2 * 16_000))
        one[start * 16_000 : (start + 2) * 16_000] = silence
        other[(start + 2) * 16_000 : (start + 4) * 16_000] = silence
    return one, other


@pytest.fixture(scope="module")
def a_voice() -> array[int]:
    return voice(1)


@pytest.mark.long
@pytest.mark.parametrize("codec", [("wav", "pcm_s16le"), ("mp3", "libmp3lame"), ("mp4", "aac")])
def test_channels_are_told_by_short_samples(
    converter: ConfinedConverter, a_voice: array[int], codec: tuple[str, str]
) -> None:
    one, other = turns(5)
    nothing = array("h", bytes(2 * len(a_voice)))
    cases = {
        "alike": [a_voice, a_voice],
        "inverted": [a_voice, scaled(a_voice, -1)],
        "one": [nothing, a_voice],
        "together": [added(one, scaled(other, 0.8)), added(scaled(one, 0.8), other)],
        "apart": [one, other],
    }
    for kind, tracks in cases.items():
        original = Original(sound(*codec, tracks, rate=16_000))
        windows = converter.listen(len(original.content), original.read, WINDOWS)
        assert judge(windows, 2).kind == kind
    leaking = [added(one, scaled(other, 0.1)), added(other, scaled(one, 0.1))]
    original = Original(sound(*codec, leaking, rate=16_000))
    heard = judge(converter.listen(len(original.content), original.read, WINDOWS), 2)
    assert (heard.kind, heard.leak_db) == ("apart", 20)


def test_of_little_sound_nothing_is_said(converter: ConfinedConverter) -> None:
    original = Original(sound("wav", "pcm_s16le", [blips()[: 44_100 * 2]] * 2))
    assert judge(converter.listen(len(original.content), original.read, WINDOWS), 2).kind == (
        "unknown"
    )


def _channels(content: bytes) -> int:
    with av.open(io.BytesIO(content)) as container:
        return container.streams.audio[0].codec_context.channels
