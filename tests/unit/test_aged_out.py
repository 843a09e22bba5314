"""Batches of the past go from the table when their profile says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.batches import age_out as delete
from shared.model.profile.profile import Profile
from tests.fakes.world import World, a_second_of_silence

DAY = timedelta(days=1)


def world_with(**profile: object) -> World:
    """A batch of each of three days, all over; those of the folder are of the profile."""
    aged = Profile(name="calls", prefixes=("calls",), keep_rows_days=10, **profile)  # type: ignore[arg-type]
    world = World(profiles=(Profile(), aged))
    for day in range(3):
        world.drop(f"calls/{day}.wav")
        world.drop(f"{day}.wav")
        world.run()
        world.clock.advance(DAY.total_seconds())
    return world


def after(world: World, days: float) -> set[str]:
    """What there are rows of, that long later."""
    world.clock.advance(days * DAY.total_seconds())
    world.sweep()
    world.drain()
    return set(world.rows())


def test_what_was_finished_long_ago_goes_a_day_at_a_time_and_that_of_others_stays() -> None:
    world = world_with()
    everything = set(world.rows())
    assert after(world, 5) == everything
    assert after(world, 2.5) == everything - {"calls/0.wav"}
    assert after(world, 1.1) == everything - {"calls/0.wav", "calls/1.wav"}
    assert after(world, 30) == {"0.wav", "1.wav", "2.wav"}
    assert len(world.outputs.files) == 12, "transcripts and captions stay"


def test_what_was_written_goes_as_well_where_the_profile_says_so() -> None:
    world = world_with(keep_outputs=False)
    after(world, 30)
    assert not [path for path in world.outputs.files if "/calls/" in path]
    assert not [path for path in world.outputs.reports if "/calls-" in path]
    assert len(world.outputs.files) == 6


def test_its_audio_is_not_taken_for_new() -> None:
    world = world_with()
    after(world, 30)
    for _ in range(5):
        world.clock.advance(DAY.total_seconds())
        world.sweep()
        world.run()
    assert set(world.rows()) == {"0.wav", "1.wav", "2.wav"}
    assert len(world.provider.created) == 3


def test_what_is_still_under_way_stays() -> None:
    world = world_with()
    world.drop("calls/late.wav")
    world.clock.advance(70)
    world.drain()
    assert "calls/late.wav" in after(world, 30)


def test_more_than_goes_in_one_run_goes_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delete, "ENTRIES_AT_ONCE", 1)
    monkeypatch.setattr(delete, "PAGES_IN_RUN", 1)
    world = world_with()
    for _ in range(6):
        left = after(world, 5)
        for _ in range(8):
            world.clock.advance(300)
            world.sweep()
            world.drain()
    assert left <= {"0.wav", "1.wav", "2.wav"}


def test_where_no_profile_says_so_nothing_is_looked_for() -> None:
    world = World()
    world.audio.drop("a.wav", a_second_of_silence(), world.clock.now())
    world.run()
    after(world, 4_000)
    assert delete.AGED not in world.diaries.diaries
