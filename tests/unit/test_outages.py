"""One service of storage is out for a while, from each step on: nothing is lost, nothing is paid
for twice, and nothing fails for a fault that is ours."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from tests.fakes.invariants import assert_all_is_well
from tests.fakes.outages import SERVICES, STEPS, Outage, Platform, Service, Step
from tests.fakes.world import World

pytestmark = pytest.mark.long

RECORDINGS = 3
MINUTES = (1, 15, 120, 240)


def outlive(
    service: Service, step: Step, minutes: int, files_per_job: int, *, is_carried_out: bool = False
) -> World:
    """A world after an outage that began with that step."""
    world = World(files_per_job=files_per_job)
    outage = Outage(world, service, timedelta(minutes=minutes), is_carried_out=is_carried_out)
    platform = Platform(world, outage, step)
    platform.drop(f"{i}.wav" for i in range(RECORDINGS))
    platform.live(hours=30)
    assert outage.until is not None, f"nothing came to the step {step}"
    return world


def assert_nothing_was_charged(world: World) -> None:
    assert Counter(world.states().values()) == {"transcribed": RECORDINGS}
    assert {row.attempt for row in world.rows().values()} == {1}
    assert sum(world.provider.transcribed.values()) == RECORDINGS
    assert_all_is_well(world)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("service", SERVICES)
def test_a_quarter_of_an_hour_without_a_service_costs_nothing_but_time(
    service: Service, step: Step
) -> None:
    assert_nothing_was_charged(outlive(service, step, 15, 1_000))


@pytest.mark.parametrize("step", ["collect", "write", "finish"])
def test_four_hours_without_outputs_cost_nothing_but_time(step: Step) -> None:
    assert_nothing_was_charged(outlive("outputs", step, 240, 1))


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("files_per_job", [1_000, 1])
@pytest.mark.parametrize("minutes", MINUTES)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("service", SERVICES)
def test_no_outage_costs_anything_but_time(
    service: Service, step: Step, minutes: int, files_per_job: int
) -> None:
    assert_nothing_was_charged(outlive(service, step, minutes, files_per_job))


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("files_per_job", [1_000, 1])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("service", SERVICES)
def test_answers_that_are_lost_after_the_work_was_done_cost_nothing_but_time(
    service: Service, step: Step, files_per_job: int
) -> None:
    assert_nothing_was_charged(outlive(service, step, 15, files_per_job, is_carried_out=True))


@pytest.mark.parametrize("step", ["collect", "write"])
def test_once_storage_is_back_results_are_there_within_minutes(step: Step) -> None:
    world = World()
    outage = Outage(world, "outputs", timedelta(hours=2))
    platform = Platform(world, outage, step)
    platform.drop(["a.wav"])
    platform.live(hours=4)
    [row] = world.rows().values()
    assert outage.until is not None and row.changed_at - outage.until < timedelta(minutes=5)


def test_a_long_outage_does_not_multiply_messages() -> None:
    world = World(files_per_job=1)
    platform = Platform(world, Outage(world, "blob", timedelta(hours=100)), "write")
    platform.drop(f"{i}.wav" for i in range(RECORDINGS))
    platform.live(hours=4)
    assert len(world.queue.waiting) <= 4 * RECORDINGS
