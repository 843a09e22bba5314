"""Names leave what is stored, and while nobody finds them recordings wait."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from shared.errors import (
    ChoiceRefused,
    ProviderError,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
)
from shared.model.policy import Policy
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.providers.azure_speech.capabilities import BATCH
from tests.fakes.finder import FakeFinder
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import heard
from tests.fakes.world import World

NAME = "call Gonzalez.wav"  # the stand-in of a provider hears the name of the file


def profile(*kinds: str, formats: tuple[str, ...] = ("vtt", "txt"), **options: object) -> Profile:
    asked = msgspec.convert({"redact": kinds, "redact_with": "kind", **options}, Options)
    return Profile(options=asked, formats=formats)  # type: ignore[arg-type]


def world_of(finder: FakeFinder, *, unsupported: str = "fail") -> World:
    kinds = ("person_name", "phone_number")
    return World(profiles=(profile(*kinds, redact_unsupported=unsupported),), finder=finder)


def said_in(world: World) -> str:
    """What was said, as far as it is stored: names of files are their owner's."""
    said = []
    for path, file in world.outputs.files.items():
        if path.startswith("transcripts/") and path.endswith(".json"):
            stored = msgspec.json.decode(file.content)
            said.append(msgspec.json.encode([stored["text"], stored["utterances"]]).decode())
        elif path.startswith("transcripts/"):
            said.append(file.content.decode())
    return "\n".join(said)


@pytest.fixture
def finder() -> FakeFinder:
    return FakeFinder({"Gonzalez": "person_name"})


def test_a_name_leaves_all_that_is_stored(finder: FakeFinder) -> None:
    world = world_of(finder)
    world.drop(NAME)
    world.run()
    assert world.states() == {NAME: "transcribed"}
    assert "[PERSON_NAME]" in said_in(world) and "Gonzalez" not in said_in(world)
    assert set(finder.asked) == {"person_name", "phone_number"}
    (stored,) = (f.content for p, f in world.outputs.files.items() if p.endswith(f"{NAME}.json"))
    assert msgspec.json.decode(stored)["redaction"]["by"] == ["azure-language", "net"]
    assert_all_is_well(world)


def test_who_wants_nothing_hidden_asks_nobody(finder: FakeFinder) -> None:
    world = World(finder=finder)
    world.drop(NAME)
    world.run()
    assert not finder.calls and "Gonzalez" in said_in(world)


def test_a_provider_that_redacts_by_itself_needs_no_finder(finder: FakeFinder) -> None:
    redacts = msgspec.structs.replace(BATCH, extras=BATCH.extras | {"redact"})
    world = World(
        profiles=(profile("person_name"),), finder=finder, capabilities={"azure-speech": redacts}
    )
    world.drop(NAME)
    world.run()
    assert world.states() == {NAME: "transcribed"} and not finder.calls


TROUBLE: dict[str, ProviderError] = {
    "down": ProviderUnavailable("no route"),
    "wrong key": ProviderUnauthorised("who are you"),
    "throttled": ProviderThrottled("slower", retry_after_seconds=7),
    "refused as such": ChoiceRefused("no such version"),
}


@pytest.mark.parametrize("trouble", TROUBLE)
def test_while_nobody_finds_it_the_recording_waits(finder: FakeFinder, trouble: str) -> None:
    """And other recordings, and its attempts, are none the worse."""
    world = world_of(finder)
    world.profiles = (world.profiles[0], _open())
    world.start()
    finder.errors += [TROUBLE[trouble]] * 20
    world.drop(NAME)
    world.drop("open/plain.wav")
    with pytest.raises(AssertionError, match="still open"):
        world.run(hours=0.05)
    assert world.states() == {NAME: "planned", "open/plain.wav": "transcribed"}
    assert not [path for path in world.outputs.files if NAME in path]
    finder.errors.clear()
    world.run()
    row = world.rows()[NAME]
    assert row.state == "transcribed" and row.attempt == 1 and not row.fetches
    assert "Gonzalez" not in said_in(world)
    assert len(world.provider.created) == 2 and not world.poison
    assert_all_is_well(world)


def test_health_tells_of_a_finder_that_is_down(finder: FakeFinder) -> None:
    world = world_of(finder)
    finder.errors += [ProviderUnauthorised("who are you")] * 20
    world.drop(NAME)
    with pytest.raises(AssertionError, match="still open"):
        world.run(hours=0.05)
    asked = len(finder.calls)
    while len(finder.calls) == asked:  # the pause is over, and it is tried once more
        world.clock.advance(30)
        world.drain()
    health = world.app.health()
    found = {one.name: one for one in health.endpoints}["azure-language.finder"]
    assert (found.provider, found.status) == ("azure-language", "paused")
    assert "ProviderUnauthorised" in found.reason and health.status == "degraded"


def test_where_nothing_was_said_nobody_looked(finder: FakeFinder) -> None:
    silent = lambda source: msgspec.structs.replace(heard(source), utterances=())  # noqa: E731
    world = world_of(finder)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("tests.fakes.provider.heard", silent)
        world.drop(NAME)
        world.run()
    assert world.states() == {NAME: "transcribed"} and not finder.calls
    (stored,) = (f.content for p, f in world.outputs.files.items() if p.endswith(f"{NAME}.json"))
    assert msgspec.json.decode(stored)["redaction"]["by"] == ["net"]


def _open() -> Profile:
    return Profile(name="open", prefixes=("open",))


@pytest.mark.long
def test_a_finder_that_is_down_for_two_days_loses_nothing(finder: FakeFinder) -> None:
    world = world_of(finder)
    down = ProviderUnavailable("no route")
    finder.errors = _Endless(down)
    world.drop(NAME)
    with pytest.raises(AssertionError, match="still open"):
        world.run(hours=48)
    assert world.states() == {NAME: "planned"} and len(finder.calls) < 1_000
    finder.errors = []
    world.run()
    row = world.rows()[NAME]
    assert row.state == "transcribed" and row.attempt == 1
    assert_all_is_well(world)


class _Endless(list[Exception]):
    def __init__(self, error: Exception) -> None:
        super().__init__([error])

    def pop(self, index: object = -1) -> Exception:
        return self[0]


@pytest.mark.parametrize(("times", "state"), [(1, "transcribed"), (2, "failed")])
def test_what_cannot_be_believed_is_asked_for_once_more(
    finder: FakeFinder, times: int, state: str
) -> None:
    world = world_of(finder)
    finder.doubted = times
    world.drop(NAME)
    world.run()
    row = world.rows()[NAME]
    assert row.state == state
    if row.failure is not None:
        assert row.failure.code == "redaction_failed"
        assert not [path for path in world.outputs.files if path.startswith("transcripts/")]
    assert "Gonzalez" not in said_in(world)
    assert_all_is_well(world)


@pytest.mark.parametrize(("unsupported", "state"), [("fail", "failed"), ("net", "transcribed")])
def test_a_language_that_nobody_knows_fails_or_is_kept_to_the_net(
    finder: FakeFinder, unsupported: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spanish = lambda source: msgspec.structs.replace(  # noqa: E731
        heard(source),
        utterances=tuple(
            msgspec.structs.replace(one, language="es-ES") for one in heard(source).utterances
        ),
    )
    monkeypatch.setattr("tests.fakes.provider.heard", spanish)
    world = world_of(finder, unsupported=unsupported)
    world.drop(f"310 555 0122 {NAME}")
    world.run()
    (row,) = world.rows().values()
    assert row.state == state and "310 555" not in said_in(world)
    assert row.failure is None or row.failure.code == "redaction_language"
    assert row.outcome is None or row.outcome.needs_review


def test_it_is_refused_before_it_is_paid_where_the_language_is_told(finder: FakeFinder) -> None:
    world = World(profiles=(profile("person_name", locale="es-ES"),), finder=finder)
    world.drop(NAME)
    world.run()
    (row,) = world.rows().values()
    assert row.failure is not None and row.failure.code == "no_redaction"
    assert not world.provider.created


def test_where_the_owner_puts_up_with_it_that_is_noted(finder: FakeFinder) -> None:
    asked = profile("person_name", "religion", redact_unsupported="net")
    world = World(profiles=(asked,), finder=finder)
    world.drop(NAME)
    world.run()
    (row,) = world.rows().values()
    assert row.state == "transcribed" and "religion" in "".join(row.notes)
    assert "Gonzalez" not in said_in(world)


def test_those_of_a_slice_are_asked_about_together(finder: FakeFinder) -> None:
    """At most 0.4 calls for a recording of up to six minutes."""
    world = world_of(finder)
    world.policy, world.gather_seconds = Policy(slice_size=50), 0.5
    with ThreadPoolExecutor(16) as pool:
        world.pool = pool
        world.start()
        for n in range(50):
            world.drop(f"{n} {NAME}")
        world.run()
    assert set(world.states().values()) == {"transcribed"}
    a_recording = len(finder.calls) / 50
    print(f"{len(finder.calls)} calls for 50 recordings: {a_recording} each")
    assert a_recording <= 0.4 and max(map(len, finder.calls)) == 5
    assert "Gonzalez" not in said_in(world)
