"""What may wait is sent at night, or evenly until some time, and never past a deadline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model.policy import Policy
from shared.model.profile.keys import PROFILE_KEYS, Problem, value_of
from shared.model.profile.profile import Profile
from shared.model.profile.spread import Span, span_of, turns
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.world import World
from tests.unit.test_batches import ask, upload

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("send", "at", "expected"),
    [
        ("now", NINE, None),
        ("by 06:00", NINE, Span(NINE, NINE + 21 * HOUR)),
        ("by 09:00", NINE, Span(NINE, NINE + 24 * HOUR)),
        ("22:00-06:00", NINE, Span(NINE + 13 * HOUR, NINE + 21 * HOUR)),
        ("22:00-06:00", NINE + 15 * HOUR, Span(NINE + 15 * HOUR, NINE + 21 * HOUR)),
        ("08:00-10:00", NINE, Span(NINE, NINE + HOUR)),
        ("10:00-12:30", NINE, Span(NINE + HOUR, NINE + 3.5 * HOUR)),
        ("07:00-07:00", NINE, Span(NINE, NINE + 22 * HOUR)),
    ],
)
def test_a_span_is_the_next_one_or_what_is_left_of_the_one_that_is(
    send: str, at: datetime, expected: Span | None
) -> None:
    assert span_of(send, at) == expected


def test_a_span_ends_with_the_deadline_and_what_would_begin_after_it_does_not_wait() -> None:
    deadline_at = NINE + 3 * HOUR
    assert span_of("by 06:00", NINE, deadline_at) == Span(NINE, deadline_at)
    assert span_of("22:00-06:00", NINE, deadline_at) is None


@given(st.integers(1, 300), st.integers(1, 86_400))
def test_each_job_has_its_turn_in_its_own_share_of_the_span(jobs: int, seconds: int) -> None:
    span = Span(NINE, NINE + timedelta(seconds=seconds))
    found = turns([f"job{i}" for i in range(jobs)], span)
    share = (span.ends_at - span.begins_at) / jobs
    moment = timedelta(microseconds=jobs)
    for i, at in enumerate(found):
        assert NINE + i * share - moment <= at <= NINE + (i + 1) * share + moment
        assert at < span.ends_at


@pytest.mark.parametrize("send", ["at night", "by 6:00", "24:00-06:00", "22:00-", "", 6])
def test_what_is_no_time_is_told(send: object) -> None:
    assert isinstance(value_of("send", send, PROFILE_KEYS), Problem)


def world_with(send: str, files_per_job: int = 1) -> World:
    profiles = (Profile(), Profile(name="archive", prefixes=("archive",), send=send))
    return World(profiles=profiles, files_per_job=files_per_job, policy=Policy(max_active_jobs=40))


def go_on(world: World, hours: float) -> list[int]:
    """By the minute; how many were sent in each half hour."""
    counts = [len(world.provider.created)]
    for minute in range(1, int(hours * 60) + 1):
        world.clock.advance(60)
        world.poll()
        if minute % 5 == 0:
            world.sweep()
        world.drain()
        world.complete_all()
        world.drain()
        if minute % 30 == 0:
            counts.append(len(world.provider.created))
    return [later - before for before, later in pairwise(counts)]


def test_a_batch_is_sent_evenly_until_morning_and_others_do_not_wait_for_it() -> None:
    world = world_with("by 13:00")
    for i in range(40):
        world.drop(f"archive/{i:02}.wav")
    sent = go_on(world, 1)
    world.drop("mine.wav")
    sent += go_on(world, 3.5)
    assert world.states()["mine.wav"] == "transcribed"
    assert sum(sent) == 41
    assert sum(sent[8:]) == 0
    assert all(3 <= count <= 8 for count in sent[:8]), sent
    assert_all_is_well(world)


def test_small_batches_lie_evenly_in_the_night_too() -> None:
    world = world_with("13:00-17:00", 1_000)
    for i in range(16):
        world.drop(f"archive/{i:02}.wav")
        world.clock.advance(70)
        world.drain()
    world.clock.advance_to(NINE + 4 * HOUR)
    assert not world.provider.created
    sent = go_on(world, 4.5)
    assert sum(sent) >= 8
    assert max(sent) <= 6, sent
    assert set(world.states().values()) == {"transcribed"}
    assert_all_is_well(world)


def test_a_request_may_say_so_for_all_of_its_recordings() -> None:
    world = World(files_per_job=1)
    names = [f"{i}.wav" for i in range(8)]
    upload(world, *names)
    recordings = [{"blob": name} for name in names]
    deadline = f"{NINE + 30 * HOUR:%Y-%m-%dT%H:%M:%SZ}"
    ask(world, *recordings, send="13:00-08:00", deadline=deadline)
    go_on(world, 3.9)
    assert not world.provider.created
    sent = go_on(world, 20)
    assert sum(sent) == 8
    assert max(sent) <= 3
    assert_all_is_well(world)


def test_what_is_cancelled_before_its_turn_is_not_sent() -> None:
    world = world_with("22:00-23:00")
    world.drop("archive/a.wav")
    go_on(world, 0.5)
    [batch_id] = world.store.headers
    world.app.cancel(batch_id)
    go_on(world, 15)
    assert not world.provider.created
    assert world.states() == {"archive/a.wav": "failed"}
    assert not world.line.waiting
    assert_all_is_well(world)


def test_whoever_dies_while_a_turn_comes_is_followed() -> None:
    world = world_with("by 10:00")
    world.drop("archive/a.wav")
    world.clock.advance(70)
    world.drain()
    [job] = world.store.job_rows.values()
    assert job.turn_at is not None
    world.clock.advance_to(job.turn_at)
    join = world.line.join
    world.line.join = lambda jobs: None  # type: ignore[method-assign]
    leave = world.line.leave
    world.line.leave = lambda jobs: None  # type: ignore[method-assign]
    world.poll()
    world.line.join, world.line.leave = join, leave  # type: ignore[method-assign]
    world.drain()
    assert not world.provider.created
    world.start()
    world.run()
    assert world.states() == {"archive/a.wav": "transcribed"}
    assert not world.line.waiting
    assert_all_is_well(world)
