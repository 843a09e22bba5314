"""What a profile has kept unredacted lies in one place, for owners, and goes with its recording."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import msgspec
import pytest

from shared.errors import InputError, StoreUnavailable
from shared.model.access.caller import Caller
from shared.model.access.roles import ROLES, Role
from shared.model.profile.asked import with_fields
from shared.model.profile.locks import loosened
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile, contradictions
from shared.model.recording.recording import Recording
from shared.model.redaction import redact as redact_module
from tests.fakes.api import Api, Got
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.world import World

PHONE = "310 555 0122"  # the stand-in of a provider hears the name of the file
NAME = f"call {PHONE}.wav"
OWNER = Caller(id="owner-key", kind="key")
PROFILE = Profile(options=Options(redact=("phone_number",)), keep_unredacted=True)


def world_with(profile: Profile = PROFILE) -> World:
    world = World(profiles=(profile,))
    world.drop(NAME)
    world.run()
    return world


def only(world: World) -> Recording:
    (row,) = world.store.rows.values()
    return row


def read(world: World, *roles: Role, profiles: tuple[str, ...] = ()) -> Got:
    row = only(world)
    key = world.app.keys.make("Somebody", list(roles), profiles=list(profiles), by=OWNER).secret
    path = {"batch_id": row.batch_id, "recording_id": row.id}
    return Api(lambda: world.app)("get_unredacted", path, headers={"x-functions-key": key})


def test_an_owner_reads_what_was_said_and_it_lies_nowhere_else() -> None:
    world = world_with()
    got = read(world, "Own")
    assert got.status == 200
    assert PHONE in got.json["text"]
    assert got.headers["Cache-Control"] == "private, no-store"
    (name,) = world.unredacted.kept
    assert name == f"{only(world).batch_id}/{only(world).id}.1.json"
    (transcript,) = (f for p, f in world.outputs.files.items() if p.endswith(f"{NAME}.json"))
    assert PHONE not in msgspec.json.decode(transcript.content)["text"]
    assert_all_is_well(world)


def test_nobody_else_reads_it() -> None:
    world = world_with()
    others: list[Role] = [role for role in ROLES if role != "Own"]
    for refused in (read(world, *others), read(world, "Own", profiles=("default",))):
        assert (refused.status, refused.json["code"]) == (403, "role_missing")
        assert PHONE not in refused.body.decode()


def test_each_reading_is_in_the_trail_and_without_it_there_is_none() -> None:
    world = world_with()
    row = only(world)
    read(world, "Own")
    asked = [(one.operation, one.target) for one in world.trail.entries]
    assert asked == [("get_unredacted", f"{row.batch_id}/{row.id}")]
    with patch.object(world.trail, "add", side_effect=StoreUnavailable("trail")):
        assert read(world, "Own").status == 503


@pytest.mark.parametrize(
    "profile",
    [
        Profile(options=Options(redact=("phone_number",))),
        Profile(keep_unredacted=True),
        Profile(),
    ],
)
def test_by_default_and_where_nothing_is_hidden_nothing_is_kept(profile: Profile) -> None:
    world = world_with(profile)
    assert not world.unredacted.kept
    got = read(world, "Own")
    assert (got.status, got.json["code"]) == (404, "output_missing")


def test_what_cannot_be_kept_keeps_everything_from_being_stored() -> None:
    world = World(profiles=(PROFILE,))
    world.unredacted.failing = StoreUnavailable("keep unredacted")
    world.drop(NAME)
    with pytest.raises(AssertionError, match="still open"):
        world.run(hours=2)
    assert world.states() != {NAME: "transcribed"}
    assert not [path for path in world.outputs.files if path.startswith("transcripts/")]
    world.unredacted.failing = None
    world.run()
    assert world.states() == {NAME: "transcribed"}
    assert len(world.unredacted.kept) == 1


def test_where_the_gate_finds_something_nothing_is_kept_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(redact_module, "_words_without", lambda words, edits: words)
    world = world_with()
    assert world.states() == {NAME: "failed"}
    assert not world.unredacted.kept


def test_it_goes_with_its_recording_with_its_batch_and_by_its_age() -> None:
    world = world_with()
    row = only(world)
    world.app.delete_recording(row.batch_id, row.id, with_audio=False, by="x")
    world.run()
    assert not world.unredacted.kept
    for with_outputs in (True, False):
        world = world_with()
        world.app.delete_batch(only(world).batch_id, with_outputs)
        world.run()
        assert not world.unredacted.kept
    world = world_with()
    for days, left in ((29, 1), (2, 0)):
        world.clock.advance(timedelta(days=days).total_seconds())
        world.app.sweep()
        assert len(world.unredacted.kept) == left
    assert read(world, "Own").json["code"] == "output_missing"


def test_nobody_but_the_owner_of_the_profile_has_it_kept() -> None:
    locked = Profile(options=PROFILE.options, locked=("redact",))
    assert loosened(locked, PROFILE) == ["keep_unredacted"]
    assert loosened(msgspec.structs.replace(PROFILE, locked=("redact",)), locked) == []
    with pytest.raises(InputError, match="keep_unredacted"):
        with_fields(locked, {"keep_unredacted": True})


def test_security_codes_of_cards_are_never_kept() -> None:
    for kinds in (("pci",), ("credit_card_cvv",), ("gdpr", "pci")):
        wrong = msgspec.structs.replace(PROFILE, options=Options(redact=kinds))
        assert [key for key, _ in contradictions(wrong)] == ["keep_unredacted"]
    assert not contradictions(PROFILE)
    assert contradictions(Profile(keep_unredacted=True))
