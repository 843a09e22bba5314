"""What the owner locked nobody loosens, whichever way it is asked for."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.configuration.profiles import parse_profiles
from shared.errors import ConfigurationError, InputError, ManifestRefused
from shared.model.profile.asked import with_metadata
from shared.model.profile.keys import DEFAULT_KEYS, RECORDING_KEYS, value_of
from shared.model.profile.locks import LOCKABLE, STRICTER, loosened
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile, choose, override
from shared.providers.azure_speech.capabilities import BATCH as LIMITS
from tests.fakes.api import Api
from tests.fakes.provider import FakeProvider
from tests.fakes.world import World, a_second_of_silence

STRICT = Profile(
    name="bank",
    prefixes=("bank",),
    options=Options(redact=("person_name", "credit_card_number"), profanity="masked"),
    locked=("redact", "profanity", "provider", "mode", "time_to_live_hours"),
)
LAX = Profile(name="lax", prefixes=("lax",))
STRICTER_STILL = msgspec.structs.replace(
    STRICT,
    name="stricter",
    prefixes=(),
    options=Options(redact=("person_name", "credit_card_number", "date"), profanity="removed"),
)
KEPT = Profile(name="kept", prefixes=("kept",), may_be_asked_for=False)
FIXED = Profile(name="fixed", prefixes=("fixed",), locked=("profile",))
PROFILES = (Profile(), STRICT, LAX, STRICTER_STILL, KEPT, FIXED)
LOOSER = [
    ("redact", "none"),
    ("redact", "person_name"),
    ("profanity", "none"),
    ("profanity", "tags"),
    ("time_to_live_hours", "744"),
    ("profile", "lax"),
    ("profile", "default"),
]


@pytest.fixture
def world() -> World:
    return World(profiles=PROFILES, capabilities={"azure-speech": EVERYTHING})


EVERYTHING = msgspec.structs.replace(LIMITS, files_per_job=1000)


def failure_of(world: World, name: str) -> str | None:
    failure = world.rows()[name].failure
    return failure.code if failure else None


@pytest.mark.parametrize(("key", "text"), LOOSER)
def test_metadata_loosens_nothing(world: World, key: str, text: str) -> None:
    world.drop("bank/a.wav", metadata={f"dropscribe_{key}": text})
    assert failure_of(world, "bank/a.wav") == "option_locked"
    world.run()
    assert not world.provider.transcriptions


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("redact", "person_name, credit_card_number, date"),
        ("profanity", "removed"),
        ("time_to_live_hours", "6"),
        ("profile", "stricter"),
        ("profile", "bank"),
        ("locale", "de-DE"),
    ],
)
def test_metadata_may_make_it_stricter_and_choose_what_is_not_locked(
    world: World, key: str, text: str
) -> None:
    world.drop("bank/a.wav", metadata={f"dropscribe_{key}": text})
    row = world.rows()["bank/a.wav"]
    assert row.failure is None or row.failure.code != "option_locked"
    assert choose(PROFILES, "bank/a.wav", {f"dropscribe_{key}": text})


HEADS: list[dict[str, Any]] = [
    {"redact": []},
    {"profanity": "none"},
    {"time_to_live_hours": 744},
    {"mode": "express"},
    {"provider": "assemblyai"},
    {"providers": ["azure-speech", "assemblyai"]},
    {"profile": "lax"},
    {"profile": "lax", "redact": ["person_name"]},
]


@pytest.mark.parametrize("head", HEADS)
def test_a_request_loosens_nothing_and_is_refused_with_a_code(
    world: World, head: dict[str, Any]
) -> None:
    other = FakeProvider("aai")
    other.name = "assemblyai"
    world = World(
        profiles=PROFILES,
        providers=(FakeProvider(), other),
        capabilities={"assemblyai": msgspec.structs.replace(EVERYTHING, modes=None)},
    )
    recording = {"container": "audio", "blob": "bank/a.wav"}
    got = Api(lambda: world.app)("create_batch", json_={**head, "recordings": [recording]})
    assert (got.status, got.json["code"]) == (422, "manifest_refused")
    assert "option_locked" in [fault["code"] for fault in got.json["faults"]]
    assert not world.store.headers


def test_an_item_loosens_nothing_either(world: World) -> None:
    item = {"container": "audio", "blob": "bank/a.wav", "redact": []}
    got = Api(lambda: world.app)("create_batch", json_={"recordings": [item]})
    [fault] = [f for f in got.json["faults"] if f["code"] == "option_locked"]
    assert fault["at"] == "recordings[0].redact"


def test_what_a_listing_brings_keeps_to_the_profile_of_its_folder(world: World) -> None:
    """The request is right for the folder that it names; the blob lies in one that locks more."""
    world.audio.drop("bank/a.wav", a_second_of_silence(), world.clock.now())
    manifest = b'{"profile": "lax", "recordings": [{"container": "audio", "prefix": "b"}]}'
    world.app.accept(manifest)
    world.run()
    assert failure_of(world, "bank/a.wav") == "option_locked"
    assert not world.provider.transcriptions


def test_a_name_loosens_nothing() -> None:
    profile = msgspec.structs.replace(STRICT, name_pattern="{profanity}")
    world = World(profiles=(Profile(), profile), capabilities={"azure-speech": EVERYTHING})
    world.drop("bank/none.wav")
    assert failure_of(world, "bank/none.wav") == "option_locked"


def test_a_companion_loosens_nothing() -> None:
    profile = msgspec.structs.replace(
        STRICT, companions=("{name}.json",), options=Options(profanity="masked")
    )
    world = World(profiles=(Profile(), profile), capabilities={"azure-speech": EVERYTHING})
    world.audio.drop("bank/a.wav.json", b'{"profanity": "none"}', world.clock.now())
    world.drop("bank/a.wav")
    world.run()
    assert failure_of(world, "bank/a.wav") == "option_locked"
    assert not world.provider.transcriptions


def test_a_profile_that_is_not_offered_is_had_in_its_folders_only(world: World) -> None:
    world.drop("kept/a.wav")
    world.drop("lax/b.wav", metadata={"dropscribe_profile": "kept"})
    assert failure_of(world, "kept/a.wav") is None
    assert failure_of(world, "lax/b.wav") == "profile_not_offered"
    api = Api(lambda: world.app)
    recording = {"container": "audio", "blob": "lax/b.wav"}
    got = api("create_batch", json_={"profile": "kept", "recordings": [recording]})
    assert [fault["code"] for fault in got.json["faults"]] == ["profile_not_offered"]
    offered = [choice["value"] for choice in api("list_profiles").json["value"]]
    assert "kept" not in offered
    assert "lax" in offered


def test_in_the_folders_of_a_profile_that_locks_itself_no_other_is_asked_for(world: World) -> None:
    world.drop("fixed/a.wav", metadata={"dropscribe_profile": "stricter"})
    world.drop("fixed/b.wav", metadata={"dropscribe_profile": "fixed"})
    assert failure_of(world, "fixed/a.wav") == "option_locked"
    assert failure_of(world, "fixed/b.wav") is None


def test_a_deadline_changes_no_mode_that_is_locked() -> None:
    limits = msgspec.structs.replace(EVERYTHING, modes=frozenset({"standard", "express"}))
    for locked, mode in (((), "express"), (("mode",), "standard")):
        world = World(profiles=(Profile(locked=locked),), capabilities={"azure-speech": limits})
        world.audio.drop("a.wav", a_second_of_silence(), world.clock.now())
        deadline = (world.clock.now() + timedelta(minutes=1)).isoformat()
        recording = {"container": "audio", "blob": "a.wav"}
        asked = {"deadline": deadline, "recordings": [recording]}
        world.app.accept(json.dumps(asked).encode())
        world.run()
        assert world.rows()["a.wav"].profile.mode == mode


JUDGED = {
    "redact": [("a", "b"), ("a", "b", "c"), ("a",)],
    "redact_unsupported": ["net", "fail", "net"],
    "redact_audio": ["mute", "beep", "keep"],
    "profanity": ["tags", "removed", "none"],
    "time_to_live_hours": [48, 6, 744],
    "keep_unredacted": [True, False, None],
    "keep_provider_copy": [True, False, None],
    "accept_truncated": [True, False, None],
    "reuse": [True, False, None],
    "shares_jobs": [True, False, None],
    "export": [True, False, None],
    "listening": ["on_demand", "never", "always"],
    "priority": ["normal", "bulk", "urgent"],
    "sentiments": [True, False, None],
    "entities": [True, False, None],
    "chapters": [True, False, None],
    "highlights": [True, False, None],
    "review_below": [0.6, 0.9, None],
    "formats": [("vtt", "srt"), ("vtt",), ("vtt", "txt")],
    "provider": ["azure-speech", "azure-speech", "assemblyai"],
    "endpoints": [("east", "west"), ("east",), ()],
    "most_per_day": [10.0, 5.0, None],
    "most_hours_per_day": [10.0, 5.0, None],
}
"""Of each key that can be made stricter: a value, one that is stricter, one that is looser."""


def test_what_is_stricter_is_tried_of_every_option_that_has_an_order() -> None:
    assert set(JUDGED) == set(STRICTER)


@pytest.mark.parametrize("key", sorted(LOCKABLE - {"profile", "providers"}))
def test_a_locked_option_can_be_made_stricter_and_not_looser(key: str) -> None:
    samples = JUDGED.get(key)
    if samples is None:  # it has to stay as it is
        own = override(Profile(locked=(key,)), {})
        assert loosened(own, own) == []
        return
    own, stricter, looser = (override(Profile(locked=(key,)), {key: value}) for value in samples)
    assert loosened(own, own) == loosened(own, stricter) == []
    if looser != own and samples[2] != samples[0] and not (samples[2] is None and key in BOOLS):
        assert loosened(own, looser) == [key]
    if key in BOOLS:
        assert loosened(stricter, own) == [key]


def test_with_what_is_to_be_hidden_it_is_locked_that_it_is() -> None:
    own = override(Profile(locked=("redact",)), {"redact": ("a",)})
    asked = override(own, {"redact": ("a", "b"), "redact_unsupported": "net"})
    assert loosened(own, asked) == ["redact_unsupported"]
    muted = override(own, {"redact_audio": "mute"})
    assert loosened(muted, own) == ["redact_audio"]
    lax = override(own, {"redact_unsupported": "net"})
    assert loosened(lax, own) == loosened(lax, asked) == []


BOOLS = {key for key, value in JUDGED.items() if isinstance(value[0], bool)}


@pytest.mark.long
@given(
    st.dictionaries(
        st.sampled_from(["redact", "profanity", "time_to_live_hours", "formats", "locale"]),
        st.sampled_from(
            ["none", "a", "a,b", "masked", "removed", "tags", "6", "100", "vtt", "de-DE"]
        ),
    ),
    st.sets(st.sampled_from(["redact", "profanity", "time_to_live_hours", "formats", "locale"])),
)
def test_no_metadata_makes_a_profile_looser(said: dict[str, str], locked: set[str]) -> None:
    own = Profile(
        options=Options(redact=("a",), profanity="masked", time_to_live_hours=48),
        formats=("vtt", "srt"),
        locked=tuple(sorted(locked)),
    )
    try:
        found = with_metadata(own, {f"dropscribe_{key}": text for key, text in said.items()}, {})
    except InputError as error:
        assert error.code in ("option_locked", "bad_metadata")
    else:
        assert loosened(own, found) == []


def test_what_cannot_be_locked_is_said_with_the_rest() -> None:
    text = '[default]\nlocked = ["redacted", "mode"]\n'
    with pytest.raises(ConfigurationError) as caught:
        parse_profiles(text, file="profiles.toml", providers=["azure-speech"])
    assert caught.value.problems == (
        "profiles.toml: [default] locked: 'redacted' cannot be locked, did you mean redact?",
    )


def test_locks_are_inherited_and_the_owner_may_set_them_anew() -> None:
    text = (
        '[default]\nlocked = ["profanity"]\nprofanity = "masked"\n'
        '[profile.open]\nprefixes = ["open"]\nprofanity = "none"\n'
        '[profile.free]\nprefixes = ["free"]\nlocked = []\n'
    )
    _, open_, free = parse_profiles(text, file="profiles.toml", providers=["azure-speech"])
    assert (open_.options.profanity, open_.locked) == ("none", ("profanity",))
    assert free.locked == ()
    assert with_metadata(free, {"dropscribe_profanity": "none"}, {}).options.profanity == "none"


def test_every_key_can_be_locked_but_those_that_lock() -> None:
    assert set(RECORDING_KEYS) | set(DEFAULT_KEYS) | {"profile"} == LOCKABLE | {
        "locked",
        "may_be_asked_for",
    }
    assert value_of("locked", ["redact"], DEFAULT_KEYS) == ("redact",)


def test_a_manifest_that_is_dropped_loosens_nothing(world: World) -> None:
    manifest = b'{"redact": [], "recordings": [{"container": "audio", "blob": "bank/a.wav"}]}'
    with pytest.raises(ManifestRefused) as caught:
        world.app.accept(manifest)
    assert [fault.code for fault in caught.value.faults] == ["option_locked"]
