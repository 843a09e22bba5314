"""A stop that stops, and ceilings of a day: what is held waits, and goes on."""

from __future__ import annotations

from typing import Any

import pytest

from shared.errors import ProviderThrottled
from shared.model.money.brakes import Ceiling
from shared.model.money.price import PriceTable, Rate
from shared.model.profile.profile import Profile
from tests.fakes.api import Api
from tests.fakes.events import FakeSender
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import FakeProvider
from tests.fakes.world import World

PRICES = PriceTable(rates={"azure-speech": {"standard": Rate(per_hour=3600)}})  # 1 a second
CALLS = Profile(name="calls", prefixes=("calls",))


def world(files_per_job: int = 1, **options: Any) -> World:
    return World(files_per_job=files_per_job, prices=PRICES, **options)


def drop(there: World, count: int, folder: str = "") -> None:
    for i in range(count):
        there.drop(f"{folder}{i}.wav")


def some_hours(there: World, hours: float) -> None:
    """As long as that, whatever is left to do."""
    for _ in range(int(hours * 12)):
        there.drain()
        there.complete_all()
        there.drain()
        there.poll()
        there.sweep()
        there.clock.advance(300)


def sent(there: World) -> int:
    return sum(len(provider.created) for provider in there.endpoints.values())


@pytest.mark.parametrize("scope", ["deployment", "profile/default", "endpoint/westeurope"])
def test_nothing_is_sent_after_a_stop_and_all_is_once_it_goes_on(scope: str) -> None:
    there = world()
    drop(there, 3)
    there.app.change_brake(scope, "stop", "a flood")
    some_hours(there, 2)
    assert sent(there) == 0
    assert [(one.scope, one.why) for one in there.app.health().held] == [(scope, "stopped")]
    there.app.change_brake(scope, "go_on")
    there.run()
    assert sent(there) == 3
    assert not there.app.brakes()
    assert_all_is_well(there)


def test_what_was_paid_for_is_fetched_while_all_is_stopped() -> None:
    there = world()
    drop(there, 1)
    there.clock.advance(66)
    there.drain()
    assert sent(there) == 1
    there.app.change_brake("deployment", "stop")
    drop(there, 2, "later ")
    some_hours(there, 1)
    assert sent(there) == 1
    assert there.states()["0.wav"] == "transcribed"


def test_who_stops_between_intent_and_call_is_heard() -> None:
    there = world()
    drop(there, 1)
    there.clock.advance(66)
    put_all, twin = there.active.put_all, there.twin()

    def stop(entries: Any) -> None:
        put_all(entries)
        twin.app.change_brake("deployment", "stop")

    there.active.put_all = stop  # type: ignore[method-assign]
    there.drain()
    assert sent(there) == 0


def test_a_stop_of_one_profile_holds_no_other_and_one_endpoint_no_other() -> None:
    there = world(profiles=(Profile(), CALLS))
    drop(there, 2)
    drop(there, 2, "calls/")
    there.app.change_brake("profile/calls", "stop")
    some_hours(there, 1)
    assert sent(there) == 2
    both = world(providers=(FakeProvider("east"), FakeProvider("west")))
    both.app.change_brake("endpoint/east", "stop")
    drop(both, 3)
    both.run()
    assert [len(provider.created) for provider in both.endpoints.values()] == [0, 3]


@pytest.mark.long
def test_beyond_a_ceiling_of_money_recordings_wait_for_the_next_day() -> None:
    there = world(ceilings={"deployment": Ceiling(amount=2)})
    drop(there, 5)
    some_hours(there, 6)
    assert sent(there) == 2
    assert [(one.scope, one.why) for one in there.app.health().held] == [("deployment", "ceiling")]
    some_hours(there, 12)  # past midnight
    assert sent(there) == 4
    there.run(hours=48)
    assert sent(there) == 5
    assert_all_is_well(there)


def test_a_ceiling_of_hours_of_a_profile_holds_that_profile_alone() -> None:
    ceiling = Ceiling(hours=2.5 / 3600)
    there = world(profiles=(Profile(), CALLS), ceilings={"profile/calls": ceiling})
    drop(there, 4)
    drop(there, 4, "calls/")
    some_hours(there, 2)
    assert sent(there) == 4 + 2


def test_one_call_lifts_a_ceiling_for_the_day() -> None:
    there = world(ceilings={"deployment": Ceiling(amount=1)})
    drop(there, 3)
    some_hours(there, 1)
    assert sent(there) == 1
    there.app.change_brake("deployment", "lift_ceiling")
    there.run()
    assert sent(there) == 3
    assert not there.app.health().held


def test_what_is_dearer_than_a_ceiling_goes_alone() -> None:
    there = world(files_per_job=1000, ceilings={"deployment": Ceiling(amount=1)})
    drop(there, 3)
    there.run()
    assert sent(there) == 1


def test_a_job_that_is_tried_again_counts_once() -> None:
    there = world(ceilings={"deployment": Ceiling(amount=2)})
    there.provider.errors["submit"] = [ProviderThrottled("429", retry_after_seconds=5)] * 4
    drop(there, 2)
    there.run()
    assert sent(there) == 2
    assert there.brakes.rows["deployment"].amount == 2


def test_subscribers_are_told_once_of_a_ceiling_and_of_a_stop() -> None:
    there = world(ceilings={"deployment": Ceiling(amount=1)})
    assert isinstance(there.sender, FakeSender)
    Api(lambda: there.app)(
        "create_subscription",
        json_={"url": "https://hooks.example/a", "types": ["sending.held"]},
    )
    drop(there, 3)
    some_hours(there, 3)
    there.app.change_brake("profile/default", "stop", "enough")
    some_hours(there, 1)
    told = [event["data"] for event in there.sender.events("https://hooks.example/a")]
    assert [(data["scope"], data["why"]) for data in told] == [
        ("deployment", "ceiling"),
        ("profile/default", "stopped"),
    ]


def test_the_api_stops_lists_and_refuses_what_is_not_there() -> None:
    there = world()
    api = Api(lambda: there.app)
    found = api("change_brake", json_={"scope": "deployment", "action": "stop", "reason": "why"})
    assert found.status == 200
    assert found.json["value"][0]["reason"] == "why"
    assert api("list_brakes").json == found.json
    assert api("get_health").json["held"] == found.json["value"]
    wrong = api("change_brake", json_={"scope": "profile/none", "action": "stop"})
    assert wrong.status == 422 and "profile/default" in wrong.json["detail"]
    assert api("change_brake", json_={"scope": "deployment", "action": "go_on"}).json == {
        "value": []
    }
