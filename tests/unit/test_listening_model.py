"""What is hidden in a listening copy, how its wave looks, where it is silent, and how far it is."""

from __future__ import annotations

import struct
from array import array
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model.listening import state
from shared.model.listening.allowed import is_allowed
from shared.model.listening.hiding import Span, padded
from shared.model.listening.recipe import ListeningRecipe, listening_recipe
from shared.model.listening.state import ListeningCopy
from shared.model.listening.waveform import Levels, coarser, silences, wave_file
from shared.model.preparing.channels import Heard
from shared.model.profile.audio import AudioProperties
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
STUCK, KEPT = timedelta(minutes=10), timedelta(days=30)
SPANS = st.lists(
    st.tuples(st.integers(0, 100_000), st.integers(0, 3_000)).map(lambda s: (s[0], s[0] + s[1])),
    max_size=30,
)


def audio(channels: int) -> AudioProperties:
    return AudioProperties(
        codec="pcm_s16le",
        container="wav",
        channels=channels,
        sample_rate_hz=16_000,
        duration_ms=60_000,
        bytes=1,
    )


# --- what is hidden


def test_spans_are_padded_put_in_order_and_made_one_where_they_touch() -> None:
    spans = [(5_000, 5_200), (50, 80), (5_300, 5_400), (9_000, 9_000)]
    assert padded(spans, 100) == (Span(0, 180), Span(4_900, 5_500), Span(8_900, 9_100))
    assert padded([], 100) == ()


@pytest.mark.long
@given(SPANS, st.integers(0, 500), st.integers(1, 40))
def test_everything_that_is_to_be_hidden_is_and_the_spans_are_apart(
    spans: list[tuple[int, int]], padding: int, most: int
) -> None:
    found = padded(spans, padding, most)
    assert len(found) <= most
    for start, end in spans:
        assert any(
            one.start_ms <= max(0, start - padding) and end + padding <= one.end_ms for one in found
        )
    assert all(one.end_ms < two.start_ms for one, two in pairwise(found))


@given(SPANS, st.integers(0, 500))
def test_nothing_is_hidden_that_is_not_near_a_span(
    spans: list[tuple[int, int]], padding: int
) -> None:
    ends = {0, *(max(0, s - padding) for s, _ in spans), *(e + padding for _, e in spans)}
    for one in padded(spans, padding):
        assert {one.start_ms, one.end_ms} <= ends


def test_of_too_many_spans_the_nearest_become_one() -> None:
    spans = [(0, 10), (1_000, 1_010), (1_100, 1_110), (9_000, 9_010)]
    assert padded(spans, 0, most=3) == (Span(0, 10), Span(1_000, 1_110), Span(9_000, 9_010))


def test_a_span_that_ends_before_it_starts_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="ends before"):
        padded([(10, 5)])


# --- the recipe


@pytest.mark.parametrize(
    ("channels", "heard", "mix"),
    [
        (1, None, (((0, 1.0),),)),
        (2, None, (((0, 1.0),), ((1, 1.0),))),
        (2, Heard(kind="apart", channels=(0, 1)), (((0, 1.0),), ((1, 1.0),))),
        (2, Heard(kind="alike", channels=(0,)), (((0, 1.0),),)),
        (2, Heard(kind="inverted", channels=(0,)), (((0, 1.0),),)),
        (2, Heard(kind="one", channels=(1,)), (((1, 1.0),),)),
        (4, None, (((0, 0.25), (1, 0.25), (2, 0.25), (3, 0.25)),)),
    ],
)
def test_a_copy_has_the_channels_that_are_worth_hearing_two_at_most(
    channels: int, heard: Heard | None, mix: object
) -> None:
    assert listening_recipe(audio(channels), heard).mix == mix


def test_a_copy_in_which_something_is_hidden_has_another_name() -> None:
    plain = ListeningRecipe(mix=(((0, 1.0),),))
    muted = ListeningRecipe(mix=plain.mix, hidden=(Span(1, 2),))
    tone = ListeningRecipe(mix=plain.mix, hidden=(Span(1, 2),), fill="tone")
    assert len({plain.key, muted.key, tone.key}) == 3


def test_where_text_is_hidden_there_is_a_copy_only_if_the_profile_says_so() -> None:
    hides = Options(redact=("pci",))
    assert is_allowed(Profile())
    assert not is_allowed(Profile(options=hides))
    assert is_allowed(Profile(options=hides, listening="on_demand"))
    assert not is_allowed(Profile(listening="never"))


# --- the wave


def levels(*pairs: tuple[int, int], channels: int = 1, step: int = 800) -> Levels:
    return Levels(array("h", [each for pair in pairs for each in pair]), channels, 16_000, step)


def test_the_wave_is_in_the_form_that_players_of_waves_read() -> None:
    found = wave_file(levels((-32_768, 32_767), (-256, 255), channels=2))
    assert struct.unpack("<iIiiIi", found[:24]) == (2, 1, 16_000, 800, 1, 2)
    assert list(array("b", found[24:])) == [-128, 127, -1, 0]


def test_a_long_wave_gets_longer_stretches_and_loses_no_peak() -> None:
    found = coarser(levels((-1, 5), (-7, 2), (-3, 3), (0, 1), (-2, 9)), most=3)
    assert found == levels((-7, 5), (-3, 3), (-2, 9), step=1_600)


def test_silence_is_what_is_far_below_the_loud_without_its_edges() -> None:
    loud, quiet = (-10_000, 8_000), (-100, 120)
    wave = [quiet] * 30 + [loud] * 20 + [quiet] * 40 + [loud] * 20 + [quiet] * 10
    assert silences(levels(*wave), 5_990) == (Span(0, 1_400), Span(2_600, 4_400))
    assert silences(levels(*[quiet] * 40), 2_000) == ()  # nothing is louder: a soft recording
    assert silences(levels(*[(0, 0)] * 40), 1_990) == (Span(0, 1_990),)
    assert silences(levels(), 0) == ()


def test_where_one_of_two_speaks_it_is_not_silent() -> None:
    loud, quiet = (-10_000, 8_000), (0, 1)
    left, right = [loud] * 20 + [quiet] * 60, [quiet] * 60 + [loud] * 20
    both = [pair for pairs in zip(left, right, strict=True) for pair in pairs]
    assert silences(levels(*both, channels=2), 4_000) == (Span(1_100, 2_900),)


# --- how far it is


def test_it_is_asked_for_once_and_again_where_nothing_came_of_it_or_it_goes_soon() -> None:
    def due(copy: ListeningCopy | None, at: datetime) -> bool:
        return state.is_due(copy, at, STUCK, KEPT)

    assert due(None, NOW)
    wanted = state.asked(None, NOW)
    assert not due(wanted, NOW + STUCK)
    assert due(wanted, NOW + 2 * STUCK)
    begun = state.begun(wanted, NOW + STUCK)
    assert not due(begun, NOW + 2 * STUCK)
    assert due(begun, NOW + 3 * STUCK)
    made = ListeningCopy(made_at=NOW, bytes=1)
    assert not due(made, NOW + KEPT)
    assert due(made, NOW + 2 * KEPT)
    assert state.asked(made, NOW + 2 * KEPT) == ListeningCopy(asked_at=NOW + 2 * KEPT)
    assert not due(state.failed("unreadable"), NOW + 2 * KEPT)


def test_one_is_at_it_at_a_time_and_who_dies_over_it_too_often_is_the_last() -> None:
    copy: ListeningCopy | None = None
    at = NOW
    for _ in range(state.MOST_TRIES):
        assert state.may_begin(copy, at, STUCK)
        copy = state.begun(copy, at)
        assert not state.may_begin(copy, at + STUCK, STUCK)
        at += 2 * STUCK
    assert state.begun(copy, at) == state.failed("too_costly")


def test_trouble_of_ours_uses_up_no_try() -> None:
    begun = state.begun(None, NOW)
    off = state.put_off(begun)
    assert (off.tries, state.may_begin(off, NOW, STUCK)) == (0, True)
