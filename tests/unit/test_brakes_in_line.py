"""Brakes hold back jobs, and not the line in which they stand, nor those that share a call."""

from __future__ import annotations

from typing import Any

from shared.model.job.carrier import PREFIX
from shared.model.job.job import Job
from shared.model.money.brakes import Ceiling
from shared.model.profile.profile import Profile
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.world import World
from tests.unit.test_brakes import CALLS, drop, sent, some_hours, world

BOTH = (Profile(), CALLS)


def carriers(there: World) -> list[Job]:
    return [job for (batch, _), job in there.store.job_rows.items() if batch.startswith(PREFIX)]


def of_both(**options: Any) -> World:
    """Two recordings of each profile, all in windows that close at the same moment."""
    there = world(files_per_job=1_000, profiles=BOTH, **options)
    drop(there, 2)
    drop(there, 2, "calls/")
    there.clock.advance(66)
    return there


def test_recordings_of_two_profiles_share_a_call() -> None:
    there = of_both()
    there.run()
    assert [len(request.content_urls) for request in there.provider.created] == [4]
    assert {job.recordings for job in carriers(there)} == {4}
    assert_all_is_well(there)


def test_who_stops_a_profile_before_the_call_stops_its_part_and_the_others_go() -> None:
    there = of_both()
    put_all, twin = there.active.put_all, there.twin()

    def stop(entries: Any) -> None:
        put_all(entries)
        twin.app.change_brake("profile/calls", "stop")

    there.active.put_all = stop  # type: ignore[method-assign]
    some_hours(there, 1)
    urls = [url for request in there.provider.created for url in request.content_urls]
    assert len(urls) == 2 and not any("calls" in url for url in urls)
    assert [job.state for job in carriers(there)] == ["failed"]
    there.active.put_all = put_all  # type: ignore[method-assign]
    there.app.change_brake("profile/calls", "go_on")
    there.run()
    assert set(there.states().values()) == {"transcribed"}
    assert_all_is_well(there)


def test_many_that_are_held_do_not_hold_up_those_that_stand_behind_them() -> None:
    there = world(profiles=BOTH)
    there.app.change_brake("profile/calls", "stop")
    drop(there, 60, "calls/")
    there.clock.advance(300)
    there.drain()
    drop(there, 2)
    some_hours(there, 1)
    assert sent(there) == 2


def test_each_part_counts_for_the_ceilings_of_its_own_profile() -> None:
    there = of_both(ceilings={"profile/calls": Ceiling(amount=100)})
    there.run()
    brakes = {brake.scope: brake for brake in there.brakes.all()}
    assert {scope: brake.amount for scope, brake in brakes.items()} == {"profile/calls": 2.0}
    assert all(job.is_counted for job in there.store.job_rows.values() if job.carrier)


def test_a_ceiling_holds_parts_back_and_not_their_neighbours() -> None:
    there = world(files_per_job=1_000, profiles=BOTH, ceilings={"profile/calls": Ceiling(amount=2)})
    drop(there, 2, "calls/")
    there.clock.advance(66)
    there.drain()
    drop(there, 2, "calls/later ")
    drop(there, 2, "")
    some_hours(there, 2)
    urls = [url for request in there.provider.created for url in request.content_urls]
    assert len(urls) == 4 and not any("later" in url for url in urls)
