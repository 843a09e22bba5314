"""A profile can name the endpoints that may do its work: data that must not leave a region."""

from __future__ import annotations

import pytest

from shared.configuration.profiles import parse_profiles
from shared.errors import ConfigurationError, ProviderUnavailable
from shared.model.profile.profile import Profile
from tests.fakes.provider import FakeProvider
from tests.fakes.world import World

KNOWN = {"east": "azure-speech", "west": "azure-speech", "soferai": "soferai"}


def parsed(text: str) -> tuple[Profile, ...]:
    providers = set(KNOWN.values())
    return parse_profiles(text, file="profiles.toml", providers=providers, endpoints=KNOWN)


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as raised:
        parsed(text)
    return list(raised.value.problems)


def world() -> World:
    here = Profile(name="here", prefixes=("here",), endpoints=("west",))
    return World(profiles=(Profile(), here), providers=(FakeProvider("east"), FakeProvider("west")))


def test_its_work_goes_there_alone_however_busy_it_is() -> None:
    there = world()
    for i in range(5):
        there.drop(f"here/{i}.wav")
        there.drop(f"{i}.wav")
        there.clock.advance(70)
        there.drain()
    there.run()
    done = {name: set(p.transcribed) for name, p in there.endpoints.items()}
    assert not [source for source in done["east"] if "/here/" in source]
    assert len([source for source in done["west"] if "/here/" in source]) == 5
    assert set(there.states().values()) == {"transcribed"}


def test_while_it_is_out_the_work_waits() -> None:
    there = world()
    there.endpoints["west"].errors["submit"] = [ProviderUnavailable("503")] * 20
    there.drop("here/a.wav")
    there.run()
    assert not there.endpoints["east"].created
    assert there.states() == {"here/a.wav": "transcribed"}


def test_recordings_of_other_endpoints_share_no_job() -> None:
    profiles = tuple(
        Profile(name=name, prefixes=(name,), endpoints=(name,)) for name in ("east", "west")
    )
    there = World(
        profiles=(Profile(), *profiles), providers=(FakeProvider("east"), FakeProvider("west"))
    )
    there.drop("east/a.wav")
    there.drop("west/a.wav")
    there.run()
    assert {job.endpoint: job.endpoints for job in there.store.job_rows.values()} == {
        "east": ("east",),
        "west": ("west",),
    }


def test_names_are_checked_when_the_file_is_read() -> None:
    assert parsed('[profile.x]\nprefixes = ["x"]\nendpoints = ["west"]')[1].endpoints == ("west",)
    [problem] = problems('[profile.x]\nprefixes = ["x"]\nendpoints = ["west", "wset"]')
    assert "'wset' is not known, did you mean west?" in problem
    [problem] = problems('[default]\nproviders = ["azure-speech", "soferai"]\nendpoints = ["east"]')
    assert "names none of soferai" in problem
