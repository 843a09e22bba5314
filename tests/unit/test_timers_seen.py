"""Health tells when poll and sweep ran last, and when they should have."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.api.operations.all import OPERATIONS
from shared.api.operations.status import OTHER_FUNCTIONS
from shared.errors import StoreUnavailable
from shared.model.ncrontab import longest_pause
from tests.bicep.dropscribe import triggers
from tests.fakes.api import Api
from tests.fakes.world import World


def health(world: World) -> Any:
    world.clock.advance(11)  # measured at most every ten seconds
    return Api(lambda: world.app)("get_health").json


def silent(world: World) -> list[str]:
    return [timer["name"] for timer in health(world)["timers"] if timer["status"] == "silent"]


def test_health_tells_when_the_timers_ran_last() -> None:
    world = World()
    assert [timer["last_at"] for timer in health(world)["timers"]] == [None, None]
    world.sweep()
    swept_at = world.clock.now()
    world.clock.advance(60)
    world.poll()
    found = {timer["name"]: timer["last_at"] for timer in health(world)["timers"]}
    assert found["sweep"] == swept_at.isoformat().replace("+00:00", "Z")
    assert found["poll"] > found["sweep"]


def test_a_timer_that_stopped_is_told_and_the_deployment_is_not_well() -> None:
    world = World()
    world.poll()
    world.sweep()
    assert health(world)["status"] == "ok"
    for _ in range(4):
        world.clock.advance(300)
        world.poll()
    assert silent(world) == ["sweep"]
    assert health(world)["status"] == "degraded"
    world.sweep()
    world.poll()
    assert silent(world) == []
    assert health(world)["status"] == "ok"


def test_timers_that_never_ran_are_told_once_there_was_time_enough() -> None:
    world = World()
    world.drop("a.wav")
    assert silent(world) == []
    world.clock.advance(3600)
    assert silent(world) == ["poll", "sweep"]


def test_a_deployment_in_which_nothing_ever_happened_is_well() -> None:
    world = World()
    world.clock.advance(3600)
    assert health(world)["status"] == "ok"


def test_a_run_that_fails_is_not_taken_for_one() -> None:
    world = World()
    world.poll()
    world.clock.advance(600)

    def refuse() -> None:
        raise StoreUnavailable("list")

    world.app._pipeline.poll = refuse  # type: ignore[assignment]
    with pytest.raises(StoreUnavailable):
        world.poll()
    assert silent(world) == ["poll"]


def test_what_is_odd_about_the_settings_is_told_and_is_no_disorder() -> None:
    world = World()
    world.warnings = ("SPEECH_NEW: there is no such setting, expected a known one",)
    world.start()
    assert health(world)["warnings"] == list(world.warnings)
    assert health(world)["status"] == "ok"


def test_health_tells_which_release_has_how_many_functions() -> None:
    """A deployment is whole when the host knows as many."""
    found = health(World())
    assert found["functions"] == len(triggers())
    assert found["functions"] == len(OPERATIONS) + OTHER_FUNCTIONS
    assert found["version"]


@pytest.mark.parametrize(
    ("schedule", "seconds"),
    [
        ("0 * * * * *", 60),
        ("*/10 * * * * *", 10),
        ("* * * * * *", 1),
        ("0 */5 * * * *", 300),
        ("0 0,20 * * * *", 2400),
        ("30 10-40/10 * * * *", 1800),
        ("0 0 */6 * * *", 21_600),
        ("0 0 8-17 * * *", 54_000),
        ("0 5/20 * * * *", 1200),
        ("0 0 3 * * *", 86_400),
        ("0 0 3 * * 1-5", None),
        ("0 0 3 1 * *", None),
        ("0 0 0 * JAN *", None),
        ("0 0 x * * *", None),
        ("0 */0 * * * *", None),
        ("hourly", None),
    ],
)
def test_the_longest_pause_of_a_schedule(schedule: str, seconds: int | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert longest_pause(schedule) == expected
