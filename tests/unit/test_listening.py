"""Listening copies, from the question to the link, on stand-ins."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.errors import ReaderUnavailable, StoreUnavailable
from shared.listening.make import LATER
from shared.listening.shelf import STUCK
from shared.messages import Listen, Message
from shared.model.listening.state import MOST_TRIES
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.model.recording.recording import Recording
from shared.ports.demuxer import TooCostly
from tests.fakes.api import Api, Got
from tests.fakes.world import OWNER_KEY, World
from tests.unit.probing_audio import wav

AS_OWNER = {"x-functions-key": OWNER_KEY}


def world_with(profile: Profile = Profile()) -> World:  # noqa: B008 (frozen)
    world = World(profiles=(profile,))
    world.drop("call.wav", wav(channels=2))
    world.run()
    return world


def only(world: World) -> Recording:
    (row,) = world.store.rows.values()
    return row


def asked(world: World, headers: dict[str, str] | None = None) -> Got:
    row = only(world)
    path = {"batch_id": row.batch_id, "recording_id": row.id}
    api = Api(lambda: world.app)
    return api("get_listening_copy", path, headers=AS_OWNER if headers is None else headers)


def kept(world: World) -> dict[str, bytes]:
    return world.listening.copies.kept  # type: ignore[attr-defined, no-any-return]


def waiting(world: World) -> list[Message]:
    return [one for _, one in world.queue.waiting if isinstance(one, Listen)]


def test_it_is_made_on_the_first_question_and_then_there_are_links() -> None:
    world = world_with()
    first = asked(world)
    assert (first.status, first.json["state"], first.json["url"]) == (202, "being_made", None)
    assert first.headers["Retry-After"] == "3"
    world.run()
    got = asked(world)
    assert (got.status, got.json["state"]) == (200, "ready")
    row = only(world)
    mp3, wave = sorted(kept(world), reverse=True)
    assert mp3.startswith(f"{row.batch_id}/{row.id}.")
    assert f"/listening/{mp3}" in got.json["url"]
    assert f"/listening/{wave}" in got.json["wave_url"]
    assert kept(world)[mp3].startswith(b"MP3:RIFF")
    assert kept(world)[wave][:4] == b"\x02\0\0\0"
    assert got.json["silences"] == [{"start_ms": 1_100, "end_ms": 2_400}]
    assert (got.json["duration_ms"], got.json["channels"], got.json["frame_ms"]) == (3_000, 2, 36)
    assert got.json["media_type"] == "audio/mpeg"
    assert got.headers["Cache-Control"] == "no-store"


def test_however_many_ask_it_is_made_once() -> None:
    world = world_with()
    for _ in range(5):
        asked(world)
    assert len(waiting(world)) == 1
    world.queue.send(waiting(world)[0])  # a message comes twice
    world.run()
    assert len(world.converter.made_to_hear) == 1
    asked(world)
    assert not waiting(world)


def test_a_message_that_was_lost_is_sent_again_once_nobody_can_be_at_it() -> None:
    world = world_with()
    asked(world)
    assert world.queue.take() is not None
    world.clock.advance(STUCK.total_seconds() + 1)
    assert asked(world).status == 202
    world.run()
    assert asked(world).status == 200


def test_a_copy_that_is_about_to_be_removed_is_made_again() -> None:
    world = world_with()
    asked(world)
    world.run()
    world.clock.advance(timedelta(days=30).total_seconds())
    world.sweep()
    assert asked(world).status == 202
    world.run()
    assert asked(world).status == 200
    assert len(world.converter.made_to_hear) == 2


def test_whoever_may_not_listen_is_refused_and_who_listened_stands_in_the_trail() -> None:
    world = world_with()
    assert asked(world, headers={}).status in (401, 403)
    asked(world)
    entries = [one for one in world.trail.entries if one.operation == "get_listening_copy"]
    assert entries
    assert {one.kind for one in entries} == {"read"}


def test_audio_that_was_replaced_or_is_gone_is_not_heard_by_its_copy_either() -> None:
    world = world_with()
    asked(world)
    world.run()
    world.audio.drop("call.wav", wav(seconds=2), world.clock.now())
    assert (asked(world).status, asked(world).json["code"]) == (409, "audio_changed")
    world.audio.blobs.clear()
    assert (asked(world).status, asked(world).json["code"]) == (404, "audio_missing")


def test_audio_that_is_replaced_before_the_copy_is_made_gets_none() -> None:
    world = world_with()
    asked(world)
    world.audio.drop("call.wav", wav(seconds=2), world.clock.now())
    world.drain()
    assert not kept(world)


@pytest.mark.parametrize(
    ("profile", "has_copy"),
    [
        (Profile(listening="never"), False),
        (Profile(options=Options(redact=("pci",))), False),
        (Profile(options=Options(redact=("pci",)), listening="on_demand"), True),
    ],
)
def test_the_profile_decides_and_where_text_is_hidden_it_has_to_say_so(
    profile: Profile, has_copy: bool
) -> None:
    world = world_with(profile)
    got = asked(world)
    assert got.status == (202 if has_copy else 404)
    if not has_copy:
        assert got.json["code"] == "no_listening_copy"
    world.run()
    assert bool(kept(world)) == has_copy


def test_always_makes_it_before_anybody_asks() -> None:
    world = world_with(Profile(listening="always"))
    assert len(kept(world)) == 2
    assert asked(world).status == 200


# --- what goes wrong


def test_sound_that_cannot_be_decoded_is_told_and_not_tried_again() -> None:
    world = world_with()
    world.converter.unread = only(world).bytes
    asked(world)
    world.run()
    got = asked(world)
    assert (got.status, got.json["code"]) == (404, "no_listening_copy")
    assert "cannot be decoded" in got.json["detail"]
    assert not kept(world)
    assert not waiting(world)


def test_a_file_that_ends_the_child_is_told() -> None:
    world = world_with()
    world.converter.errors = [TooCostly("code -11")]
    asked(world)
    world.run()
    assert "more than a file may" in asked(world).json["detail"]


@pytest.mark.parametrize("error", [StoreUnavailable("read"), ReaderUnavailable("none")])
def test_trouble_of_ours_puts_it_off_as_often_as_it_takes(error: Exception) -> None:
    world = world_with()
    world.converter.errors = [error] * (2 * MOST_TRIES)
    asked(world)
    for _ in range(2 * MOST_TRIES + 1):
        world.clock.advance(world.policy.storage_pause_seconds)
        world.drain()
    assert asked(world).status == 200


def test_who_finds_no_room_comes_again_soon() -> None:
    world = world_with()
    have = world.app._listening.have  # the only way to hold a permit
    asked(world)
    with have.permits.one() as has:
        assert has
        object.__setattr__(have.permits, "_patience_seconds", 0)
        world.drain()
    assert not kept(world)
    world.clock.advance(LATER.total_seconds())
    world.drain()
    assert kept(world)


def test_what_goes_of_a_recording_takes_its_copy_along() -> None:
    world = world_with()
    asked(world)
    world.run()
    row = only(world)
    world.app.delete_recording(row.batch_id, row.id, with_audio=False, by="somebody")
    world.run()
    assert not kept(world)
    assert asked(world).status == 404


def test_a_batch_that_is_deleted_takes_its_copies_along() -> None:
    world = world_with()
    asked(world)
    world.run()
    world.app.delete_batch(only(world).batch_id, with_outputs=False)
    world.run()
    assert not kept(world)


@pytest.mark.parametrize("is_carried_out", [False, True])
def test_a_recording_that_goes_while_its_copy_is_made_leaves_none(is_carried_out: bool) -> None:
    world = world_with()
    row = only(world)
    asked(world)
    make = world.converter.copy_to_hear

    def meanwhile(*args: object) -> object:
        world.app.delete_recording(row.batch_id, row.id, with_audio=False, by="somebody")
        if is_carried_out:
            world.drain()
        return make(*args)  # type: ignore[arg-type]

    world.converter.copy_to_hear = meanwhile  # type: ignore[method-assign, assignment]
    world.drain()
    world.run()
    assert not kept(world)


def test_two_that_get_the_message_at_the_same_moment_make_one_copy() -> None:
    world = world_with()
    asked(world)
    (message,) = waiting(world)
    make, twin = world.converter.copy_to_hear, world.twin()

    def meanwhile(*args: object) -> object:
        world.converter.copy_to_hear = make  # type: ignore[method-assign]
        twin.step(message)
        return make(*args)  # type: ignore[arg-type]

    world.converter.copy_to_hear = meanwhile  # type: ignore[method-assign, assignment]
    world.drain()
    assert len(world.converter.made_to_hear) == 1
    assert asked(world).status == 200
