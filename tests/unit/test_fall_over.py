"""Where a provider has no money, is out or cannot do it, the next of the profile's order does."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from shared.errors import (
    OutcomeUnknown,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
    ProviderUnfunded,
)
from shared.messages import Message, Plan, Submit
from shared.model.money.price import PriceTable, Rate
from shared.model.policy import Policy
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.providers.azure_speech.capabilities import BATCH as LIMITS
from tests.fakes.crashes import PORTS, Crash, Trap
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import FakeProvider
from tests.fakes.world import World, a_second_of_silence

BOTH = Profile(provider="first", next_providers=("second",))
HEBREW = msgspec.structs.replace(LIMITS, locales=frozenset({"he"}))
TERMS = msgspec.structs.replace(LIMITS, extras=frozenset({"key_terms"}))
PRICES = PriceTable(
    rates={
        "first": {"standard": Rate(per_hour=36)},
        "second": {"standard": Rate(per_hour=72)},
    }
)


def provider(name: str, endpoint: str) -> FakeProvider:
    made = FakeProvider(endpoint)
    made.name = name
    return made


def world(
    profile: Profile = BOTH, first: Capabilities = LIMITS, second: Capabilities = LIMITS
) -> World:
    return World(
        profiles=(profile,),
        providers=(provider("first", "one"), provider("second", "two")),
        capabilities={"first": first, "second": second},
        prices=PRICES,
    )


def transcript(there: World, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        there.outputs.files[f"transcripts/audio/{name}.json"].content
    )
    return found


def report(there: World) -> dict[str, Any]:
    [path] = [path for path in there.outputs.reports if path.endswith(".json")]
    found: dict[str, Any] = json.loads(there.outputs.reports[path])
    return found


def created(there: World) -> tuple[int, int]:
    return len(there.endpoints["one"].created), len(there.endpoints["two"].created)


def test_without_money_at_the_first_the_second_does_it_and_the_transcript_says_so() -> None:
    there = world()
    there.endpoints["one"].errors["submit"] = [ProviderUnfunded("empty")] * 9
    there.drop("a.wav")
    there.run()
    assert created(there) == (0, 1)
    told = transcript(there, "a.wav")["provider"]
    assert (told["name"], told["endpoint"]) == ("second", "two")
    assert told["cost"]["amount"] == 0.04  # two seconds at the price of the second
    assert told["warnings"] == [
        "The account at first holds too little money. second did it in place of first."
    ]
    [item] = report(there)["recordings"]
    assert (item["provider"], item["attempts"], item["cost"]["amount"]) == ("second", 1, 0.04)
    assert_all_is_well(there)


def test_who_has_no_money_is_not_asked_again_for_every_job() -> None:
    there = world()
    there.endpoints["one"].errors["submit"] = [ProviderUnfunded("empty")] * 9
    there.drop("a.wav")
    there.run()
    there.drop("b.wav")
    there.run()
    assert there.endpoints["one"].calls["submit"] == 1
    there.clock.advance(3600)
    there.endpoints["one"].errors.clear()
    there.drop("c.wav")
    there.run()
    assert transcript(there, "c.wav")["provider"]["name"] == "first"


@pytest.mark.parametrize("error", [ProviderUnavailable("503"), ProviderUnauthorised("401")])
def test_an_outage_is_waited_for_and_then_the_second_does_it(error: Exception) -> None:
    there = world()
    there.endpoints["one"].errors["submit"] = [error] * 10_000
    there.drop("a.wav")
    began_at = there.clock.now()
    there.run()
    assert transcript(there, "a.wav")["provider"]["name"] == "second"
    [row] = there.rows().values()
    assert row.submitted_at is not None
    waited = (row.submitted_at - began_at).total_seconds()
    assert 900 <= waited < 2_000


def test_long_patience_ends_too_though_the_pauses_and_the_tries_have_the_same_length() -> None:
    there = world()
    there.policy = Policy(fall_over_seconds=7_200)
    there.start()
    there.endpoints["one"].errors["submit"] = [ProviderUnavailable("503")] * 10_000
    there.drop("a.wav")
    there.run()
    assert created(there) == (0, 1)


def test_a_short_outage_moves_nothing() -> None:
    there = world()
    there.endpoints["one"].errors["submit"] = [ProviderUnavailable("503")] * 3
    there.drop("a.wav")
    there.run()
    assert created(there) == (1, 0)


def test_after_an_outage_the_first_gets_work_again() -> None:
    there = world()
    there.endpoints["one"].errors["submit"] = [ProviderUnauthorised("401")] * 12
    there.drop("a.wav")
    there.run()
    there.endpoints["one"].errors.clear()
    there.clock.advance(3600)
    there.drop("b.wav")
    there.run()
    assert transcript(there, "b.wav")["provider"]["name"] == "first"


def test_a_provider_that_throttles_keeps_its_work() -> None:
    there = world()
    there.endpoints["one"].errors["submit"] = [
        ProviderThrottled("429", retry_after_seconds=1200)
    ] * 3
    there.drop("a.wav")
    there.run()
    assert created(there) == (1, 0)


@pytest.mark.long
@pytest.mark.parametrize("is_carried_out", [True, False])
def test_a_create_call_that_may_have_been_carried_out_is_never_moved(is_carried_out: bool) -> None:
    there = world()
    first = there.endpoints["one"]
    first.carries_out_unknown = is_carried_out
    first.errors["submit"] = [OutcomeUnknown("no answer")]
    first.errors["find"] = [ProviderUnavailable("503")] * 200
    there.drop("a.wav")
    there.run(hours=100)
    assert created(there) in ((1, 0), (0, 0))
    assert not there.endpoints["two"].created


def test_without_a_second_provider_a_job_waits_for_its_own() -> None:
    there = world(Profile(provider="first"))
    there.endpoints["one"].errors["submit"] = [ProviderUnfunded("empty")] * 5
    there.drop("a.wav")
    there.run()
    assert created(there) == (1, 0)


def test_a_language_that_the_first_does_not_know_goes_to_the_second_at_once() -> None:
    there = world(first=HEBREW)
    there.drop("a.wav")
    there.run()
    assert created(there) == (0, 1)
    assert transcript(there, "a.wav")["provider"]["warnings"] == [
        "first was passed over: The provider does not know en-US."
    ]


def test_what_no_provider_of_the_order_can_do_is_refused_before_anything_is_paid() -> None:
    there = world(first=HEBREW, second=HEBREW)
    there.drop("a.wav")
    there.run()
    [row] = there.rows().values()
    assert row.failure is not None
    assert (row.state, row.failure.code) == ("failed", "not_supported")
    assert row.failure.reason == (
        "The provider does not know en-US. "
        "No other provider of the profile takes the recording either."
    )
    assert created(there) == (0, 0)


def test_options_are_settled_anew_from_what_was_asked_for() -> None:
    profile = msgspec.structs.replace(BOTH, options=Options(key_terms=("Dropscribe",)))
    there = world(profile, second=TERMS)
    there.endpoints["one"].errors["submit"] = [ProviderUnfunded("empty")] * 9
    there.drop("a.wav")
    there.run()
    [request] = there.endpoints["two"].created
    assert request.options.key_terms == ("Dropscribe",)


def test_a_recording_that_nobody_else_takes_stays_and_waits() -> None:
    there = world(second=HEBREW)
    there.endpoints["one"].errors["submit"] = [ProviderUnfunded("empty")] * 3
    there.drop("a.wav")
    there.run()
    assert created(there) == (1, 0)
    assert transcript(there, "a.wav")["provider"]["warnings"] == [
        "The account at first holds too little money. No other provider takes the recording: "
        "The provider does not know en-US."
    ]


def test_a_substitute_without_the_mode_does_it_in_the_one_that_it_has() -> None:
    profile = msgspec.structs.replace(BOTH, mode="express")
    there = world(profile)
    there.endpoints["one"].errors["submit"] = [ProviderUnfunded("empty")] * 9
    there.drop("a.wav")
    there.run()
    assert [request.mode for request in there.endpoints["two"].created] == ["standard"]
    assert transcript(there, "a.wav")["provider"]["warnings"][-1] == (
        "second has no mode express; it was done as standard."
    )


def test_two_messages_of_one_job_move_it_once() -> None:
    there = world()
    there.endpoints["one"].errors["submit"] = [ProviderUnfunded("empty")] * 9
    for i in range(150):
        there.drop(f"{i:03}.wav")
    save = there.store.save
    done: list[bool] = []

    def save_and_overtake(*args: Any, **kwargs: Any) -> Any:
        """As soon as the reason is written, another instance gets the same message."""
        saved = save(*args, **kwargs)
        if saved is not None and saved.failure is not None and not done:
            done.append(True)
            there.step(Submit(batch_id=saved.batch_id, job_id=saved.id))
        return saved

    there.store.save = save_and_overtake  # type: ignore[method-assign]
    there.run()
    assert done
    assert created(there) == (0, 1)
    assert len(there.endpoints["two"].created[0].content_urls) == 150
    assert_all_is_well(there)


def test_what_leaves_many_small_jobs_is_planned_together() -> None:
    there = world(first=msgspec.structs.replace(LIMITS, files_per_job=1))
    there.endpoints["one"].errors["submit"] = [ProviderUnfunded("empty")] * 100
    for i in range(40):
        there.drop(f"{i:03}.wav")
    plans: list[Plan] = []
    send = there.queue.send

    def count(message: Message, **when: Any) -> None:
        plans.extend([message] if isinstance(message, Plan) else [])
        send(message, **when)

    there.queue.send = count  # type: ignore[method-assign]
    there.run()
    sizes = [len(call.content_urls) for call in there.endpoints["two"].created]
    assert sum(sizes) == 40 and len(sizes) <= 2
    assert len(plans) < 10
    assert_all_is_well(there)


def crash_after(there: World, calls: int) -> Callable[[], int]:
    trap = Trap(there, calls, {key: value for key, value in PORTS.items() if key != "provider"})
    return lambda: trap.calls


def dropped() -> World:
    there = world()
    there.endpoints["one"].errors["submit"] = [ProviderUnfunded("empty")] * 100
    for i in range(3):
        there.audio.drop(f"{i}.wav", a_second_of_silence(), there.clock.now())
        there.register("audio", f"{i}.wav")
    return there


@pytest.mark.long
def test_whoever_dies_while_moving_is_followed_and_nothing_is_paid_twice() -> None:
    whole = dropped()
    count = crash_after(whole, 0)
    whole.run()
    for calls in range(1, count() + 1):
        there = dropped()
        crash_after(there, calls)
        try:
            there.run()
        except Crash:
            there.start()
            there.run()
        assert {row.state for row in there.rows().values()} == {"transcribed"}
        assert not there.endpoints["one"].created
        assert set(there.endpoints["two"].transcribed.values()) == {1}
        assert_all_is_well(there)
