"""Where many wait for a provider, what is urgent goes first, and bulk leaves room."""

from __future__ import annotations

from typing import Any

import pytest

from shared.errors import InputError
from shared.model.policy import Policy
from shared.model.profile.profile import Profile, keeping, override
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.world import World


def world_with(most: int, **policy: Any) -> World:
    profiles = (
        Profile(),
        Profile(name="archive", prefixes=("archive",), priority="bulk"),
        Profile(name="desk", prefixes=("desk",), priority="urgent"),
    )
    return World(profiles=profiles, policy=Policy(max_active_jobs=most, **policy), files_per_job=1)


def sent(world: World) -> list[str]:
    return [
        url.split("?")[0].split("/audio/")[1]
        for request in world.provider.created
        for url in request.content_urls
    ]


def test_what_is_urgent_goes_before_what_came_first_and_bulk_after_it() -> None:
    world = world_with(1)
    world.drop("first.wav")
    world.clock.advance(70)
    world.drain()
    for name in ("archive/a.wav", "b.wav", "desk/c.wav"):
        world.drop(name)
        world.clock.advance(70)
        world.drain()
    world.run()
    assert sent(world) == ["first.wav", "desk/c.wav", "b.wav", "archive/a.wav"]
    assert_all_is_well(world)


def test_bulk_leaves_places_to_others() -> None:
    world = world_with(8)
    for i in range(20):
        world.drop(f"archive/{i:02}.wav")
    world.clock.advance(70)
    world.drain()
    assert len(sent(world)) == 6
    world.drop("a.wav")
    world.clock.advance(70)
    world.drain()
    assert sent(world)[6:] == ["a.wav"]
    world.run()
    assert_all_is_well(world)


@pytest.mark.parametrize("most", [1, 2, 3])
def test_bulk_goes_on_where_there_are_few_places(most: int) -> None:
    world = world_with(most)
    world.drop("archive/a.wav")
    world.run()
    assert sent(world) == ["archive/a.wav"]


def test_what_is_urgent_does_not_wait_for_its_window_however_busy_the_provider_is() -> None:
    windows = {"azure-speech/standard": 300}
    world = world_with(2, early_seconds=4, coalesce_of=windows)
    world.clock.advance(10)
    for name in ("a.wav", "desk/b.wav"):
        world.drop(name)
        world.clock.advance(9)
        world.drain()
    assert sent(world) == ["a.wav", "desk/b.wav"]


def test_metadata_says_it_of_one_recording_which_shares_no_job_with_others() -> None:
    world = World()
    world.drop("a.wav")
    world.drop("b.wav", metadata={"dropscribe_priority": "urgent"})
    world.run()
    assert sent(world) == ["b.wav", "a.wav"]
    assert len(world.provider.created) == 2


def test_where_it_is_locked_nobody_gets_before_others() -> None:
    own = Profile(locked=("priority",))
    assert keeping(own, override(own, {"priority": "bulk"})).priority == "bulk"
    with pytest.raises(InputError, match="priority"):
        keeping(own, override(own, {"priority": "urgent"}))
