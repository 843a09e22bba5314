"""Profiles are changed without a deployment: given by an owner, checked as a whole, versioned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from local.__main__ import check_profiles
from shared import bootstrap
from shared.application import Application
from shared.configuration.in_force import parsed
from shared.configuration.settings import Settings, read_settings
from shared.errors import ConfigurationError, StoreUnavailable
from shared.model.profile.profile import GIVEN_PROFILES, KEPT_PROFILES
from tests.fakes.api import Api, Got
from tests.fakes.world import OWNER_KEY, World

RELEASE = '[default]\nlocale = "en-US"\n'
GIVEN = '[default]\nlocale = "de-DE"\n\n[profile.calls]\nprefixes = ["calls"]\n'
WRONG = '[default]\nlocale = "de-DE"\ncolour = "red"\nformats = ["pdf"]\n'
ENVIRONMENT = {
    "DATA_STORAGE": "UseDevelopmentStorage=true",
    "SPEECH_ENDPOINT": "https://speech.example",
    "SPEECH_KEY": "key",
}


class Place:
    """A process on stand-ins: storage is that of a `World`, and seconds pass by hand."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, world: World) -> None:
        self.world, self.seconds = world, 0.0
        self.file = folder / "profiles.toml"
        self.file.write_text(RELEASE)
        self._settings = read_settings({**ENVIRONMENT, "PROFILES_FILE": str(self.file)})
        monkeypatch.setattr(bootstrap, "read_settings", lambda: self._settings)
        monkeypatch.setattr(bootstrap, "build", self._build)
        self.application = bootstrap.Lasting(lambda: self.seconds)

    def api(self, name: str, **more: Any) -> Got:
        """As the owner."""
        headers = {"Authorization": f"Bearer {OWNER_KEY}"}
        return Api(self.application)(name, headers=headers, **more)

    def _build(self, settings: Settings, *, takes_given: bool) -> Application:
        assert takes_given
        ports = self.world.app.ports
        given = bootstrap.given_text(ports.requests)
        found = bootstrap._in_force(settings, ports.requests, given)
        return Application(ports._replace(**bootstrap._of_profiles(settings, found)))

    def wait(self, seconds: float = 61) -> None:
        self.seconds += seconds
        self.world.clock.advance(seconds)

    @property
    def locale(self) -> str:
        return self.application().known.profiles[0].options.locale

    @property
    def health(self) -> Any:
        return self.api("get_health").json


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return Place(tmp_path, monkeypatch, World())


def give(place: Place, text: str, **more: str) -> Any:
    return place.api("give_profiles_file", json_={"toml": text, **more})


def test_without_any_those_of_the_release_are_in_force(place: Place) -> None:
    assert place.locale == "en-US"
    assert place.health["profiles"]["origin"] == "release"
    assert place.api("get_profiles_file").json["toml"] == RELEASE


def test_what_is_given_is_in_force_within_a_minute_in_every_process(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert place.locale == "en-US"
    answer = give(place, GIVEN)
    assert answer.status == 200
    place.wait()
    assert place.locale == "de-DE"
    assert place.health["profiles"] == {"version": answer.json["version"], "origin": "given"}
    assert [p.name for p in place.application().known.profiles] == ["default", "calls"]
    other = Place(tmp_path, monkeypatch, place.world)  # a process that starts later
    assert other.locale == "de-DE"


def test_nothing_is_built_anew_where_nothing_changed(place: Place) -> None:
    before = place.application()
    for _ in range(5):
        place.wait()
        assert place.application() is before


def test_a_file_with_mistakes_is_refused_as_a_whole_and_changes_nothing(place: Place) -> None:
    give(place, GIVEN)
    place.wait()
    refused = give(place, WRONG)
    assert (refused.status, refused.json["code"]) == (422, "profiles_refused")
    told = [fault["message"] for fault in refused.json["faults"]]
    assert len(told) == 2 and "colour" in told[0] and "pdf" in told[1]
    place.wait()
    assert place.locale == "de-DE"
    assert place.health["problems"] == []


def test_one_that_came_to_storage_some_other_way_is_refused_and_told(place: Place) -> None:
    """The old one stays, and health says why."""
    give(place, GIVEN)
    place.wait()
    place.application().sweep()  # keeps what is in force
    place.world.requests.remember(GIVEN_PROFILES, WRONG.encode())
    place.wait()
    assert place.locale == "de-DE"
    found = place.health
    assert found["status"] == "degraded"
    assert len(found["problems"]) == 2
    assert found["profiles"]["origin"] == "kept"
    give(place, GIVEN)
    place.wait()
    assert (place.health["problems"], place.health["profiles"]["origin"]) == ([], "given")


def test_where_nothing_good_is_kept_those_of_the_release_are_in_force(place: Place) -> None:
    place.world.requests.remember(GIVEN_PROFILES, WRONG.encode())
    assert place.locale == "en-US"
    assert place.health["status"] == "degraded"
    assert place.world.requests.recall(KEPT_PROFILES) is None


def test_what_was_given_goes_over_a_release_whose_own_have_mistakes(place: Place) -> None:
    give(place, GIVEN)
    place.file.write_text(WRONG)
    place.application = bootstrap.Lasting(lambda: place.seconds)
    assert place.locale == "de-DE"


def test_two_owners_do_not_undo_each_other(place: Place) -> None:
    first = place.api("get_profiles_file").json["version"]
    assert give(place, GIVEN, replaces=first).status == 200
    late = give(place, RELEASE, replaces=first)
    assert (late.status, late.json["code"]) == (409, "profiles_changed")
    place.wait()
    assert place.locale == "de-DE"


def test_every_version_is_kept_and_the_release_s_own_come_back(place: Place) -> None:
    version = give(place, GIVEN).json["version"]
    assert place.api("take_profiles_file_back").status == 204
    place.wait()
    assert place.locale == "en-US"
    assert place.api("get_profiles_file", query={"file_version": version}).json["toml"] == GIVEN
    missing = place.api("get_profiles_file", query={"file_version": "0" * 12})
    assert (missing.status, missing.json["code"]) == (404, "profiles_missing")


def test_nobody_guesses_while_storage_does_not_say_which_are_in_force(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(name: str) -> bytes | None:
        raise StoreUnavailable(name)

    give(place, GIVEN)
    monkeypatch.setattr(place.world.requests, "recall", silent)
    starts = bootstrap.Lasting(lambda: place.seconds)
    with pytest.raises(StoreUnavailable):
        starts()
    found = Api(starts)("get_health")
    assert (found.status, found.json["storage"]) == (503, "unavailable")
    assert Api(starts)("list_batches").status == 503
    monkeypatch.undo()


def test_a_process_that_runs_goes_on_with_those_of_before(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(place, GIVEN)
    place.wait()
    assert place.locale == "de-DE"

    def silent(name: str) -> bytes | None:
        raise StoreUnavailable(name)

    with monkeypatch.context() as patch:
        patch.setattr(place.world.requests, "recall", silent)
        place.wait()
        assert place.locale == "de-DE"


def test_the_same_version_is_not_paid_for_twice_because_its_profile_changed() -> None:
    """Its batch is another then."""
    settings = read_settings(ENVIRONMENT)
    world = World(profiles=parsed(RELEASE, settings))
    world.drop("calls/a.wav")
    world.run()
    world.profiles = parsed(GIVEN, settings)
    world.start()
    world.register("audio", "calls/a.wav")
    world.run()
    assert len(world.provider.created) == 1
    states = sorted(row.state for row in world.store.rows.values())
    assert states == ["transcribed", "unchanged"]


def test_a_file_can_be_checked_before_it_goes_anywhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(GIVEN)
    assert check_profiles(file) == 0
    assert "2 profiles, no mistakes: default, calls" in capsys.readouterr().out
    file.write_text(WRONG)
    with pytest.raises(ConfigurationError, match="colour"):
        check_profiles(file)


def test_a_language_that_no_provider_knows_is_refused_at_the_start_and_not_of_what_is_kept() -> (
    None
):
    settings, wrong = (
        read_settings(ENVIRONMENT),
        '[profile.a]\nprefixes = ["a"]\nlocale = "en-UK"\n',
    )
    with pytest.raises(ConfigurationError, match="does not know en-UK, did you mean"):
        parsed(wrong, settings)
    assert parsed(wrong, settings, is_kept=True)[1].options.locale == "en-UK"
