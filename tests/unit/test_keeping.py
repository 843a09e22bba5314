"""Audio and outputs go by their age, one recording is deleted, and what is held stays."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from shared.api.caller import Access
from shared.batches import age_out
from shared.errors import BatchBusy, OnHold, ProviderUnavailable, RecordingMissing
from shared.keeping import remove
from shared.model.batch.batch import Batch
from shared.model.keeping.removal import DELETED_NAME
from shared.model.profile.profile import Profile
from shared.model.recording.recording import Recording
from shared.revising.revise import Correcting
from tests.fakes.api import Api
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import BAD
from tests.fakes.world import OWNER_KEY, World, a_second_of_silence

DAY = 86_400.0
OWNER = {"Authorization": f"Bearer {OWNER_KEY}"}


def world_with(*names: str, **profile: Any) -> World:
    """All over; what is in the folder calls is of the profile."""
    kept = Profile(name="calls", prefixes=("calls",), **profile)
    world = World(profiles=(Profile(), kept))
    for name in names or ("calls/0.wav", "0.wav"):
        world.drop(name)
    world.provider.bad_sources[world.audio.url("audio", "calls/bad.wav")] = BAD
    world.run()
    return world


def after(world: World, days: float) -> None:
    """That much later, a day at a time."""
    while days > 0:
        world.clock.advance(min(days, 1.01) * DAY)
        days -= 1.01
        world.sweep()
        world.run()


def audio_of(world: World) -> set[str]:
    return {name for _, name in world.audio.blobs}


def made_of(world: World, name: str) -> set[str]:
    recording = world.rows()[name].id
    return {path for path, file in world.outputs.files.items() if file.recording_id == recording}


def ids(world: World, name: str) -> tuple[str, str]:
    row = world.rows()[name]
    return row.batch_id, row.id


def delete(world: World, name: str, *, with_audio: bool = True) -> Recording:
    batch_id, recording_id = ids(world, name)
    world.app.delete_recording(batch_id, recording_id, with_audio=with_audio, by="somebody")
    world.run()
    return world.store.rows[batch_id, recording_id]


def test_audio_goes_when_its_profile_says_so_and_the_transcript_stays() -> None:
    world = world_with(keep_audio_days=10)
    after(world, 9)
    assert audio_of(world) == {"calls/0.wav", "0.wav"}
    after(world, 2)
    assert audio_of(world) == {"0.wav"}
    assert len(made_of(world, "calls/0.wav")) == 2
    removal = world.rows()["calls/0.wav"].removal
    assert removal is not None and removal.audio_at is not None and removal.outputs_at is None
    assert_all_is_well(world)


def test_outputs_go_when_their_profile_says_so_and_the_audio_stays() -> None:
    world = world_with(keep_outputs_days=10)
    batch_id, recording_id = ids(world, "calls/0.wav")
    assert b"0.wav.json" in world.outputs.reports[f"reports/{batch_id}.html"]
    after(world, 12)
    assert not made_of(world, "calls/0.wav") and len(made_of(world, "0.wav")) == 2
    assert audio_of(world) == {"calls/0.wav", "0.wav"}
    assert b"0.wav.json" not in world.outputs.reports[f"reports/{batch_id}.html"]
    finished_at = world.store.headers[batch_id].finished_at
    assert finished_at is not None and finished_at.day == 2, "it is no younger for that"
    api = Api(lambda: world.app, Access(by_own=True))
    got = api(
        "get_transcript",
        {"batch_id": batch_id, "recording_id": recording_id},
        headers=key(api, "Read"),
    )
    assert (got.status, got.json["code"]) == (404, "output_missing")
    assert "was removed on 2026-03" in got.json["detail"]
    assert_all_is_well(world)


def test_what_went_is_not_looked_for_again_and_not_taken_for_new() -> None:
    world = world_with(keep_audio_days=10, keep_outputs_days=10)
    after(world, 12)
    [header] = [b for b in world.store.headers.values() if b.profile == "calls"]
    assert header.removed == ("audio", "outputs") and header.removing is None
    before = dict(world.store.headers)
    after(world, 5)
    assert world.store.headers == before
    assert len(world.provider.created) == 1


def test_audio_of_what_failed_stays_and_its_error_report_goes() -> None:
    world = world_with("calls/bad.wav", keep_audio_days=1, keep_outputs_days=2)
    after(world, 5)
    assert audio_of(world) == {"calls/bad.wav"}
    assert not made_of(world, "calls/bad.wav")


def test_audio_stays_where_its_transcript_is_not_there() -> None:
    world = world_with(keep_audio_days=1)
    for path in made_of(world, "calls/0.wav"):
        del world.outputs.files[path]
    after(world, 5)
    assert "calls/0.wav" in audio_of(world)


def test_another_version_of_the_audio_stays() -> None:
    world = world_with(keep_audio_days=10)
    after(world, 5)
    world.drop("calls/0.wav", a_second_of_silence() + b"x")
    world.run()
    after(world, 7)
    assert "calls/0.wav" in audio_of(world)
    after(world, 6)
    assert "calls/0.wav" not in audio_of(world)


def test_nothing_goes_of_a_batch_that_is_at_work() -> None:
    world = world_with(keep_audio_days=10)
    after(world, 8)
    world.app.retry(ids(world, "calls/0.wav")[0])
    world.clock.advance(5 * DAY)
    world.app._desk.age_out()
    assert "calls/0.wav" in audio_of(world)
    assert all(batch.removing is None for batch in world.store.headers.values())


def test_a_large_batch_loses_a_part_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remove, "ROWS_IN_RUN", 3)
    world = world_with(*(f"calls/{i}.wav" for i in range(10)), keep_audio_days=1)
    after(world, 3)
    assert not audio_of(world)
    assert_all_is_well(world)


def test_in_a_batch_of_several_profiles_each_recording_goes_by_its_own() -> None:
    world = world_with(keep_audio_days=10)
    for name in ("calls/a.wav", "b.wav"):
        world.audio.drop(name, a_second_of_silence(), world.clock.now(), container="uploads")
    manifest = {"recordings": [{"blob": "calls/a.wav"}, {"blob": "b.wav"}]}
    batch = world.app.accept(json.dumps(manifest).encode())
    world.run()
    after(world, 12)
    assert ("uploads", "calls/a.wav") not in world.audio.blobs
    assert ("uploads", "b.wav") in world.audio.blobs
    assert world.store.headers[batch.id].removed == ()


def test_what_goes_by_its_age_is_in_the_trail_and_does_not_go_where_it_cannot_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = world_with(keep_audio_days=1)
    after(world, 3)
    [entry] = world.trail.entries
    assert (entry.caller, entry.operation) == (age_out.CALLER, "age_out_recordings")
    assert entry.target == ids(world, "calls/0.wav")[0]


def test_the_report_tells_how_long_things_are_kept() -> None:
    world = world_with(keep_audio_days=30)
    report = json.loads(world.outputs.reports[f"reports/{ids(world, 'calls/0.wav')[0]}.json"])
    assert report["notes"] == ["The audio of profile calls is removed after 30 days."]


def test_a_recording_is_deleted_with_all_that_was_made_of_it() -> None:
    world = world_with("a.wav", "b.wav")
    batch_id, recording_id = ids(world, "a.wav")
    change = Correcting(id="first one", based_on=0, reviewed=True)
    world.app.revise(batch_id, recording_id, change, "Ann")
    assert world.revisions.there
    row = delete(world, "a.wav")
    assert row.name == DELETED_NAME and audio_of(world) == {"b.wav"}
    assert not world.revisions.there
    assert {file.recording_id for file in world.outputs.files.values()} == {ids(world, "b.wav")[1]}
    for content in world.outputs.reports.values():
        assert b"a.wav" not in content
    report = json.loads(world.outputs.reports[f"reports/{batch_id}.json"])
    assert report["counts"]["accepted"] == 2
    assert "1 recording was deleted since; the counts hold them still." in report["notes"]
    assert_all_is_well(world)


def test_its_audio_stays_where_nobody_asked_for_it_and_is_not_taken_for_new() -> None:
    world = world_with("a.wav", "b.wav")
    row = delete(world, "a.wav", with_audio=False)
    assert row.name == "a.wav" and audio_of(world) == {"a.wav", "b.wav"}
    after(world, 3)
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


def test_the_same_bytes_dropped_again_are_transcribed_again() -> None:
    world = world_with("a.wav")
    delete(world, "a.wav")
    world.drop("a.wav")
    world.run()
    assert world.rows()["a.wav"].state == "transcribed"
    assert_all_is_well(world)


def test_a_deletion_may_be_asked_for_twice_and_its_audio_later() -> None:
    world = world_with("a.wav")
    first = delete(world, "a.wav", with_audio=False)
    assert delete(world, "a.wav", with_audio=False) == first
    assert delete(world, "a.wav").name == DELETED_NAME
    assert not audio_of(world)


def test_a_deleted_recording_is_not_tried_again() -> None:
    world = world_with("calls/bad.wav", "calls/good.wav")
    row = delete(world, "calls/bad.wav", with_audio=False)
    assert row.failure is not None and row.failure.code == "recording_deleted"
    world.app.retry(row.batch_id)
    world.run()
    assert world.store.rows[row.batch_id, row.id].state == "failed"


def test_a_copy_that_the_profile_had_kept_goes_too_and_is_waited_for() -> None:
    world = world_with("calls/a.wav", keep_provider_copy=True)
    assert len(world.provider.transcriptions) == 1
    world.provider.errors["delete"] = [ProviderUnavailable("503")] * 3
    delete(world, "calls/a.wav")
    assert not world.provider.transcriptions


def test_what_is_at_work_or_not_there_is_not_deleted() -> None:
    world = world_with("a.wav")
    batch_id, recording_id = ids(world, "a.wav")
    with pytest.raises(RecordingMissing):
        world.app.delete_recording(batch_id, "0" * 32, with_audio=True, by="x")
    world.app.retry(batch_id)
    with pytest.raises(BatchBusy):
        world.app.delete_recording(batch_id, recording_id, with_audio=True, by="x")


def test_audio_that_storage_keeps_does_not_hold_up_the_rest(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = world_with("a.wav")
    world.audio.locked.add(("audio", "a.wav"))
    with caplog.at_level("ERROR", logger="dropscribe"):
        row = delete(world, "a.wav")
    assert row.removal is not None and row.removal.audio_at is None and row.removal.is_done
    assert "audio.locked" in caplog.text and row.name == "a.wav"


def test_who_corrects_at_the_same_moment_leaves_nothing_behind() -> None:
    world = world_with("a.wav")
    batch_id, recording_id = ids(world, "a.wav")
    save = world.store.save

    def deleted_first(*args: Any, **kwargs: Any) -> Any:
        world.store.save = save  # type: ignore[method-assign]
        delete(world, "a.wav")
        return save(*args, **kwargs)

    world.store.save = deleted_first  # type: ignore[method-assign]
    with pytest.raises(Exception, match="save"):
        world.app.revise(batch_id, recording_id, Correcting(id="too late", based_on=0), "Ann")
    assert not world.revisions.there and not world.outputs.files


def hold(world: World, name: str, what: str) -> None:
    batch_id, recording_id = ids(world, name)
    if what == "batch":
        world.app.holds.hold_batch(batch_id, "Ann", "case 7")
    else:
        world.app.holds.hold_recording(batch_id, recording_id, "Ann", "case 7")


def release(world: World, name: str, what: str) -> None:
    batch_id, recording_id = ids(world, name)
    if what == "batch":
        world.app.holds.release_batch(batch_id, "Bob")
    else:
        world.app.holds.release_recording(batch_id, recording_id, "Bob")


@pytest.mark.parametrize("what", ["batch", "recording"])
def test_what_is_held_stays_until_it_is_released(what: str) -> None:
    world = world_with(keep_rows_days=2, keep_outputs=False, keep_audio_days=1, keep_outputs_days=1)
    batch_id, recording_id = ids(world, "calls/0.wav")
    hold(world, "calls/0.wav", what)
    hold(world, "calls/0.wav", what)
    with pytest.raises(OnHold, match="held"):
        world.app.delete_batch(batch_id, True)
    with pytest.raises(OnHold, match="by Ann"):
        world.app.delete_recording(batch_id, recording_id, with_audio=True, by="x")
    after(world, 5)
    assert "calls/0.wav" in audio_of(world) and len(made_of(world, "calls/0.wav")) == 2
    release(world, "calls/0.wav", what)
    release(world, "calls/0.wav", what)
    assert world.store.headers[batch_id].held == 0
    after(world, 3)
    assert set(world.rows()) == {"0.wav"}


def test_a_recording_that_is_held_does_not_keep_its_neighbours() -> None:
    world = world_with("calls/0.wav", "calls/1.wav", keep_audio_days=1)
    hold(world, "calls/0.wav", "recording")
    after(world, 3)
    assert audio_of(world) == {"calls/0.wav"}
    delete(world, "calls/1.wav")
    assert_all_is_well(world)


def test_what_was_deleted_cannot_be_held() -> None:
    world = world_with("a.wav", "b.wav")
    hold(world, "b.wav", "recording")
    row = delete(world, "a.wav")
    with pytest.raises(BatchBusy):
        world.app.holds.hold_recording(row.batch_id, row.id, "Ann")
    release(world, "b.wav", "recording")
    world.app.delete_batch(row.batch_id, True)
    with pytest.raises(BatchBusy):
        world.app.holds.hold_batch(row.batch_id, "Ann")


@pytest.mark.parametrize("what", ["batch", "recording"])
def test_the_status_of_a_batch_that_is_long_over_tells_of_its_holds(what: str) -> None:
    world = world_with()
    hold(world, "calls/0.wav", what)
    batch_id = world.rows()["calls/0.wav"].batch_id
    for _ in range(3):
        status = world.app.batch_status(batch_id)
        assert (status.hold is not None, status.held) == (
            (True, 0) if what == "batch" else (False, 1)
        )
        world.clock.advance(3_600)
        world.sweep()
        world.run()


def test_a_hold_survives_a_retry_that_looks_at_the_recording_anew() -> None:
    world = World()
    world.drop("empty.wav", b"")
    world.run()
    hold(world, "empty.wav", "recording")
    world.app.retry(ids(world, "empty.wav")[0])
    world.run()
    assert world.rows()["empty.wav"].hold is not None


def test_a_hold_that_comes_while_something_goes_finds_it_written_or_keeps_it() -> None:
    """At each moment between two calls of the removal."""
    for point in range(40):
        world = world_with(keep_audio_days=1)
        world.clock.advance(2 * DAY)
        outcome = _held_at(world, point)
        if outcome is None:
            assert point > 4
            return
        was_written = outcome.removal is not None
        after(world, 2)
        assert ("calls/0.wav" not in audio_of(world)) == was_written
        assert_all_is_well(world)
    raise AssertionError("it never ended")


def _held_at(world: World, point: int) -> Recording | None:
    """The row as it is when the hold is answered; None: there are fewer calls."""
    calls, held = 0, []
    commit, recordings = world.store.commit, world.store.recordings

    def before(*args: Any, **kwargs: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == point + 1:
            hold(world.twin(), "calls/0.wav", "batch")
            held.append(world.rows()["calls/0.wav"])

    def committed(batch: Batch, rows: Any) -> Any:
        if not held:
            before()
        return commit(batch, rows)

    def read(*args: Any, **kwargs: Any) -> Any:
        if not held:
            before()
        return recordings(*args, **kwargs)

    world.store.commit, world.store.recordings = committed, read  # type: ignore[method-assign]
    world.sweep()
    world.run()
    return held[0] if held else None


@pytest.fixture
def api() -> tuple[World, Api]:
    world = World()
    return world, Api(lambda: world.app, Access(by_own=True))


def test_the_api_holds_tells_refuses_and_deletes(api: tuple[World, Api]) -> None:
    world, call = api
    world.drop("a.wav")
    world.run()
    batch_id, recording_id = ids(world, "a.wav")
    item = {"batch_id": batch_id, "recording_id": recording_id}
    batch = {"batch_id": batch_id}
    held = call("hold_item", item, json_={"reason": "case 7"}, headers=OWNER)
    assert held.status == 200 and held.json["reason"] == "case 7" and held.json["by"]
    refused = call("delete_item", item, query={"audio": "true"}, headers=key(call))
    assert (refused.status, refused.json["code"]) == (409, "on_hold")
    assert "released" in refused.json["detail"]
    assert call("get_batch", batch, headers=key(call)).json["held"] == 1
    assert call("get_item", item, headers=key(call)).json["hold"]["reason"] == "case 7"
    assert call("hold_batch", batch, headers=key(call)).status == 200
    assert call("get_batch", batch, headers=key(call)).json["hold"]["by"] == "K"
    assert call("release_batch", batch, headers=key(call)).status == 403
    assert call("release_batch", batch, headers=OWNER).status == 204
    assert call("release_item", item, headers=OWNER).status == 204
    assert call("delete_item", item, query={"audio": "true"}, headers=key(call)).status == 204
    world.run()
    got = call("get_item", item, headers=key(call)).json
    assert got["removal"]["is_done"] and got["removal"]["by"] == "K"
    assert (got["name"], got["formats"]) == (DELETED_NAME, [])
    assert "delete_item" in {entry.operation for entry in world.trail.entries}


def key(call: Api, role: str = "Operate") -> dict[str, str]:
    made = call("create_key", json_={"name": "K", "roles": [role]}, headers=OWNER).json
    return {"Authorization": f"Bearer {made['key']}"}


@pytest.mark.parametrize("part", ["audio", "outputs"])
def test_a_copy_that_was_made_for_a_provider_goes_with_what_goes(part: str) -> None:
    world = world_with(**{f"keep_{part}_days": 1})
    batch_id, recording_id = ids(world, "calls/0.wav")
    row = world.store.rows[batch_id, recording_id]
    world.store.rows[batch_id, recording_id] = msgspec.structs.replace(row, copy="prepared/x")
    world.copies.kept[f"{batch_id}/{recording_id}.k.flac"] = b"sound"
    world.copies.made_at[f"{batch_id}/{recording_id}.k.flac"] = world.clock.now()
    world.policy = msgspec.structs.replace(world.policy, prepared_days=30)
    world.start()
    after(world, 3)
    assert not world.copies.kept
    assert world.store.rows[batch_id, recording_id].copy is None
