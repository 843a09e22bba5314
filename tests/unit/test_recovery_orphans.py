"""Transcriptions that no table knows are removed; what is somebody else's stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from shared.errors import (
    OutcomeUnknown,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
)
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.ports.provider import JobRequest
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import FakeProvider
from tests.fakes.world import World

OURS = "d1"


def left_behind(provider: FakeProvider, mark: str, *, keep: bool = False) -> str:
    """A transcription that somebody made."""
    return provider.submit(
        JobRequest(
            mark=mark,
            display_name="",
            options=Options(),
            keep=keep,
            content_urls=("https://store/audio/x.wav",),
        )
    )


def grow_old(world: World) -> None:
    world.clock.advance(world.policy.orphan_age_seconds + 1)


def search(world: World) -> Sequence[str]:
    """What the next search deletes, over all endpoints."""
    world.clock.advance(world.policy.orphans_seconds)
    before = {name: len(p.deleted) for name, p in world.endpoints.items()}
    world.sweep()
    return [key for name, p in world.endpoints.items() for key in p.deleted[before[name] :]]


def running(world: World) -> str:
    """A recording of ours is at the provider; the id of its transcription."""
    world.drop("a.wav")
    world.clock.advance(66)
    world.drain()
    [key] = world.provider.transcriptions
    return key


def test_a_transcription_with_our_mark_that_no_table_knows_is_deleted() -> None:
    world = World(deployment=OURS)
    orphan = left_behind(world.provider, "d1gone")
    grow_old(world)
    assert search(world) == [orphan]
    assert_all_is_well(world)


def test_a_transcription_that_is_being_waited_for_stays_however_old_it_is() -> None:
    world = World(deployment=OURS)
    key = running(world)
    for _ in range(48):
        world.poll()
        assert search(world) == []
    assert list(world.provider.transcriptions) == [key]
    world.run()
    assert_all_is_well(world)


def test_a_transcription_whose_entry_in_the_index_was_lost_is_listed_again_first() -> None:
    world = World(deployment=OURS)
    running(world)
    world.active.entries.clear()
    grow_old(world)
    assert search(world) == []
    world.run()
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


def test_a_young_transcription_may_be_just_being_written_down() -> None:
    world = World(deployment=OURS)
    orphan = left_behind(world.provider, "d1young")
    world.clock.advance(world.policy.orphan_age_seconds)
    world.sweep()
    assert world.provider.deleted == []
    assert search(world) == [orphan]


def test_what_other_deployments_and_people_have_there_is_left_alone() -> None:
    world = World(deployment=OURS)
    for mark in ("d2job001", "somebody's", "D1job001", "x d1"):
        left_behind(world.provider, mark)
    grow_old(world)
    assert search(world) == []
    assert len(world.provider.transcriptions) == 4


def test_two_deployments_on_one_resource_clear_only_their_own() -> None:
    provider = FakeProvider()
    here = World(deployment="d1", providers=(provider,))
    there = World(deployment="d2", providers=(provider,))
    provider.clock = here.clock
    mine, theirs = left_behind(provider, "d1x"), left_behind(provider, "d2x")
    grow_old(here)
    there.clock.advance_to(here.clock.now())
    assert search(here) == [mine]
    assert search(there) == [theirs]


def test_copies_that_a_profile_keeps_are_no_orphans() -> None:
    world = World(deployment=OURS, profiles=(Profile(keep_provider_copy=True),))
    world.drop("a.wav")
    world.run()
    grow_old(world)
    assert search(world) == []
    assert len(world.provider.transcriptions) == 1
    assert_all_is_well(world)


def test_of_two_transcriptions_of_one_job_the_surplus_is_removed_and_the_work_goes_on() -> None:
    """The first call had no answer and was not in the provider's list when we looked."""
    world = World(deployment=OURS)
    world.provider.errors["submit"] = [OutcomeUnknown("time-out")]
    hidden, find = [True], world.provider.find
    world.provider.find = (  # type: ignore[method-assign]
        lambda mark, since=None: iter(()) if hidden else find(mark, since)
    )
    world.drop("a.wav")
    world.clock.advance(66)
    world.drain()
    world.clock.advance(world.policy.resolve_after_seconds + 1)
    world.poll()
    world.drain()
    first, second = world.provider.transcriptions
    hidden.clear()
    grow_old(world)
    assert search(world) == [first]
    assert list(world.provider.transcriptions) == [second]
    world.run()
    assert world.states() == {"a.wav": "transcribed"}
    assert world.provider.transcriptions == {}


def test_a_create_call_that_nobody_could_look_up_yet_keeps_its_transcription() -> None:
    world = World(deployment=OURS)
    world.provider.errors["submit"] = [OutcomeUnknown("time-out")]
    world.provider.errors["find"] = [ProviderUnavailable("503") for _ in range(1_000)]
    key = running(world)
    for _ in range(3):
        world.poll()
        assert search(world) == []
    world.provider.errors.clear()
    world.run()
    assert [request.mark for request in world.provider.created] == ["d1job001"]
    assert world.provider.deleted == [key]
    assert_all_is_well(world)


@pytest.mark.parametrize(
    "error",
    [
        ProviderUnavailable("503"),
        ProviderUnauthorised("401"),
        ProviderThrottled("429", retry_after_seconds=5),
        ProviderRefused("400"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_endpoint_that_cannot_be_searched_does_not_keep_the_others_from_it(
    error: Exception,
) -> None:
    providers = tuple(map(FakeProvider, ("east", "north", "west")))
    world = World(deployment=OURS, providers=providers)
    orphans = [left_behind(provider, "d1x") for provider in providers]
    providers[1].errors["copies"] = [error]
    grow_old(world)
    assert search(world) == [orphans[0], orphans[2]]
    assert search(world) == [orphans[1]]


def test_a_copy_that_the_provider_does_not_let_go_does_not_keep_the_others_there() -> None:
    world = World(deployment=OURS)
    stuck, *others = [left_behind(world.provider, f"d1{i}") for i in range(4)]
    delete = world.provider.delete

    def refusing(key: str) -> None:
        if key == stuck:
            raise ProviderRefused("it is locked")
        delete(key)

    world.provider.delete = refusing  # type: ignore[method-assign]
    grow_old(world)
    assert search(world) == others


def test_the_providers_are_searched_once_an_hour_by_all_instances_together() -> None:
    world = World(deployment=OURS, providers=tuple(map(FakeProvider, ("east", "west"))))
    twin = world.twin()
    for _ in range(12 * 24):
        world.sweep()
        twin.sweep()
        world.clock.advance(300)
    assert {provider.calls["copies"] for provider in world.endpoints.values()} == {24}


def test_two_instances_that_search_at_once_ask_once() -> None:
    world = World(deployment=OURS)
    orphan = left_behind(world.provider, "d1x")
    grow_old(world)
    twin, save = world.twin(), world.diaries.save

    def overtaken(diary: object) -> None:
        if getattr(diary, "name", "").startswith("orphans"):
            world.diaries.save = save  # type: ignore[method-assign]
            twin.sweep()
        save(diary)  # type: ignore[arg-type]

    world.diaries.save = overtaken  # type: ignore[method-assign]
    assert search(world) == [orphan]
    assert world.provider.calls["copies"] == 1


def test_a_copy_that_could_not_be_deleted_when_its_job_was_over_goes_later() -> None:
    world = World(deployment=OURS)
    key = running(world)
    world.provider.errors["delete"] = [ProviderRefused("not now")]
    world.provider.complete(key)
    world.run_webhook(key)
    world.run()
    assert world.states() == {"a.wav": "transcribed"}
    assert list(world.provider.transcriptions) == [key]
    world.clock.advance(timedelta(hours=2).total_seconds())
    assert search(world) == [key]
    assert_all_is_well(world)
