"""Listening copies as the child really makes them: at their times, measured, and silent where they
are to be."""

from __future__ import annotations

import random
from array import array
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import av
import pytest

from shared.confined.child import copy
from shared.confined.child.hide import RAMP_SECONDS, Hider, Meter, tracks_of
from shared.confined.child.stream import Sink, Source
from shared.confined.converter import LIMITS, ConfinedConverter
from shared.confined.pool import Children
from shared.model.listening.hiding import Span, padded
from shared.model.listening.recipe import FRAME_MS, ListeningRecipe
from shared.model.listening.waveform import silences
from shared.ports.copies import CopyToHear
from tests.sounds import BLIPS_MS, blips, found_ms, sound
from tests.unit.probing_audio import wav

pytestmark = pytest.mark.long

RATE = 16_000
MONO = ListeningRecipe(mix=(((0, 1.0),),))
STEREO = ListeningRecipe(mix=(((0, 1.0),), ((1, 1.0),)))
SPANS = padded([(700, 900), (1_500, 1_502)], 50)


@pytest.fixture(scope="module")
def converter() -> Iterator[ConfinedConverter]:
    children = Children(LIMITS)
    yield ConfinedConverter(children)
    children.close()


def made_of(
    converter: ConfinedConverter, data: bytes, recipe: ListeningRecipe = MONO
) -> tuple[CopyToHear, bytes]:
    blocks: dict[int, bytes] = {}
    made = converter.copy_to_hear(
        len(data), lambda at, length: data[at : at + length], recipe, blocks.__setitem__
    )
    return made, b"".join(blocks[number] for number in sorted(blocks))


@pytest.mark.parametrize(
    ("container", "codec"),
    [("wav", "pcm_s16le"), ("mp3", "libmp3lame"), ("mp4", "aac"), ("ogg", "libopus")],
)
def test_sounds_stay_at_their_times_though_nothing_in_the_file_tells_of_delays(
    converter: ConfinedConverter, container: str, codec: str
) -> None:
    made, content = made_of(converter, sound(container, codec, rate=48_000))
    assert found_ms(content) == pytest.approx(list(BLIPS_MS), abs=2)
    assert b"Info" not in content
    assert b"Xing" not in content
    assert made.copied.bytes == len(content)


def test_every_frame_is_as_long_as_any_other(converter: ConfinedConverter) -> None:
    data = sound("wav", "pcm_s16le", [blips(), blips()])
    made, content = made_of(converter, data, STEREO)
    frame = 2 * 4 * FRAME_MS  # 32 kbit/s of a channel are 4 bytes a millisecond
    assert len(content) % frame == 0
    heads = {content[at : at + 2] for at in range(0, len(content), frame)}
    assert heads == {b"\xff\xf3"}  # MPEG 2, layer III, without a checksum
    assert (made.levels.channels, made.copied.duration_ms) == (2, 10_000)
    assert 10_000 <= len(content) // frame * FRAME_MS < 10_000 + 3 * FRAME_MS


def test_what_is_measured_is_what_is_in_the_file(converter: ConfinedConverter) -> None:
    made, _ = made_of(converter, sound("wav", "pcm_s16le", rate=RATE))
    levels = made.levels
    assert (levels.channels, levels.rate, levels.step, levels.stretches) == (1, RATE, 800, 200)
    loud = [at for at in range(200) if levels.values[2 * at + 1] > 20_000]
    assert [at * 50 for at in loud] == list(BLIPS_MS)
    assert silences(levels, 10_000) == (
        Span(0, 1_900),
        Span(2_150, 4_900),
        Span(5_150, 7_900),
        Span(8_150, 10_000),
    )


def test_sound_that_cannot_be_read_is_told(converter: ConfinedConverter) -> None:
    made, content = made_of(converter, random.Random(1).randbytes(20_000))
    assert made.copied.unread
    assert not content


def test_in_the_child_a_hidden_span_is_silent_and_before_and_after_it_is_heard(
    converter: ConfinedConverter,
) -> None:
    hidden = ListeningRecipe(mix=MONO.mix, hidden=(Span(4_900, 5_200),))
    made, content = made_of(converter, sound("wav", "pcm_s16le"), hidden)
    assert found_ms(content) == [2_000, 8_000]
    assert made.levels.values[2 * 100 + 1] == 0


# --- what is hidden, to the sample


def lossless(data: bytes, channels: int, **more: object) -> list[array[int]]:
    """The channels of a copy that loses nothing."""
    how: dict[str, Any] = {
        "muxer": "wav",
        "encoder": "pcm_s16le",
        "sample_format": "s16",
        "rate": RATE,
        "mix": [[[one, 1.0]] for one in range(channels)],
        "measured": 800,
        **more,
    }
    blocks: dict[int, bytes] = {}
    sink = Sink(blocks.__setitem__)
    source = Source(len(data), lambda at, length: data[at : at + length])
    copy.heard(source, sink, how, len)
    sink.finish()
    content = b"".join(blocks[number] for number in sorted(blocks))
    woven = array("h")
    woven.frombytes(content[content.index(b"data") + 8 :])
    return [woven[channel::channels] for channel in range(channels)]


def near(n: int) -> bool:
    """Whether a sample lies in one of the spans."""
    return any(one.start_ms * 16 <= n < one.end_ms * 16 for one in SPANS)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("fill", ["silence", "tone"])
def test_outside_of_the_padded_spans_every_sample_is_that_of_the_original(
    channels: int, fill: str
) -> None:
    data = wav(seconds=3, rate=RATE, channels=channels)
    there = lossless(data, channels)
    without = lossless(data, channels, hidden=SPANS, fill=fill)
    ramp = round(RAMP_SECONDS * RATE)
    for old, new in zip(there, without, strict=True):
        assert len(old) == len(new) == 3 * RATE
        assert all(new[n] == old[n] for n in range(len(old)) if not near(n))
        for one in SPANS:
            middle = new[one.start_ms * 16 + ramp : one.end_ms * 16 - ramp]
            assert max(map(abs, middle)) == (0 if fill == "silence" else 3_000)


def test_a_span_that_reaches_over_frames_and_beyond_the_end_is_hidden_all_the_way() -> None:
    data = wav(seconds=1, rate=RATE)
    (samples,) = lossless(data, 1, hidden=[(100, 5_000)], fill="silence")
    (there,) = lossless(data, 1)
    assert samples[:1_600] == there[:1_600]
    assert not any(samples[1_600 + 80 :])


def test_planes_and_woven_samples_are_treated_alike() -> None:
    chance = random.Random(5)
    tracks = [array("h", (chance.randrange(-9_000, 9_000) for _ in range(1_000))) for _ in "ab"]
    woven = array("h", bytes(4_000))
    woven[0::2], woven[1::2] = tracks
    frames = {
        "s16": frame_of("s16", [woven]),
        "s16p": frame_of("s16p", tracks),
    }
    hidden = {
        name: list(tracks_of(Hider([(10, 30)], "tone", RATE).hidden(frame)))
        for name, frame in frames.items()
    }
    assert hidden["s16"] == hidden["s16p"]
    assert hidden["s16"][0][:160] == tracks[0][:160]
    assert list(tracks_of(frames["s16p"])) == tracks  # the decoder's own frame is as it was
    meters = {name: Meter(300) for name in frames}
    for name, frame in frames.items():
        meters[name].measure(frame)
        meters[name].finish()
    assert meters["s16"].levels == meters["s16p"].levels
    assert len(meters["s16"].levels) == 4 * 2 * 2


def frame_of(sample_format: str, planes: list[array[int]]) -> Any:
    frame = av.AudioFrame(format=sample_format, layout="stereo", samples=1_000)
    frame.sample_rate = RATE
    for plane, samples in zip(frame.planes, planes, strict=True):
        plane.update(samples.tobytes().ljust(plane.buffer_size, b"\0"))
    return frame


def test_what_is_hidden_fades_out_and_in_inside_of_its_span() -> None:
    frame = frame_of("s16p", [array("h", [10_000] * 1_000)] * 2)
    (left, _) = tracks_of(Hider([(10, 40)], "silence", RATE).hidden(frame))
    ramp = round(RAMP_SECONDS * RATE)
    falling, rising = left[159 : 160 + ramp], left[640 - ramp : 641]
    assert list(falling) == sorted(falling, reverse=True)
    assert list(rising) == sorted(rising)
    assert max(abs(a - b) for a, b in pairwise(left)) <= 10_000 / ramp + 1
