"""Laws of what all instances know of an endpoint: its pauses, its recovery."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model.endpoint.endpoint import (
    FAILURES_UNTIL_DOWN,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    EndpointState,
    failed,
    probing,
    throttled,
    well,
)
from shared.model.endpoint.limits import Ramped

NOW = datetime(2026, 3, 2, 9, 0, 3, tzinfo=UTC)
NEW = EndpointState(name="west")


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def out(state: EndpointState, now: datetime = NOW) -> EndpointState:
    return failed(state, now, "401", at_once=True)


# --- outages


def test_it_takes_three_failures_in_a_row_to_be_taken_out() -> None:
    state = NEW
    for count in range(1, FAILURES_UNTIL_DOWN):
        state = failed(state, NOW, "503", at_once=False)
        assert (state.failures, state.is_down(NOW)) == (count, False)
    state = failed(state, NOW, "503", at_once=False)
    assert state.is_down(NOW) and state.down_until_at == NOW + FIRST_PAUSE
    assert state.reason == "503"


def test_a_success_in_between_starts_the_count_again() -> None:
    state = failed(failed(NEW, NOW, "503", at_once=False), NOW, "503", at_once=False)
    state = failed(well(state), NOW, "503", at_once=False)
    assert (state.failures, state.is_down(NOW)) == (1, False)


def test_a_wrong_key_takes_it_out_at_once() -> None:
    assert out(NEW).is_down(NOW)


def test_calls_that_were_under_way_when_it_was_taken_out_add_nothing_to_the_pause() -> None:
    state = out(NEW)
    for _ in range(20):
        state = failed(state, after(1), "503", at_once=False)
    assert (state.pauses, state.down_until_at) == (1, NOW + FIRST_PAUSE)


def test_every_probe_that_fails_doubles_the_pause_up_to_the_longest() -> None:
    state, now, pauses = out(NEW), NOW, []
    for _ in range(8):
        assert state.down_until_at is not None
        pauses.append(state.down_until_at - now)
        now = state.down_until_at
        state = failed(probing(state, now), now, "503", at_once=False, is_probe=True)
    assert pauses[0] == FIRST_PAUSE
    assert all(later == min(2 * sooner, LONGEST_PAUSE) for sooner, later in pairwise(pauses))
    assert pauses[-1] == LONGEST_PAUSE


def test_while_one_caller_probes_the_others_wait_and_if_it_dies_another_may() -> None:
    state = out(NEW)
    assert not state.is_down(NOW + FIRST_PAUSE)
    state = probing(state, NOW + FIRST_PAUSE)
    assert state.is_down(NOW + FIRST_PAUSE)
    assert not state.is_down(NOW + 2 * FIRST_PAUSE)


def test_being_well_again_forgets_all_of_it() -> None:
    state = out(NEW)
    for _ in range(5):
        state = failed(state, after(3_600), "503", at_once=False, is_probe=True)
    assert well(state) == NEW


# --- throttling


@given(
    waits=st.lists(st.tuples(st.integers(0, 100), st.integers(1, 3_600)), min_size=1, max_size=9)
)
def test_nobody_calls_before_the_longest_wait_that_was_asked_for(
    waits: list[tuple[int, int]],
) -> None:
    state = NEW
    for at, seconds in waits:
        state = throttled(state, after(at), seconds)
    until = max(after(at + seconds) for at, seconds in waits)
    assert state.is_down(until - timedelta(seconds=1))
    assert not state.is_down(until)


def test_throttling_lets_create_calls_begin_slowly_again() -> None:
    state = msgspec.structs.replace(NEW, ramped=Ramped(began=0, taken=3, most=90))
    assert throttled(state, NOW, 60).ramped is None


def test_throttling_is_no_failure() -> None:
    state = throttled(NEW, NOW, 60)
    assert (state.failures, state.pauses) == (0, 0)


def test_a_late_success_does_not_cut_short_the_wait_that_was_asked_for() -> None:
    state = well(throttled(failed(NEW, NOW, "503", at_once=False), NOW, 60))
    assert state.is_down(after(59)) and state.failures == 0


@pytest.mark.parametrize("is_probe", [False, True])
def test_a_failure_does_not_cut_short_the_wait_that_was_asked_for(is_probe: bool) -> None:
    state = throttled(NEW, NOW, 3_600)
    for _ in range(5):
        state = failed(state, after(1), "503", at_once=True, is_probe=is_probe)
    assert state.is_down(after(3_599))


@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(("failed", "at once", "probe", "throttled", "well", "probing")),
            st.integers(0, 900),
        ),
        max_size=40,
    )
)
def test_whatever_happens_it_is_never_out_for_longer_than_somebody_asked(
    steps: list[tuple[str, int]],
) -> None:
    state, now = NEW, NOW
    longest = NOW
    for step, seconds in steps:
        now += timedelta(seconds=seconds)
        if step == "throttled":
            state = throttled(state, now, 700)
        elif step == "well":
            state = well(state)
        elif step == "probing":
            state = state if state.is_down(now) else probing(state, now)
        else:
            state = failed(state, now, step, at_once=step == "at once", is_probe=step == "probe")
        longest = max(longest, now + max(LONGEST_PAUSE, timedelta(seconds=700)))
        assert state.failures >= 0 and 0 <= state.pauses <= 10
        assert state.down_until_at is None or state.down_until_at <= longest
    assert not state.is_down(longest)
