"""A finder is there where the settings say so, and profiles are held against what it finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.__main__ import check_profiles
from shared.configuration.in_force import parsed
from shared.configuration.offered import at_best, capabilities_by, prices_by
from shared.configuration.profiles import parse_profiles
from shared.configuration.settings import Settings, read_settings
from shared.connections import finder, http_client
from shared.errors import ConfigurationError
from shared.model.money.price import RecordRate, estimate
from shared.model.profile.options import Options
from tests.unit.test_settings import LEAST

ADDRESS = {"LANGUAGE_ENDPOINT": "https://lang.example"}
NAMES = '[profile.calls]\nprefixes = ["calls"]\nredact = ["person_name"]\n'


def settings(**more: str) -> Settings:
    return read_settings(LEAST | more)


def test_without_an_address_there_is_none() -> None:
    assert finder(settings(), http_client()) is None
    assert all(one.finds is None for one in capabilities_by(settings()).values())


def test_with_an_address_it_is_asked_for_every_provider_and_lane() -> None:
    found = settings(**ADDRESS, LANGUAGE_KEY="k", LANGUAGE_CALLS_PER_MINUTE="60")
    made = finder(found, http_client())
    assert made is not None and made.calls_per_minute == 60
    for one in capabilities_by(found).values():
        assert one.finds == made.finds
        assert all(lane.finds == made.finds for lane in one.in_mode.values())


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"LANGUAGE_KEY": "k"}, "LANGUAGE_KEY: is set without LANGUAGE_ENDPOINT, expected both"),
        (
            {"LANGUAGE_ENDPOINT": "http://lang.example"},
            "LANGUAGE_ENDPOINT: is not encrypted, expected an https:// address",
        ),
        (
            ADDRESS | {"LANGUAGE_API_VERSION": "newest"},
            "LANGUAGE_API_VERSION: 'newest' is not a version, expected such as 2026-05-01",
        ),
    ],
)
def test_what_is_wrong_with_it_is_told_at_start(given: dict[str, str], problem: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        settings(**given)
    assert raised.value.problems == (problem,)


def test_what_it_costs_is_in_the_price_of_what_is_redacted() -> None:
    asked = Options(redact=("person_name",))
    plain = estimate(prices_by(settings()), "azure-speech", "standard", asked, 3_600_000, 2)
    dear = estimate(
        prices_by(settings(**ADDRESS, LANGUAGE_PRICE="2")),
        "azure-speech",
        "standard",
        asked,
        3_600_000,
        2,
    )
    assert plain is not None and dear is not None
    assert dear.amount - plain.amount == pytest.approx(0.11)
    by_itself = [
        estimate(prices_by(of), "assemblyai", "standard", asked, 3_600_000, 2)
        for of in (settings(), settings(**ADDRESS))
    ]
    assert by_itself[0] == by_itself[1]


def test_new_profiles_must_not_ask_for_what_nobody_finds() -> None:
    found = settings()
    with pytest.raises(ConfigurationError) as raised:
        parsed(NAMES, found, is_new=True)
    assert raised.value.problems == (
        "profiles.toml: [profile.calls] redact: nobody finds person_name in en-US, expected "
        'another provider, fewer kinds, or redact_unsupported = "net"',
    )
    assert parsed(NAMES, found), "what was in force before stays so"
    assert parsed(NAMES, settings(**ADDRESS), is_new=True)
    assert parsed(f'{NAMES}redact_unsupported = "net"\n', found, is_new=True)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ('locale = "eo-EO"', "nobody finds person_name in eo-EO"),
        ('redact = ["gdpr"]\nlocale = "de-DE"', "nobody finds username, religion"),
    ],
)
def test_check_profiles_tells_of_what_no_deployment_could_find(
    tmp_path: Path, more: str, says: str
) -> None:
    file = tmp_path / "profiles.toml"
    file.write_text(NAMES)
    assert check_profiles(file) == 0
    lines = dict(line.split(" = ", 1) for line in [*NAMES.splitlines()[1:], *more.splitlines()])
    table = "\n".join(f"{key} = {value}" for key, value in lines.items())
    file.write_text(f"[profile.calls]\n{table}\n")
    with pytest.raises(ConfigurationError, match=says):
        check_profiles(file)


def test_what_it_finds_for_insights_has_the_same_price() -> None:
    assert prices_by(settings()).records is None
    found = prices_by(settings(**ADDRESS, LANGUAGE_PRICE="2")).records
    assert found == RecordRate(per_thousand=2.0, insights=("sentiment", "key_phrases", "entities"))


def test_one_provider_of_several_that_can_is_enough() -> None:
    text = '[profile.calls]\nprefixes = ["a"]\nredact = ["religion"]\nproviders = [{}]\n'
    both = text.format('"azure-speech", "assemblyai"')
    known = at_best()
    assert parse_profiles(both, file="p", providers=set(known), capabilities=known)
    with pytest.raises(ConfigurationError, match="religion"):
        parse_profiles(
            text.format('"azure-speech", "soferai"'),
            file="p",
            providers=set(known),
            capabilities=known,
        )
