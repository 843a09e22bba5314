"""Create calls that are refused in words nobody knows: whose fault it is, other calls show."""

from __future__ import annotations

from typing import Any

import pytest

from shared.errors import ChoiceRefused, ProviderRefused, RefusedInDoubt
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.providers.choices import blamed
from tests.fakes.api import Api
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import FakeProvider
from tests.fakes.world import World
from tests.unit.test_fall_over import BOTH, created, world

CALLS = Profile(name="calls", prefixes=("calls",), options=Options(locale="de-DE"))
OTHERS = Profile(options=Options(locale="en-US"))


@pytest.mark.parametrize("said", ["Bad request", "E4711", "", "Please contact support."])
def test_words_that_nobody_knows_leave_it_in_doubt(said: str) -> None:
    for options in (Options(), Options(locale="de-DE", max_speakers=2)):
        assert isinstance(blamed(ProviderRefused(said), 400, said, options), RefusedInDoubt)


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("audio_url must be a valid URL", {}),
        ("The file is too long", {}),
        ("The language_code is not supported", {"locale": "de-DE"}),
        ("webhook is unknown", {}),
    ],
)
def test_words_that_are_known_do_not(said: str, options: dict[str, Any]) -> None:
    error = blamed(ProviderRefused(said), 400, said, Options(**options))
    assert not isinstance(error, RefusedInDoubt)


class Refusing(FakeProvider):
    """Refuses what `bad` tells of a create call, in words that nobody knows."""

    def __init__(self, name: str = "one") -> None:
        super().__init__(name)
        self.bad: Any = lambda request: True
        self.refused = 0

    def submit(self, request: Any) -> str:
        if self.bad(request):
            self.refused += 1
            raise RefusedInDoubt("E4711", code="E4711")
        return super().submit(request)


def place(**more: Any) -> tuple[World, Refusing]:
    provider = Refusing()
    return World(providers=(provider,), profiles=(OTHERS, CALLS), **more), provider


def pass_time(there: World, minutes: int) -> None:
    for _ in range(2 * minutes):
        there.clock.advance(30)
        there.drain()
        there.complete_all()
        there.drain()


@pytest.mark.long
@pytest.mark.parametrize("files_per_job", [1, 1000])
def test_refusal_of_everything_is_booked_to_nobody(files_per_job: int) -> None:
    there, provider = place(files_per_job=files_per_job)
    for i in range(6):
        there.drop(f"calls/{i}.wav")
        there.drop(f"{i}.wav")
    pass_time(there, 300)
    assert 3 <= provider.refused < 600
    assert set(there.states().values()) == {"planned"}
    health = Api(lambda: there.app)("get_health").json
    if files_per_job == 1:
        [endpoint] = health["endpoints"]
        assert (endpoint["status"], endpoint["reason"]) == ("paused", "RefusedInDoubt E4711")
    provider.bad = lambda request: False
    there.run()
    assert set(there.states().values()) == {"transcribed"}
    assert all(row.attempt == 1 for row in there.rows().values())
    assert set(provider.transcribed.values()) == {1}
    assert_all_is_well(there)


def test_one_that_is_bad_among_others_is_known_by_them() -> None:
    there, provider = place(files_per_job=1)
    provider.bad = lambda request: "bad" in request.content_urls[0]
    there.drop("bad.wav")
    there.clock.advance(1)
    for i in range(5):
        there.drop(f"{i}.wav")
    there.run()
    states = there.states()
    assert states.pop("bad.wav") == "failed" and set(states.values()) == {"transcribed"}
    [row] = [row for row in there.rows().values() if row.state == "failed"]
    assert row.failure is not None and row.failure.kind == "configuration"
    assert provider.refused == 2
    assert_all_is_well(there)


@pytest.mark.long
def test_many_that_are_bad_do_not_keep_the_others_waiting() -> None:
    there, provider = place(files_per_job=1)
    provider.bad = lambda request: "calls" in request.content_urls[0]
    for i in range(30):
        there.drop(f"calls/{i}.wav")
    there.clock.advance(300)
    there.drain()
    there.drop("good.wav")
    pass_time(there, 60)
    assert there.states()["good.wav"] == "transcribed"
    there.drop("another.wav")
    there.run()
    assert set(there.states().values()) == {"failed", "transcribed"}
    assert_all_is_well(there)


def test_one_that_nobody_else_can_show_is_booked_after_an_hour() -> None:
    there, provider = place()
    there.drop("calls/a.wav")
    pass_time(there, 50)
    assert there.states() == {"calls/a.wav": "planned"}
    assert provider.refused < 15
    pass_time(there, 30)
    there.run()
    assert there.states() == {"calls/a.wav": "failed"}
    assert_all_is_well(there)


def test_the_next_provider_takes_over_after_its_time() -> None:
    there = world(BOTH)
    there.endpoints["one"].errors["submit"] = [RefusedInDoubt("E4711")] * 10_000
    for i in range(4):
        there.drop(f"{i}.wav")
    there.run()
    assert set(there.states().values()) == {"transcribed"}
    assert created(there)[1] >= 1
    assert_all_is_well(there)


def test_what_was_taken_before_proves_nothing() -> None:
    there, provider = place(files_per_job=1)
    provider.bad = lambda request: False
    there.drop("before.wav")
    there.run()
    provider.bad = lambda request: True
    there.drop("after.wav")
    pass_time(there, 30)
    assert there.states()["after.wav"] == "planned"
    assert not isinstance(RefusedInDoubt("x"), ChoiceRefused)
