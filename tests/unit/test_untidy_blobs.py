"""Blobs that are not whole, cannot be read, came with an old time, or have names too long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.model.blob_state import BlobState, Copy, refusal, unready
from shared.model.profile.profile import Profile
from shared.model.recording.output_names import MOST_NAME, long_name
from tests.fakes.blobs import own_name
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.world import World, a_second_of_silence

ARCHIVED = BlobState(is_archived=True)
NOW = World().clock.now()


def sweeping(world: World, hours: float) -> None:
    until = world.clock.now() + timedelta(hours=hours)
    while world.clock.now() < until:
        world.clock.advance(300)
        world.sweep()
        world.poll()
        world.drain()
        world.complete_all()
        world.drain()
        world.drain_poison()


# --- what properties tell


@pytest.mark.parametrize(
    ("state", "age_seconds", "why"),
    [
        (BlobState(), 0, None),
        (BlobState(is_archived=True, is_rehydrating=True), 10**6, "rehydrating"),
        (BlobState(copy="pending"), 10**6, "being_copied"),
        (BlobState(copy="success"), 0, None),
        (BlobState(kind="append"), 899, "growing"),
        (BlobState(kind="append"), 900, None),
        (BlobState(kind="append", is_sealed=True), 0, None),
        (BlobState(kind="page"), 0, None),
        (BlobState(is_leased=True), 0, "locked"),
        (BlobState(is_leased=True), 900, None),
    ],
)
def test_a_blob_that_is_not_whole_is_told_from_one_that_is(
    state: BlobState, age_seconds: int, why: str | None
) -> None:
    assert unready(state, NOW - timedelta(seconds=age_seconds), NOW, 900) == why


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (ARCHIVED, "blob_archived"),
        (BlobState(copy="aborted"), "copy_failed"),
        (BlobState(copy="failed"), "copy_failed"),
        (BlobState(refused="BlobUsesCustomerSpecifiedEncryption"), "blob_refused"),
        (BlobState(is_archived=True, is_rehydrating=True), None),
        (BlobState(), None),
    ],
)
def test_what_can_never_be_read_is_refused_with_a_reason(
    state: BlobState, code: str | None
) -> None:
    failure = refusal(state)
    assert (failure.code if failure else None) == code


# --- dropped


def test_an_archived_blob_fails_at_once_and_is_transcribed_once_it_was_brought_back() -> None:
    world = World()
    world.audio.drop("a.wav", a_second_of_silence(), world.clock.now(), state=ARCHIVED)
    world.register("audio", "a.wav")
    world.run()
    failure = world.rows()["a.wav"].failure
    assert failure is not None and failure.code == "blob_archived" and "tier" in failure.advice
    world.audio.change("a.wav", BlobState())
    [batch_id] = world.store.headers
    world.app.retry(batch_id)
    world.run()
    assert world.states() == {"a.wav": "transcribed"}
    assert_all_is_well(world)


@pytest.mark.parametrize(
    "state", [BlobState(copy="pending"), BlobState(is_archived=True, is_rehydrating=True)]
)
def test_a_blob_that_becomes_whole_is_transcribed_then_and_never_failed(state: BlobState) -> None:
    world = World()
    world.audio.drop("a.wav", a_second_of_silence(), world.clock.now(), state=state)
    assert world.register("audio", "a.wav") is None
    sweeping(world, 3)
    assert not world.store.rows and not world.outputs.files
    world.audio.change("a.wav", BlobState())
    sweeping(world, 1)
    assert world.states() == {"a.wav": "transcribed"}
    assert_all_is_well(world)


@pytest.mark.parametrize("copy", ["pending"])
def test_a_blob_that_never_becomes_whole_ends_within_a_day(copy: Copy) -> None:
    world = World()
    state = BlobState(copy=copy)
    world.audio.drop("a.wav", a_second_of_silence(), world.clock.now(), state=state)
    world.register("audio", "a.wav")
    sweeping(world, 24)
    failure = world.rows()["a.wav"].failure
    assert failure is not None and failure.code == "blob_not_whole"
    assert_all_is_well(world)


def test_an_append_blob_that_grows_for_an_hour_is_paid_for_once() -> None:
    world = World()
    growing = BlobState(kind="append")
    world.audio.drop("live.wav", b"", world.clock.now(), state=growing)
    world.register("audio", "live.wav")
    for chunk in range(1, 7):
        sweeping(world, 10 / 60)
        data = a_second_of_silence() + bytes(chunk)
        world.audio.drop("live.wav", data, world.clock.now(), state=growing)
    sweeping(world, 1)
    assert sum(world.provider.transcribed.values()) == 1
    assert [row.state for row in world.store.rows.values()] == ["transcribed"]
    assert not [path for path in world.outputs.files if path.startswith("errors/")]


def test_a_sealed_append_blob_is_not_waited_for() -> None:
    world = World()
    state = BlobState(kind="append", is_sealed=True)
    world.audio.drop("a.wav", a_second_of_silence(), world.clock.now(), state=state)
    assert world.register("audio", "a.wav") is not None


# --- old times


def test_what_is_renamed_into_the_container_is_found_within_a_day_and_once() -> None:
    world = World()
    world.drop("first.wav")
    world.run()
    sweeping(world, 1)
    old = world.clock.now() - timedelta(days=30)
    world.audio.drop("calls/renamed.wav", a_second_of_silence(), old)
    sweeping(world, 24)
    assert world.states() == {"first.wav": "transcribed", "calls/renamed.wav": "transcribed"}
    sweeping(world, 48)
    assert sum(world.provider.transcribed.values()) == 2
    assert_all_is_well(world)


def test_what_could_not_be_registered_the_first_day_is_found_the_next() -> None:
    world = World()
    world.drop("first.wav")
    world.run()
    sweeping(world, 1)
    world.audio.drop("renamed.wav", a_second_of_silence(), world.clock.now() - timedelta(days=3))
    send, lost = world.queue.send, []

    def lose(message, **kwargs):  # type: ignore[no-untyped-def]
        if type(message).__name__ == "Register" and not lost:
            lost.append(message)
            return
        send(message, **kwargs)

    world.queue.send = lose  # type: ignore[method-assign]
    sweeping(world, 48)
    assert lost and world.states()["renamed.wav"] == "transcribed"


def test_a_change_of_profiles_does_not_have_old_audio_transcribed_again() -> None:
    world = World()
    for i in range(5):
        world.drop(f"calls/{i}.wav")
    world.run()
    sweeping(world, 30)
    world.profiles = (Profile(), Profile(name="calls", prefixes=("calls/",)))
    world.start()
    sweeping(world, 50)
    assert sum(world.provider.transcribed.values()) == 5


def test_names_that_were_seen_cost_one_listing_a_day_and_no_query() -> None:
    world = World()
    for i in range(20):
        world.drop(f"{i}.wav")
    world.run()
    sweeping(world, 21)
    asked: list[str] = []
    real = world.store.recording_ids
    world.store.recording_ids = (  # type: ignore[method-assign]
        lambda *days: asked.append(str(days)) or real(*days)  # type: ignore[func-returns-value]
    )
    sweeping(world, 24)
    assert not asked
    assert len(world.requests.memory["seen-audio"]) == 8 * 20


# --- error reports of versions that are no more


def test_the_error_report_of_a_version_that_was_mended_goes() -> None:
    world = World()
    world.drop("a.wav", b"")
    world.run()
    assert "errors/audio/a.wav.json" in world.outputs.files
    world.clock.advance(600)
    world.drop("a.wav")
    world.run()
    sweeping(world, 1)
    assert world.rows()["a.wav"].state == "transcribed"
    assert not [path for path in world.outputs.files if path.startswith("errors/")]


def test_the_error_report_of_what_is_still_there_or_gone_stays() -> None:
    world = World()
    world.drop("there.wav", b"")
    world.drop("gone.wav", b"")
    world.run()
    del world.audio.blobs["audio", "gone.wav"]
    sweeping(world, 1)
    assert {"errors/audio/there.wav.json", "errors/audio/gone.wav.json"} <= set(world.outputs.files)


# --- names and locks


def test_a_name_whose_outputs_would_be_too_long_is_refused_before_anything_is_paid() -> None:
    world = World()
    name = "x" * 1_000 + ".wav"
    world.drop(name)
    world.run()
    [row] = world.store.rows.values()
    assert row.failure is not None and row.failure.code == "name_too_long"
    assert row.error_report == f"errors/audio/{row.id}.json"
    assert not world.provider.created
    assert all(len(path.partition("/")[2]) <= MOST_NAME for path in world.outputs.files)


@pytest.mark.parametrize(
    ("name", "is_too_long"),
    [
        ("a" * 994, False),
        ("a" * 995, True),
        ("/".join(["d"] * 253), False),
        ("/".join(["d"] * 254), True),
    ],
)
def test_the_limits_of_names_are_those_of_storage(name: str, is_too_long: bool) -> None:
    assert (long_name("audio", name) is not None) is is_too_long


def test_an_output_under_a_name_that_may_not_be_changed_lies_beside_it() -> None:
    world = World()
    world.drop("a.wav")
    world.run()
    world.outputs.locked = {"transcripts/audio/a.wav.json", "transcripts/audio/a.wav.vtt"}
    first = dict(world.outputs.files)
    world.clock.advance(600)
    world.drop("a.wav", a_second_of_silence() + b"\x80" * 8)
    world.run()
    second = world.rows()["a.wav"]
    assert second.outcome is not None
    path = second.outcome.outputs["json"]
    assert path == own_name("transcripts/audio/a.wav.json", second.id)
    for name in world.outputs.locked:
        assert world.outputs.files[name] == first[name]
    assert_all_is_well(world)
