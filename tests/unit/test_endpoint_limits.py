"""Laws of counting: whoever takes calls, however his clock goes, a limit holds for every stretch
of its length; and bulk work begins with few create calls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import StoreConflict
from shared.model.endpoint.endpoint import EndpointState
from shared.model.endpoint.limits import HANDFUL, IDLE_WINDOWS, Counted, Limit, Limits, Ramped, take
from shared.model.profile.capabilities import Ramp
from tests.fakes.stores import FakeEndpointBook

NOW = datetime(2026, 3, 2, 9, 0, 3, tzinfo=UTC)
RAMP = Ramp(first=2, most=20, seconds=10)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


class Counter:
    """What is counted, and one caller who takes from it."""

    def __init__(self, *limits: tuple[int, int], ramp: Ramp | None = None) -> None:
        self.limits = Limits(tuple(Limit(*limit) for limit in limits), ramp)
        self.counted: dict[int, Counted] = {}
        self.ramped: Ramped | None = None
        self.wait = 0

    def take(self, now: datetime, calls: int = 1, creates: int = 0) -> tuple[int, int]:
        """Calls and create calls that were got."""
        taken = take(self.counted, self.ramped, self.limits, now, calls=calls, creates=creates)
        self.wait = taken.wait_seconds
        if taken.wait_seconds:
            return 0, 0
        self.counted, self.ramped = taken.counted, taken.ramped
        return taken.calls, taken.creates

    def take_all(self, now: datetime, creates: int = 0) -> tuple[int, int]:
        total, total_creates = 0, 0
        while any(got := self.take(now, creates=creates)):
            total, total_creates = total + got[0], total_creates + got[1]
        return total, total_creates


@given(
    most=st.integers(1, 60),
    seconds=st.sampled_from((10, 60, 300)),
    steps=st.lists(st.tuples(st.floats(0, 30), st.integers(1, 4)), min_size=1, max_size=120),
)
def test_no_stretch_of_its_length_holds_more_than_the_limit(
    most: int, seconds: int, steps: list[tuple[float, int]]
) -> None:
    counter, now = Counter((most, seconds)), NOW
    made: list[tuple[datetime, int]] = []
    for passed, calls in steps:
        now += timedelta(seconds=passed)
        made.append((now, counter.take(now, calls)[0]))
    for start, _ in made:
        end = start + timedelta(seconds=seconds)
        assert sum(calls for at, calls in made if start <= at < end) <= most


@given(steps=st.lists(st.tuples(st.floats(0, 20), st.integers(1, 3)), max_size=80))
def test_of_several_limits_each_one_holds(steps: list[tuple[float, int]]) -> None:
    counter, now = Counter((9, 10), (20, 60)), NOW
    made: list[tuple[datetime, int]] = []
    for passed, calls in steps:
        now += timedelta(seconds=passed)
        made.append((now, counter.take(now, calls)[0]))
        for most, seconds in ((9, 10), (20, 60)):
            since = now - timedelta(seconds=seconds)
            assert sum(calls for at, calls in made if at > since) <= most


@given(most=st.integers(1, 200))
def test_one_caller_gets_all_calls_of_a_limit_and_then_none(most: int) -> None:
    counter, handfuls = Counter((most, 10)), []
    while (got := counter.take(NOW)[0]) > 0:
        handfuls.append(got)
    assert sum(handfuls) == most
    assert max(handfuls) <= HANDFUL
    assert counter.take(after(9.9)) == (0, 0)
    assert counter.take_all(after(11)) == (most, 0)


@given(taken=st.integers(1, 30), at=st.floats(0, 30), calls=st.integers(1, 4))
def test_who_waits_as_long_as_he_is_told_gets_his_calls(taken: int, at: float, calls: int) -> None:
    counter, now = Counter((30, 10), (40, 60), ramp=RAMP), after(at)
    for i in range(taken):
        counter.take(now + timedelta(seconds=i / 3), calls)
    now += timedelta(seconds=taken / 3)
    for _ in range(4):
        if counter.take(now, calls, 1) != (0, 0):
            return
        assert 1 <= counter.wait <= 70
        now += timedelta(seconds=counter.wait)
    raise AssertionError("told to wait again and again")


def test_more_than_the_limit_at_a_time_is_given_as_far_as_the_limit_goes() -> None:
    assert Counter((2, 60)).take(NOW, calls=3) == (2, 0)


def test_a_small_limit_is_taken_call_by_call() -> None:
    assert Counter((4, 60)).take(NOW) == (1, 0)


def test_a_caller_whose_clock_lags_takes_from_what_is_open_now() -> None:
    counter = Counter((5, 10))
    assert counter.take_all(after(7)) == (5, 0)
    assert counter.take(NOW) == (0, 0)
    assert counter.take(after(8)) == (0, 0)


def test_a_clock_that_was_far_ahead_does_not_hold_up_everybody() -> None:
    counter = Counter((5, 10), ramp=RAMP)
    counter.take(after(3_600), creates=1)
    assert counter.take(NOW, creates=1) == (1, 1)


@pytest.mark.long
@given(
    most=st.integers(1, 12),
    steps=st.lists(
        st.tuples(st.integers(0, 2), st.booleans(), st.sampled_from((0, 0, 1, 4))),
        min_size=20,
        max_size=80,
    ),
)
def test_processes_together_never_take_more_than_the_limit(
    most: int, steps: list[tuple[int, bool, int]]
) -> None:
    """Whoever reads and whoever writes in whatever order, some time after having read."""
    book, limits = FakeEndpointBook(), Limits((Limit(most, 10),))
    read: dict[int, tuple[EndpointState, datetime]] = {}
    made: list[tuple[datetime, int]] = []
    now = NOW
    for who, looks, passed in steps:
        now += timedelta(seconds=passed)
        if looks:
            read[who] = book.state("west"), now
        elif who in read:
            state, at = read.pop(who)
            taken = take(state.counted, None, limits, at, calls=1)
            try:
                book.save(EndpointState(name="west", counted=taken.counted, version=state.version))
            except StoreConflict:
                continue
            made.append((at, taken.calls if not taken.wait_seconds else 0))
    for start, _ in made:
        end = start + timedelta(seconds=10)
        assert sum(calls for at, calls in made if start <= at < end) <= most


# --- the ramp


def creates_by_window(counter: Counter, windows: int, *, start: datetime = NOW) -> list[int]:
    """What is got by callers who want as much as they can get."""
    return [
        counter.take_all(start + timedelta(seconds=10 * window), creates=1)[1]
        for window in range(windows)
    ]


def test_create_calls_double_with_every_window_up_to_the_limit() -> None:
    assert creates_by_window(Counter((1000, 10), ramp=RAMP), 6) == [2, 4, 8, 16, 20, 20]


def test_a_ramp_may_be_gentle() -> None:
    ramp = Ramp(first=25, most=40, seconds=10, growth=1.1)
    assert creates_by_window(Counter((1000, 10), ramp=ramp), 7) == [25, 28, 31, 35, 39, 40, 40]


def test_windows_without_work_add_nothing_and_after_some_it_begins_anew() -> None:
    counter = Counter((1000, 10), ramp=RAMP)
    assert creates_by_window(counter, 3) == [2, 4, 8]
    paused = after(10 * (2 + IDLE_WINDOWS))
    assert counter.take_all(paused, creates=1)[1] == 16
    idle = paused + timedelta(seconds=10 * (IDLE_WINDOWS + 1))
    assert creates_by_window(counter, 2, start=idle) == [2, 4]


def test_other_calls_are_not_held_up_by_the_ramp() -> None:
    counter = Counter((1000, 10), ramp=RAMP)
    assert counter.take_all(NOW, creates=1)[1] == 2
    assert counter.wait == 10
    assert counter.take(NOW)[0] > 0


def test_the_ramp_does_not_lift_the_limit_of_calls() -> None:
    assert creates_by_window(Counter((3, 60), ramp=RAMP), 3) == [2, 1, 0]
