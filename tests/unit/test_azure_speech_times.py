"""Laws of the time arithmetic: whatever the notation, the same moment is the same millisecond."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.archive.old_results import seconds_to_ticks
from shared.providers.azure_speech.times import duration_to_ticks, ticks_to_ms

TICKS = st.integers(min_value=0, max_value=10 * 3600 * 10_000_000)


@given(TICKS)
def test_ticks_are_rounded_half_up_whether_written_as_integer_or_float(ticks: int) -> None:
    expected = int((Decimal(ticks) / 10_000).to_integral_value(ROUND_HALF_UP))
    assert ticks_to_ms(ticks) == ticks_to_ms(float(ticks)) == expected


@given(TICKS)
def test_an_iso_duration_means_the_same_as_its_ticks(ticks: int) -> None:
    seconds, fraction = divmod(ticks, 10_000_000)
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    assert duration_to_ticks(f"PT{hours}H{minutes}M{rest}.{fraction:07d}S") == ticks


@given(st.decimals(min_value=0, max_value=36_000, places=8))
def test_seconds_give_the_millisecond_that_decimal_arithmetic_gives(seconds: Decimal) -> None:
    expected = int((seconds * 1000).to_integral_value(ROUND_HALF_UP))
    assert ticks_to_ms(seconds_to_ticks(float(seconds))) == expected


@given(TICKS, TICKS)
def test_later_ticks_never_give_an_earlier_millisecond(one: int, other: int) -> None:
    assert ticks_to_ms(min(one, other)) <= ticks_to_ms(max(one, other))


@pytest.mark.parametrize(
    ("seconds", "milliseconds"),
    [(0.79999995, 800), (0.0005, 1), (0.00049999996, 0), (1.0005, 1001), (0.0, 0)],
)
def test_seconds_are_rounded_once(seconds: float, milliseconds: int) -> None:
    assert ticks_to_ms(seconds_to_ticks(seconds)) == milliseconds


@pytest.mark.parametrize(
    ("duration", "ticks"),
    [
        ("PT0S", 0),
        ("PT9.5S", 95_000_000),
        ("PT1M2S", 620_000_000),
        ("PT1H0M3S", 36_030_000_000),
        ("P1DT1S", 864_010_000_000),
        ("P2D", 1_728_000_000_000),
        ("PT0,25S", 2_500_000),
        ("-PT0.1S", -1_000_000),
        ("PT0.00000019S", 1),
    ],
)
def test_iso_durations_are_read_by_their_parts(duration: str, ticks: int) -> None:
    assert duration_to_ticks(duration) == ticks


@pytest.mark.parametrize("text", ["", "P", "PT", "5", "PT5", "P1Y", "00:00:05", "PT1.S", "PTS"])
def test_what_is_not_a_duration_is_none(text: str) -> None:
    assert duration_to_ticks(text) is None
