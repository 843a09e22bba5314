"""Asking the providers: seldom, in order, and never in vain."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from shared.errors import ProviderThrottled, ProviderUnavailable
from shared.messages import Collect
from shared.model.policy import Policy
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import FakeProvider
from tests.fakes.world import World


class Asked(FakeProvider):
    """Notes when it is asked about what."""

    def __init__(self, world_clock: list[World], endpoint: str = "westeurope") -> None:
        super().__init__(endpoint)
        self._world = world_clock
        self.asked: list[tuple[datetime, str]] = []

    def status(self, transcription_id: str):  # type: ignore[no-untyped-def]
        self.asked.append((self._world[0].clock.now(), transcription_id))
        return super().status(transcription_id)


def submitted(jobs: int) -> tuple[World, Asked]:
    """A world with so many running jobs, the first the oldest."""
    here: list[World] = []
    provider = Asked(here)
    world = World(files_per_job=1, providers=(provider,))
    here.append(world)
    for i in range(jobs):
        world.drop(f"{i}.wav")
        world.clock.advance(66)
        world.drain()
    assert len(provider.transcriptions) == jobs
    return world, provider


def watch(world: World, *, minutes: int) -> None:
    for _ in range(minutes * 6):
        world.poll()
        world.clock.advance(10)


def pauses(provider: Asked, transcription_id: str) -> list[float]:
    times = [at for at, key in provider.asked if key == transcription_id]
    return [(b - a).total_seconds() for a, b in pairwise(times)]


def test_a_running_job_is_asked_about_ever_more_seldom_up_to_ten_minutes() -> None:
    world, provider = submitted(1)
    for _ in range(60):  # the timer, as deployed
        world.poll()
        world.clock.advance(60)
    assert pauses(provider, "westeurope-0001")[:5] == [120, 240, 480, 600, 600]


@pytest.mark.parametrize("late", [1, 20, 29, 31, 59])
def test_the_first_question_waits_for_one_run_of_the_timer_at_most(late: int) -> None:
    """A job is sent somewhere between two runs, and asked about half a minute later at the
    earliest."""
    world, provider = submitted(1)
    world.clock.advance(late)
    started_at = world.clock.now()
    world.poll()
    while not provider.asked:
        world.clock.advance(60)
        world.poll()
    assert provider.asked[0][0] - started_at <= timedelta(seconds=60)


def test_no_job_is_asked_about_more_than_once_a_minute() -> None:
    world, provider = submitted(5)
    watch(world, minutes=45)
    for key in provider.transcriptions:
        assert min(pauses(provider, key)) >= 60


def test_the_oldest_job_is_asked_about_and_the_others_only_when_overdue() -> None:
    world, provider = submitted(3)
    provider.asked.clear()
    watch(world, minutes=5)
    assert {key for _, key in provider.asked} == {"westeurope-0001"}
    watch(world, minutes=10)
    assert {key for _, key in provider.asked} == set(provider.transcriptions)


def test_the_next_job_is_asked_about_as_soon_as_the_oldest_is_over() -> None:
    world, provider = submitted(2)
    provider.complete("westeurope-0001")
    world.clock.advance(600)
    world.poll()
    assert [key for _, key in provider.asked] == ["westeurope-0001", "westeurope-0002"]


def test_a_job_is_collected_without_any_webhook() -> None:
    world, provider = submitted(1)
    provider.complete("westeurope-0001")
    for _ in range(20):
        world.poll()
        world.drain()
        world.clock.advance(30)
    assert world.states() == {"0.wav": "transcribed"}
    assert_all_is_well(world)


def test_two_pollers_at_once_do_no_harm() -> None:
    world, provider = submitted(1)
    provider.complete("westeurope-0001")
    world.clock.advance(61)
    twin, status = world.twin(), provider.status

    def overtaken(transcription_id: str):  # type: ignore[no-untyped-def]
        provider.status = status  # type: ignore[method-assign]
        twin.poll()
        return status(transcription_id)

    provider.status = overtaken  # type: ignore[method-assign]
    world.poll()
    assert [type(message) for _, message in world.queue.waiting] == [Collect]
    world.run()
    assert_all_is_well(world)


def test_a_throttled_question_is_put_again_when_the_provider_said() -> None:
    world, provider = submitted(1)
    world.clock.advance(61)
    provider.errors["status"] = [ProviderThrottled("slow down", retry_after_seconds=300)]
    watch(world, minutes=6)
    assert pauses(provider, "westeurope-0001") == [300]


def test_one_endpoint_in_trouble_does_not_keep_the_others_from_being_asked() -> None:
    providers = (FakeProvider("east"), FakeProvider("west"))
    world = World(files_per_job=1, providers=providers)
    world.drop("a.wav")
    world.drop("b.wav")
    world.clock.advance(66)
    world.drain()
    for provider in providers:
        [key] = provider.transcriptions
        provider.complete(key)
    providers[0].errors["status"] = [ProviderUnavailable("503") for _ in range(100)]
    for _ in range(10):
        world.clock.advance(61)
        world.poll()
        world.drain()
    assert sorted(world.states().values()) == ["planned", "transcribed"]
    providers[0].errors.clear()
    world.run()
    assert_all_is_well(world)


def test_an_endpoint_that_was_taken_out_of_the_settings_stops_nobody() -> None:
    world = World(providers=(FakeProvider("east"),))
    world.drop("a.wav")
    world.clock.advance(66)
    world.drain()
    east = world.endpoints.pop("east")
    world.clock.advance(700)
    world.poll()
    world.drain()
    assert world.states() == {"a.wav": "planned"}
    world.endpoints["east"] = east
    world.run()
    assert_all_is_well(world)


def test_an_entry_whose_job_is_over_is_dropped_at_the_next_question() -> None:
    """Whoever finished the job died before the last step."""
    world, _ = submitted(1)
    [entry] = world.active.all()
    world.run()
    world.active.put(entry)
    world.clock.advance(700)
    world.poll()
    world.drain()
    assert_all_is_well(world)


def test_a_job_that_lost_its_entry_in_the_index_is_listed_again_by_the_sweep() -> None:
    world, _ = submitted(1)
    [entry] = world.active.all()
    world.active.remove(entry.job_id)
    world.clock.advance(world.policy.resolve_after_seconds + 1)
    world.sweep()
    [again] = world.active.all()
    assert again.transcription_id == entry.transcription_id
    world.run()
    assert_all_is_well(world)


def test_every_message_may_be_lost_and_the_work_is_done_all_the_same() -> None:
    world = World(policy=Policy(slice_size=2), files_per_job=4)
    for i in range(10):
        world.drop(f"{i}.wav")
    lost = set()
    until = world.clock.now() + timedelta(hours=12)
    while world.clock.now() < until and (world.store.notes or world.active.entries):
        while (message := world.queue.take()) is not None:
            if message in lost:
                world.step(message)
            lost.add(message)
        for provider in world.endpoints.values():
            for key in provider.transcriptions:
                provider.complete(key)
        world.poll()
        world.sweep()
        world.clock.advance(60)
    world.run()
    assert len(lost) >= 12
    assert len(world.provider.created) == 3
    assert_all_is_well(world)
