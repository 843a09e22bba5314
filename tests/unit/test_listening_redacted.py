"""Where a profile hides personal data in the sound, owners alone are given what still says it."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from shared.errors import InputError
from shared.model.access.caller import Caller
from shared.model.access.roles import Role
from shared.model.listening.hiding import Span
from shared.model.listening.recipe import ListeningRecipe
from shared.model.policy import Policy
from shared.model.preparing.channels import Heard
from shared.model.preparing.recipe import Preparation, Recipe
from shared.model.profile.asked import with_fields
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.model.recording.recording import Recording
from shared.model.transcript.recognition import Recognition
from tests.fakes.api import Api, Got
from tests.fakes.provider import heard
from tests.fakes.world import World
from tests.unit.probing_audio import wav
from tests.unit.test_listening import AS_OWNER, asked, only, waiting

NAME = "call 310 555 0122.wav"  # the stand-in of a provider hears the name of the file
HIDDEN = (Span(300, 1_600),)
"""With the word before it, to the end, and padding."""
OWNER = Caller(id="owner-key", kind="key")


def profile(**more: object) -> Profile:
    options = Options(redact=("phone_number",), redact_audio="mute")
    return msgspec.structs.replace(Profile(options=options), **more)


def world_with(
    there: Profile | None = None,
    name: str = NAME,
    channels: int = 1,
    seconds: int = 2,
    policy: Policy | None = None,
) -> World:
    world = World(profiles=(there or profile(),), policy=policy)
    world.drop(name, wav(channels=channels, seconds=seconds))
    world.run()
    return world


def opened(world: World, *roles: Role, operation: str = "get_audio") -> Got:
    row = only(world)
    key = world.app.keys.make("Somebody", list(roles), by=OWNER).secret
    path = {"batch_id": row.batch_id, "recording_id": row.id}
    return Api(lambda: world.app)(operation, path, headers={"x-functions-key": key})


def asked_of(world: World, row: Recording) -> Got:
    path = {"batch_id": row.batch_id, "recording_id": row.id}
    return Api(lambda: world.app)("get_listening_copy", path, headers=AS_OWNER)


def kept(world: World) -> dict[str, bytes]:
    """Never among the copies in which everything is heard."""
    assert not world.listening.copies.kept  # type: ignore[attr-defined]
    return world.redacted_audio.copies.kept  # type: ignore[attr-defined, no-any-return]


def made_of(world: World, row: Recording) -> ListeningRecipe:
    asked_of(world, row)
    world.run()
    assert asked_of(world, row).status == 200
    return world.converter.made_to_hear[-1]


def made(world: World) -> ListeningRecipe:
    return made_of(world, only(world))


def test_the_copy_is_made_without_what_is_hidden_in_the_text() -> None:
    world = world_with()
    recipe = made(world)
    assert (recipe.hidden, recipe.fill) == (HIDDEN, "silence")
    beeping = world_with(profile(options=Options(redact=("phone_number",), redact_audio="beep")))
    assert (made(beeping).hidden, made(beeping).fill) == (HIDDEN, "tone")


def test_the_transcript_tells_where() -> None:
    world = world_with()
    (stored,) = (f.content for p, f in world.outputs.files.items() if p.endswith(f"{NAME}.json"))
    told = msgspec.json.decode(stored)["redaction"]
    assert told["spans"] == [{"start_ms": 400, "end_ms": 1_500}]


def test_a_recording_of_which_nothing_is_hidden_has_a_copy_too() -> None:
    assert made(world_with(name="plain.wav")).hidden == ()


def test_who_may_listen_hears_the_copy_and_never_the_original() -> None:
    world = world_with()
    made(world)
    assert opened(world, "Listen", operation="get_listening_copy").status == 200
    for roles in (["Listen"], ["Review"], ["Read", "Listen", "Operate", "Submit"]):
        refused = opened(world, *roles)  # type: ignore[arg-type]
        assert (refused.status, refused.json["code"]) == (403, "audio_redacted")
        assert "sig" not in refused.body.decode()
    assert opened(world, "Listen", "Own").json["url"]


def test_an_owner_of_one_profile_is_no_owner() -> None:
    world = world_with()
    row = only(world)
    key = world.app.keys.make("Sales", ["Listen", "Own"], profiles=["default"], by=OWNER).secret
    path = {"batch_id": row.batch_id, "recording_id": row.id}
    got = Api(lambda: world.app)("get_audio", path, headers={"x-functions-key": key})
    assert got.status == 403


def test_where_the_profile_wants_no_copies_there_is_nothing_to_hear() -> None:
    world = world_with(profile(listening="never"))
    assert asked(world).json["code"] == "no_listening_copy"
    assert opened(world, "Listen").json["code"] == "audio_redacted"


def test_always_makes_the_copy_before_the_row_says_that_it_is_transcribed() -> None:
    world = world_with(profile(listening="always"))
    assert [one.hidden for one in world.converter.made_to_hear] == [HIDDEN]
    assert asked(world).status == 200


def test_before_it_is_transcribed_and_where_it_failed_there_is_no_copy() -> None:
    world = World(profiles=(profile(),))
    world.drop(NAME, wav())
    assert asked(world).json["code"] == "no_listening_copy"
    assert not waiting(world)
    world.run()
    assert asked(world).status == 202


def test_without_its_transcript_nobody_knows_what_to_hide() -> None:
    world = world_with()
    asked(world)
    for path in [p for p in world.outputs.files if p.endswith(".json")]:
        del world.outputs.files[path]
    world.run()  # the message finds nothing to go by
    assert not kept(world)
    assert asked(world).json["code"] == "no_listening_copy"


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said["redaction"].update(spans=None),
        lambda said: said["redaction"].pop("spans"),
        lambda said: said.update(redaction=None),
        lambda said: said["job"].update(attempt=2),
        lambda said: said["job"].update(recording_id="0" * 32),
    ],
)
def test_a_transcript_that_does_not_tell_of_this_attempt_is_not_gone_by(change: object) -> None:
    world = world_with()
    (path,) = (p for p in world.outputs.files if p.endswith(f"{NAME}.json"))
    said = msgspec.json.decode(world.outputs.files[path].content)
    change(said)  # type: ignore[operator]
    world.outputs.put(path, msgspec.json.encode(said), "application/json", recording=only(world))
    assert asked(world).json["code"] == "no_listening_copy"


def test_only_what_was_transcribed_is_heard() -> None:
    """Nobody looked at the rest."""
    one = profile(options=Options(redact=("phone_number",), redact_audio="mute", channels=(1,)))
    assert made(world_with(one, channels=2)).mix == (((1, 1.0),),)
    assert len(made(world_with(channels=2)).mix) == 2
    world = world_with(channels=2)
    recipe = Recipe(way="convert", format="flac", mix=(((1, 1.0),),))
    row = only(world)
    world.store.rows[row.batch_id, row.id] = msgspec.structs.replace(
        row, preparation=Preparation(recipe=recipe), heard=Heard(kind="apart", channels=(0, 1))
    )
    assert made(world).mix == (((1, 1.0),),)


def test_what_the_provider_did_not_hear_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def half(source: str) -> Recognition:
        return msgspec.structs.replace(heard(source), duration_ms=20_000)

    monkeypatch.setattr("tests.fakes.provider.heard", half)
    first, behind = made(world_with(seconds=30)).hidden
    assert first == HIDDEN[0]
    assert behind.start_ms == 21_900


def test_an_unchanged_recording_is_hidden_as_the_one_whose_bytes_it_has() -> None:
    world = world_with()
    world.clock.advance(3_600)
    world.drop(NAME, wav(seconds=2))
    world.run()
    row = next(row for row in world.store.rows.values() if row.state == "unchanged")
    assert row.same_as is not None
    assert made_of(world, row).hidden == HIDDEN
    twin = world.store.rows[row.same_as.batch_id, row.same_as.recording_id]
    del world.store.rows[twin.batch_id, twin.id]
    assert asked_of(world, row).json["code"] == "no_listening_copy"


def test_reused_transcripts_hide_the_same_in_their_sound() -> None:
    there = profile(reuse=True)
    world = world_with(there)
    world.drop("again.wav", wav(seconds=2))
    world.run()
    assert len(world.provider.created) == 1
    assert made_of(world, world.rows()["again.wav"]).hidden == HIDDEN


def test_what_goes_of_a_recording_takes_its_redacted_copy_along() -> None:
    world = world_with()
    made(world)
    row = only(world)
    world.app.delete_recording(row.batch_id, row.id, with_audio=False, by="somebody")
    world.run()
    assert not kept(world)
    assert asked(world).status == 404


def test_sound_is_hidden_only_with_something_to_hide() -> None:
    with pytest.raises(InputError, match="redact names nothing"):
        with_fields(Profile(), {"redact_audio": "beep"})
    assert with_fields(profile(), {"redact_audio": "beep"}).options.redact_audio == "beep"


def test_it_lies_apart_from_those_in_which_everything_is_heard() -> None:
    world = world_with()
    made(world)
    assert len(kept(world)) == 2
    assert "/redacted-audio/" in asked(world).json["url"]
    assert "/redacted-audio/" in asked(world).json["wave_url"]
    plain = world_with(Profile())
    made(plain)
    assert plain.listening.copies.kept  # type: ignore[attr-defined]
    assert not plain.redacted_audio.copies.kept  # type: ignore[attr-defined]


def test_it_has_an_age_of_its_own_and_is_made_again() -> None:
    world = world_with(policy=Policy(redacted_audio_days=3, listening_days=60))
    made(world)
    world.clock.advance(timedelta(days=4).total_seconds())
    world.app.sweep()
    assert not kept(world)
    assert asked(world).status == 202
    world.run()
    assert asked(world).status == 200


def test_it_goes_with_its_audio_its_recording_and_its_batch() -> None:
    for with_outputs in (True, False):
        world = world_with()
        made(world)
        world.app.delete_batch(only(world).batch_id, with_outputs)
        world.run()
        assert not kept(world)
    world = world_with()
    made(world)
    world.app.delete_recording(only(world).batch_id, only(world).id, with_audio=False, by="x")
    world.run()
    assert not kept(world)
    world = world_with(profile(keep_audio_days=2))
    made(world)
    aged(world, days=3)
    assert not kept(world)


def test_kept_as_outputs_are_it_outlives_its_audio_and_goes_with_its_transcript() -> None:
    there = profile(keep_audio_days=2, keep_outputs_days=200, listening="always")
    world = world_with(there, policy=Policy(redacted_audio_days=0))
    aged(world, days=150)
    assert not world.audio.blobs
    assert len(kept(world)) == 2
    assert asked(world).status == 200
    aged(world, days=60)
    assert not kept(world)
    assert asked(world).json["code"] == "no_listening_copy"
    world = world_with(profile(listening="always"), policy=Policy(redacted_audio_days=0))
    world.app.delete_batch(only(world).batch_id, False)
    world.run()
    assert kept(world)


def aged(world: World, *, days: int) -> None:
    world.clock.advance(timedelta(days=days).total_seconds())
    world.app.sweep()
    world.run()
