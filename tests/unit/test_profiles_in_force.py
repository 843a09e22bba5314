"""The profiles of before stay in force where those of a release have mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.configuration.in_force import profiles_in_force
from shared.configuration.settings import Settings, read_settings
from shared.errors import ConfigurationError, StoreUnavailable
from shared.model.profile.profile import KEPT_PROFILES
from shared.ports.ground import ProfilesFile
from tests.fakes.api import Api
from tests.fakes.world import World

GOOD = '[default]\nlocale = "de-DE"\n'
WRONG = '[default]\nlocale = "de-DE"\ncolour = "red"\n'
ENVIRONMENT = {
    "DATA_STORAGE": "UseDevelopmentStorage=true",
    "SPEECH_ENDPOINT": "https://speech.example",
    "SPEECH_KEY": "key",
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({**ENVIRONMENT, "PROFILES_FILE": str(tmp_path / "profiles.toml")})


def release(settings: Settings, text: str) -> None:
    Path(settings.profiles_file).write_text(text, encoding="utf-8")


def test_those_of_the_release_are_in_force_and_nothing_is_looked_up(settings: Settings) -> None:
    release(settings, GOOD)

    def recall(name: str) -> bytes | None:
        raise AssertionError(name)

    found = profiles_in_force(settings, recall)
    assert (found.text, found.problems) == (GOOD, ())


def test_where_they_have_mistakes_those_of_before_stay_in_force(settings: Settings) -> None:
    release(settings, WRONG)
    found = profiles_in_force(settings, {KEPT_PROFILES: GOOD.encode()}.get)
    assert found.profiles[0].options.locale == "de-DE"
    assert found.text == GOOD
    (problem,) = found.problems
    assert "colour" in problem


@pytest.mark.parametrize("kept", [None, b"", b"[default", b"\xff", WRONG.encode()])
def test_where_none_are_kept_that_are_any_good_the_mistakes_stop_it(
    settings: Settings, kept: bytes | None
) -> None:
    release(settings, WRONG)
    with pytest.raises(ConfigurationError, match="colour"):
        profiles_in_force(settings, lambda _: kept)


def test_where_storage_does_not_answer_the_mistakes_are_told(settings: Settings) -> None:
    release(settings, WRONG)

    def recall(name: str) -> bytes | None:
        raise StoreUnavailable(name)

    with pytest.raises(ConfigurationError, match="colour"):
        profiles_in_force(settings, recall)


def world(text: str, *problems: str) -> World:
    return World(profiles_file=ProfilesFile(text, problems))


def test_the_sweep_keeps_the_file_that_is_in_force() -> None:
    there = world(GOOD)
    there.requests.memory[KEPT_PROFILES] = b"older"
    there.sweep()
    assert there.requests.memory[KEPT_PROFILES] == GOOD.encode()


def test_health_tells_of_refused_profiles_while_work_goes_on() -> None:
    there = world(GOOD, "profiles.toml: [default] colour: no such key")
    there.drop("a.wav")
    there.run()
    assert there.states() == {"a.wav": "transcribed"}
    got = Api(lambda: there.app)("get_health")
    assert (got.status, got.json["status"], got.json["storage"]) == (200, "degraded", "ok")
    assert got.json["problems"] == ["profiles.toml: [default] colour: no such key"]
