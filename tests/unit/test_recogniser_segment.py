"""Where somebody speaks, and where phrases end."""

from __future__ import annotations

import random
from array import array
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pocketsphinx import Vad

from local.recogniser.decode import BYTES_PER_MS
from local.recogniser.segment import (
    FRAME_MS,
    LONGEST_PHRASE_MS,
    LONGEST_REGION_MS,
    PAUSE_MS,
    PHRASE_GAP_MS,
    SHORTEST_SPEECH_MS,
    Pieces,
    Region,
    cut,
    joined,
    regions_of,
    speech_regions,
    split_phrases,
)
from local.recogniser.types import Word


def silence(ms: int) -> bytes:
    return bytes(ms * BYTES_PER_MS)


def babble(ms: int, seed: int = 1, loudness: int = 8000) -> bytes:
    """A buzz of changing pitch and volume, which the detector takes for a voice."""
    noise, samples = random.Random(seed), array("h")
    while len(samples) * 2 < ms * BYTES_PER_MS:
        period, level = noise.randint(80, 160), noise.uniform(0.3, 1)
        for _ in range(noise.randint(5, 20)):
            samples.extend(round(loudness * level * (1 - at / period)) for at in range(period))
    return samples.tobytes()[: ms * BYTES_PER_MS]


def hiss(ms: int, level: int) -> bytes:
    noise = random.Random(3)
    return array("h", (round(noise.gauss(0, level)) for _ in range(ms * 16))).tobytes()


def frames(*runs: tuple[bool, int]) -> list[bool]:
    """Frames of speech and silence from their lengths in ms."""
    return [speech for speech, ms in runs for _ in range(ms // FRAME_MS)]


def words(*times: tuple[int, int]) -> list[Word]:
    return [Word(f"w{number}", *span, 0.9) for number, span in enumerate(times)]


def test_silence_has_no_regions() -> None:
    assert speech_regions(silence(3000)) == []


def test_no_audio_has_no_regions() -> None:
    assert speech_regions(b"") == []


def test_speech_between_silences_is_found_with_a_margin() -> None:
    [region] = speech_regions(silence(3000) + babble(2000) + silence(3000))
    assert 2500 <= region.start_ms <= 3000
    assert 5000 <= region.end_ms <= 5700


@pytest.mark.parametrize("odd_bytes", [0, 2, 958])
def test_speech_up_to_the_very_end_is_kept(odd_bytes: int) -> None:
    pcm = silence(900) + babble(3000) + babble(30)[:odd_bytes]
    [region] = speech_regions(pcm)
    assert region.end_ms == len(pcm) // BYTES_PER_MS


@pytest.mark.parametrize("level", [10, 30, 100, 300])
def test_faint_hiss_is_no_speech(level: int) -> None:
    assert speech_regions(hiss(3000, level)) == []


def test_what_the_strict_detector_loses_the_loose_one_finds() -> None:
    pcm = hiss(2000, 1000)
    strict = Vad(Vad.STRICT)
    starts = range(0, len(pcm) - strict.frame_bytes, strict.frame_bytes)
    found = [strict.is_speech(pcm[start : start + strict.frame_bytes]) for start in starts]
    assert regions_of(found, 2000) == []
    assert speech_regions(pcm) == [Region(0, 2000)]


def test_a_region_gives_its_part_of_the_audio() -> None:
    pcm = silence(1000) + babble(1000)
    assert Region(1000, 1500).of(pcm) == babble(1000)[: 500 * BYTES_PER_MS]


def test_a_short_pause_joins_and_a_long_one_parts() -> None:
    speech = frames((True, 600), (False, PAUSE_MS - 30), (True, 600), (False, 900), (True, 600))
    assert regions_of(speech, 3120) == [Region(0, 1820), Region(2320, 3120)]


def test_a_click_is_no_speech() -> None:
    assert (
        regions_of(frames((False, 900), (True, SHORTEST_SPEECH_MS - 30), (False, 900)), 1860) == []
    )


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 90)), max_size=40))
def test_regions_are_ordered_apart_inside_the_recording_and_cover_all_speech(
    runs: list[tuple[bool, int]],
) -> None:
    flags = [speech for speech, length in runs for _ in range(length)]
    duration_ms = len(flags) * FRAME_MS
    regions = regions_of(flags, duration_ms)
    assert all(0 <= region.start_ms < region.end_ms <= duration_ms for region in regions)
    assert all(before.end_ms < after.start_ms for before, after in pairwise(regions))
    covered = {
        frame
        for region in regions
        for frame in range(region.start_ms // FRAME_MS, -(-region.end_ms // FRAME_MS))
    }
    need = SHORTEST_SPEECH_MS // FRAME_MS
    for start in range(len(flags) - need + 1):
        if all(flags[start : start + need]):
            assert covered.issuperset(range(start, start + need))


def test_a_long_region_is_cut_in_its_quietest_place() -> None:
    pcm = babble(11_000) + babble(300, loudness=200) + babble(14_000)
    first, second = cut(Region(0, 25_300), pcm)
    assert first.start_ms == 0 and second.end_ms == 25_300
    assert first.end_ms == second.start_ms
    assert 11_000 <= first.end_ms <= 11_300


@given(st.integers(1, 130_000), st.integers(0, 3000))
def test_cut_regions_follow_each_other_and_none_is_too_long(length_ms: int, start_ms: int) -> None:
    pcm = silence(start_ms + length_ms)
    parts = cut(Region(start_ms, start_ms + length_ms), pcm)
    assert (parts[0].start_ms, parts[-1].end_ms) == (start_ms, start_ms + length_ms)
    assert all(before.end_ms == after.start_ms for before, after in pairwise(parts))
    assert all(0 < part.end_ms - part.start_ms <= LONGEST_REGION_MS for part in parts)


def test_phrases_end_where_the_speaker_pauses() -> None:
    said = words((0, 400), (420, 900), (900 + PHRASE_GAP_MS, 2000), (2000, 2400))
    assert split_phrases(said) == [said[:2], said[2:]]


def test_a_pause_just_too_short_ends_no_phrase() -> None:
    said = words((0, 400), (399 + PHRASE_GAP_MS, 1500))
    assert split_phrases(said) == [said]


def test_a_phrase_that_is_too_long_is_split_at_its_longest_pause() -> None:
    said = words((0, 5000), (5100, 9000), (9400, 12_000), (12_050, 16_000))
    assert split_phrases(said) == [said[:2], said[2:]]


def test_no_words_make_no_phrases() -> None:
    assert split_phrases([]) == []


@pytest.mark.long
@given(st.lists(st.tuples(st.integers(0, 900), st.integers(50, 900)), max_size=80))
def test_phrases_hold_all_words_once_and_in_order(steps: list[tuple[int, int]]) -> None:
    said, at_ms = [], 0
    for gap_ms, length_ms in steps:
        said.append(Word("w", at_ms + gap_ms, at_ms + gap_ms + length_ms, 1.0))
        at_ms += gap_ms + length_ms
    phrases = split_phrases(said)
    assert [word for phrase in phrases for word in phrase] == said
    for phrase in phrases:
        assert phrase[-1].end_ms - phrase[0].start_ms <= LONGEST_PHRASE_MS
        for before, after in pairwise(phrase):
            assert after.start_ms - before.end_ms < PHRASE_GAP_MS


def test_an_engine_gets_regions_joined_as_it_likes_them() -> None:
    regions = [Region(0, 1000), Region(2000, 3000), Region(6000, 9000), Region(9500, 30_000)]
    assert joined(regions, Pieces()) == regions
    assert joined(regions, Pieces(longest_ms=28_000, gap_ms=2_000)) == [
        Region(0, 3000),
        Region(6000, 30_000),
    ]
    assert joined(regions, Pieces(longest_ms=20_000, gap_ms=5_000)) == [
        Region(0, 9000),
        Region(9500, 30_000),
    ]


def test_long_speech_is_cut_for_one_engine_and_given_whole_to_another() -> None:
    speech = babble(25_000)
    whole = speech_regions(speech, Pieces(longest_ms=28_000, gap_ms=2_000))
    assert [region.length_ms for region in whole] == [25_000]
    assert len(speech_regions(speech)) == 2
