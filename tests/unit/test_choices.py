"""Whose choice a refused create call blames, and what becomes of the recordings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from shared.endpoints.choose import down
from shared.errors import (
    ChoiceRefused,
    EndpointDown,
    ProviderError,
    ProviderRefused,
    ProviderUnfunded,
)
from shared.model.endpoint.endpoint import UNFUNDED
from shared.model.profile.options import Options
from shared.ports.provider import JobRequest
from shared.providers.assemblyai.answers import error_of as error_of_assemblyai
from shared.providers.azure_speech.answers import error_of as error_of_azure
from shared.providers.choices import accepted_models, blamed
from shared.providers.soferai.answers import error_of as error_of_soferai
from tests.fakes.api import Api
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import FakeProvider
from tests.fakes.world import World
from tests.unit.test_fall_over import BOTH, created, transcript, world
from tests.unit.test_recovery_guard import Place

USUAL = ("new-3", "old-2")
CALL = JobRequest(
    mark="m", display_name="", options=Options(), content_urls=("https://audio.example/a.wav",)
)


def outcome(said: str, status: int = 400, **options: Any) -> ProviderError:
    usual = () if "models" in options else USUAL
    return blamed(ProviderRefused(said), status, said, Options(**options), usual)


@pytest.mark.parametrize(
    "said",
    [
        "Invalid speech model",
        "new-3 was retired. See our page on pre-recorded audio.",
        "The API version is not supported",
        "InvalidLocale: en-US is not served here",
        "filter_profanity is not accepted any more",
        "webhook_auth_header_name is unknown",
    ],
)
def test_what_no_profile_named_is_the_choice_of_the_app(said: str) -> None:
    assert isinstance(outcome(said), ChoiceRefused)


@pytest.mark.parametrize("status", [404, 405, 410, 415, 426])
def test_an_address_that_is_not_served_is_no_recordings_fault(status: int) -> None:
    assert isinstance(outcome("Not found", status), ChoiceRefused)


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("Invalid speech model", {"models": ("mine-1",)}),
        ("InvalidModel", {"model": "https://models.example/1"}),
        ("The language_code is not supported", {"locale": "de-DE"}),
        ("models are not available in this language: speaker_labels", {"max_speakers": 2}),
        ("audio_url must be a valid URL", {}),
        ("The file is too long for this model", {}),
        ("too long for new-3", {}),
        ("Bad request", {}),
    ],
)
def test_what_a_profile_named_or_one_recording_has_is_refused(
    said: str, options: dict[str, Any]
) -> None:
    assert not isinstance(outcome(said, **options), ChoiceRefused)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ('must be a list of one or more of: "new-4", "old-2"', ("new-4", "old-2")),
        ("new-3 is no longer accepted, use new-4 instead", ("new-4",)),
        ("new-3 is not supported. Supported models: new-4 and old-2.", ("new-4", "old-2")),
        ("new-3 was retired", ()),
        ("Use another one for pre-recorded calls", ()),
        ("Use new-3 or old-2", ()),
    ],
)
def test_an_answer_names_what_it_takes_in_place(said: str, found: tuple[str, ...]) -> None:
    assert accepted_models(said, USUAL) == found


@pytest.mark.parametrize("error_of", [error_of_assemblyai, error_of_azure, error_of_soferai])
@pytest.mark.parametrize("body", [b"", b"<html>", b'{"error": "Insufficient credits"}'])
def test_402_is_lack_of_money_at_every_provider(
    error_of: Callable[..., ProviderError], body: bytes
) -> None:
    error = error_of(402, {}, body, what="create a transcription")
    assert isinstance(error, ProviderUnfunded)
    assert error.code == "insufficient_funds"


def alone() -> World:
    return World(providers=(FakeProvider("one"),))


def test_a_model_retired_in_the_middle_of_a_batch_fails_nothing_and_pays_nothing_twice() -> None:
    there = alone()
    there.drop("a.wav")
    there.run()
    there.endpoints["one"].errors["submit"] = [ChoiceRefused("gone", code="choice_refused")] * 8
    for name in "bcdef":
        there.drop(f"{name}.wav")
    there.run()
    assert {row.state for row in there.rows().values()} == {"transcribed"}
    assert all(row.attempt == 1 for row in there.rows().values())
    sources = [url for one in there.endpoints["one"].created for url in one.content_urls]
    assert len(sources) == len(set(sources)) == 6
    assert_all_is_well(there)


def test_the_next_provider_takes_over_after_its_time() -> None:
    there = world(BOTH)
    there.endpoints["one"].errors["submit"] = [ChoiceRefused("gone")] * 10_000
    there.drop("a.wav")
    began_at = there.clock.now()
    there.run()
    assert created(there) == (0, 1)
    [row] = there.rows().values()
    assert row.submitted_at is not None
    assert 900 <= (row.submitted_at - began_at).total_seconds() < 2_000
    [warning] = transcript(there, "a.wav")["provider"]["warnings"]
    assert "did not take what is usual here" in warning
    assert_all_is_well(there)


def told_by_health(there: World) -> tuple[str, str | None]:
    [endpoint] = Api(lambda: there.app)("get_health").json["endpoints"]
    return endpoint["status"], endpoint.get("reason")


def until_it_is_tried(there: World) -> None:
    for _ in range(20):
        there.clock.advance(10)
        there.drain()
        if there.endpoints["one"].calls["submit"]:
            return
    raise AssertionError("no create call was made")


def test_health_says_why_new_jobs_wait_until_they_go_on() -> None:
    there = alone()
    there.endpoints["one"].errors["submit"] = [ChoiceRefused("gone", code="choice_refused")] * 2
    there.drop("a.wav")
    until_it_is_tried(there)
    assert list(down(there.book.all(), there.clock.now())) == ["one"]
    assert told_by_health(there) == ("paused", "ChoiceRefused choice_refused")
    there.run()
    assert {row.state for row in there.rows().values()} == {"transcribed"}
    assert there.book.state("one").trouble(there.clock.now()) is None


def test_an_empty_account_shows_in_health() -> None:
    there = alone()
    there.endpoints["one"].errors["submit"] = [ProviderUnfunded("empty")]
    there.drop("a.wav")
    until_it_is_tried(there)
    assert told_by_health(there) == ("paused", UNFUNDED)


def test_what_was_sent_is_still_asked_about_while_new_jobs_wait() -> None:
    place = Place(instances=2)
    for pause in (30, 60, 120):
        place.provider.errors["submit"] = [ChoiceRefused("gone")]
        with pytest.raises(ChoiceRefused):
            place.instances[0].submit(CALL)
        for instance in place.instances:
            with pytest.raises(EndpointDown):
                instance.submit(CALL)
        assert [place.ask(0), place.ask(1)] == [None, None]
        assert place.state.closed_until_at == place.clock.now() + timedelta(seconds=pause)
        place.clock.advance(pause)
    place.instances[1].submit(CALL)
    assert place.state.closings == 0 and place.state.closed_since_at is None
    place.instances[0].submit(CALL)
