"""The way of recordings from the drop to the report, on stand-ins."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from copy import copy
from datetime import timedelta
from itertools import count

import pytest

from shared.errors import StoreConflict
from shared.messages import Finish, Plan
from shared.model.policy import Policy
from shared.model.profile.profile import Profile
from shared.model.recording.recording import Recording
from shared.ports.state import Whole
from tests.fakes.blobs import own_name
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.stores import FakeBatchStore
from tests.fakes.world import World, a_second_of_silence

ANOTHER = a_second_of_silence() + b"\x80\x81"
NAMES = [
    "+15551234.wav",
    "two words.wav",
    "100%.wav",
    "100%25.wav",
    "a#1.wav",
    "what?.wav",
    "grüße-日本語-🎙.wav",
    "deep/er/and/deeper/call.wav",
    "a//b.wav",
    "call.wav",
    "call.mp3.wav",
]


def report(world: World, batch_id: str) -> dict:
    return json.loads(world.outputs.reports[f"reports/{batch_id}.json"])


def only_batch(world: World) -> str:
    [batch_id] = world.store.headers
    return batch_id


def test_two_dropped_recordings_go_all_the_way_in_one_job() -> None:
    world = World()
    assert world.drop("a.wav") is not None
    world.drop("b.wav")
    assert world.states() == {"a.wav": "waiting", "b.wav": "waiting"}
    world.clock.advance(66)
    world.drain()
    assert world.states() == {"a.wav": "planned", "b.wav": "planned"}
    [job] = world.store.job_rows.values()
    assert (job.state, job.recordings, job.audio_ms) == ("submitted", 2, 2_000)
    assert list(world.active.entries) == [job.id]
    world.complete_all()
    world.drain()
    assert world.states() == {"a.wav": "transcribed", "b.wav": "transcribed"}
    assert set(world.outputs.files) == {
        f"transcripts/audio/{name}{ending}"
        for name in ("a.wav", "b.wav")
        for ending in (".json", ".vtt")
    }
    counts = report(world, only_batch(world))["counts"]
    assert counts == {
        "accepted": 2,
        "transcribed": 2,
        "failed": 0,
        "unchanged": 0,
        "needs_review": 0,
    }
    assert len(world.provider.created) == 1
    assert world.provider.deleted == ["westeurope-0001"]
    assert_all_is_well(world)


def test_the_providers_copy_goes_only_after_every_row_is_terminal() -> None:
    world = World(policy=Policy(slice_size=1))
    for name in ("a.wav", "b.wav", "c.wav"):
        world.drop(name)
    world.clock.advance(66)
    world.drain()
    world.complete_all()
    while (message := world.queue.take()) is not None:
        world.step(message)
        if world.provider.deleted:
            assert set(world.states().values()) == {"transcribed"}
    assert_all_is_well(world)


def test_a_profile_can_leave_the_copy_at_the_provider() -> None:
    world = World(profiles=(Profile(keep_provider_copy=True),))
    world.drop("a.wav")
    world.run()
    assert world.provider.deleted == []
    assert_all_is_well(world)


def test_an_event_that_comes_twice_makes_one_row_and_one_job() -> None:
    world = World()
    world.drop("a.wav")
    assert world.register("audio", "a.wav") is None
    world.start()
    assert world.register("audio", "a.wav") is None
    world.run()
    assert world.register("audio", "a.wav") is None
    world.run()
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


def test_two_instances_that_register_and_plan_at_once_make_one_job() -> None:
    world = World()
    twin = world.twin()
    world.drop("a.wav")
    twin.drop("b.wav")
    assert twin.register("audio", "a.wav") is None
    assert world.register("audio", "b.wav") is None
    world.clock.advance(66)
    first, second = world.queue.take(), world.queue.take()
    assert first is not None and first == second
    world.step(first)
    twin.step(second)
    world.run()
    assert [len(request.content_urls) for request in world.provider.created] == [2]
    assert_all_is_well(world)


@pytest.mark.long
@pytest.mark.parametrize("saves", [0, 1, 2])
def test_a_second_planner_in_the_middle_of_the_first_takes_nothing_twice(saves: int) -> None:
    world = World()
    for i in range(250):
        world.drop(f"{i}.wav")
    world.clock.advance(66)
    message = world.queue.take()
    assert message is not None
    twin, save, calls = world.twin(), world.store.save, []

    def save_and_be_overtaken(*args: object, **kwargs: object) -> object:
        calls.append(1)
        if len(calls) == saves + 1:
            twin.step(message)
        return save(*args, **kwargs)  # type: ignore[arg-type]

    world.store.save = save_and_be_overtaken  # type: ignore[assignment,method-assign]
    world.step(message)
    world.run()
    urls = [url for request in world.provider.created for url in request.content_urls]
    assert len(urls) == len(set(urls)) == 250
    assert len(world.provider.created) == 1, "jobs of one kind leave the line together"
    assert_all_is_well(world)


class StaleStore:
    """The store as a planner sees it that read the waiting recordings a moment too early."""

    def __init__(self, store: FakeBatchStore, batch_id: str) -> None:
        self._store, self._waiting = store, list(store.recordings(batch_id, state="waiting"))

    def recordings(self, batch_id: str, **where: str) -> Iterator[Recording]:
        return iter(self._waiting)

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)


@pytest.mark.long
@pytest.mark.parametrize("saves", [1, 2])
def test_a_planner_that_lost_its_first_transaction_leaves_the_rest_to_the_winner(
    saves: int,
) -> None:
    world = World()
    for i in range(250):
        world.drop(f"{i}.wav")
    world.clock.advance(66)
    message = world.queue.take()
    assert message is not None
    twin, save, calls = copy(world), world.store.save, count(1)
    twin.store = StaleStore(world.store, only_batch(world))  # type: ignore[assignment]
    twin.start()

    def save_and_be_joined(*args: object, **kwargs: object) -> object:
        if next(calls) == saves + 1:
            twin.step(message)
        return save(*args, **kwargs)  # type: ignore[arg-type]

    world.store.save = save_and_be_joined  # type: ignore[assignment,method-assign]
    world.step(message)
    world.run()
    assert [len(request.content_urls) for request in world.provider.created] == [250]
    assert_all_is_well(world)


def test_a_late_recording_joins_its_batch_and_the_report_is_written_again() -> None:
    world = World()
    world.drop("a.wav")
    dropped_at = world.clock.now()
    world.audio.drop("late.wav", a_second_of_silence(), dropped_at + timedelta(seconds=1))
    world.audio.versions.discard(("audio", "late.wav", "0x0002"))
    world.run()
    assert report(world, only_batch(world))["counts"]["accepted"] == 1
    assert_all_is_well(world)
    world.audio.versions.add(("audio", "late.wav", "0x0002"))
    world.register("audio", "late.wav")
    world.run()
    assert report(world, only_batch(world))["counts"]["accepted"] == 2
    assert_all_is_well(world)


def test_a_late_recording_is_not_kept_waiting_for_a_window() -> None:
    world = World()
    world.audio.drop("late.wav", a_second_of_silence(), world.clock.now())
    world.clock.advance(3_600)
    world.register("audio", "late.wav")
    world.clock.advance(world.policy.late_seconds)
    world.drain()
    assert len(world.provider.created) == 1


def test_an_event_of_a_blob_that_is_gone_is_let_go() -> None:
    world = World()
    assert world.register("audio", "gone.wav") is None
    assert world.store.headers == {}


@pytest.mark.parametrize("older_first", [True, False])
def test_of_audio_that_is_overwritten_while_it_is_transcribed_only_the_newest_is_sure(
    older_first: bool,
) -> None:
    world = World()
    older = world.drop("a.wav")
    assert older is not None
    world.clock.advance(120)  # so each version has a batch and a job of its own
    world.drain()
    newer = world.drop("a.wav", ANOTHER)
    assert newer is not None and newer.batch_id != older.batch_id
    world.clock.advance(70)
    world.drain()
    order = list(world.provider.transcriptions)
    for key in order if older_first else reversed(order):
        world.provider.complete(key)
        world.run_webhook(key)
    plain = "transcripts/audio/a.wav.json"
    world.run()
    assert world.outputs.files[plain].recording_id == newer.id
    assert set(world.outputs.files) == {
        "transcripts/audio/a.wav.json",
        "transcripts/audio/a.wav.vtt",
        "errors/audio/a.wav.json",
    }
    row = world.store.recording(older.batch_id, older.id)
    assert row is not None and row.failure is not None
    assert row.failure.code == "audio_replaced"
    assert_all_is_well(world)


def test_two_versions_in_one_second_end_in_one_order_however_often_they_are_written() -> None:
    world = World()
    older = world.drop("a.wav")
    newer = world.drop("a.wav", ANOTHER)
    assert older is not None and newer is not None and older.batch_id == newer.batch_id
    world.run()
    path = "transcripts/audio/a.wav.json"
    content = world.outputs.files[path].content
    for row in (older, newer, older):
        world.outputs.put(path, content, "application/json", recording=row)
    assert world.outputs.files[path].recording_id == newer.id
    assert world.outputs.files[own_name(path, older.id)].recording_id == older.id


@pytest.mark.parametrize(
    ("name", "data"),
    [("raw.wav", b"\x00\x01" * 4_000), ("empty.wav", b""), ("notes.txt", b"Call Bob.\n" * 50)],
)
def test_what_is_not_audio_fails_alone_with_an_error_report(name: str, data: bytes) -> None:
    world = World()
    world.drop("good.wav")
    world.drop(name, data)
    world.run()
    assert world.states() == {"good.wav": "transcribed", name: "failed"}
    row = world.rows()[name]
    assert row.failure is not None and row.failure.kind == "input"
    error = json.loads(world.outputs.files[f"errors/audio/{name}.json"].content)
    assert (error["name"], error["failure"]["code"]) == (name, row.failure.code)
    assert [len(request.content_urls) for request in world.provider.created] == [1]
    assert_all_is_well(world)


def test_a_batch_of_nothing_but_refused_recordings_is_reported() -> None:
    world = World()
    world.drop("empty.wav", b"")
    world.run()
    assert world.provider.created == []
    assert report(world, only_batch(world))["counts"]["failed"] == 1
    assert_all_is_well(world)


def test_a_refused_recording_that_slips_in_beside_a_report_is_in_the_next() -> None:
    """It is covered by the plan message of its neighbour, so it does not open the batch itself."""
    world = World()
    an_hour_ago = world.clock.now() - timedelta(hours=1)
    world.drop_at("one.wav", b"", an_hour_ago)
    put_stream = world.outputs.put_stream

    def drop_meanwhile(path: str, chunks: Iterable[bytes], media_type: str) -> None:
        put_stream(path, chunks, media_type)
        if ("audio", "two.wav") not in world.audio.blobs:
            world.drop_at("two.wav", b"", an_hour_ago)

    world.outputs.put_stream = drop_meanwhile  # type: ignore[method-assign]
    world.step(Finish(batch_id=only_batch(world)))
    assert report(world, only_batch(world))["counts"]["accepted"] == 1
    world.run()
    assert report(world, only_batch(world))["counts"]["accepted"] == 2
    assert_all_is_well(world)


def test_a_recording_that_comes_in_while_the_report_is_written_is_reported_again() -> None:
    world = World()
    world.drop("a.wav")
    dropped_at, put_stream = world.clock.now(), world.outputs.put_stream

    def drop_meanwhile(path: str, chunks: Iterable[bytes], media_type: str) -> None:
        put_stream(path, chunks, media_type)
        if ("audio", "late.wav") not in world.audio.blobs:
            world.drop_at("late.wav", a_second_of_silence(), dropped_at)

    world.outputs.put_stream = drop_meanwhile  # type: ignore[method-assign]
    world.run()
    assert report(world, only_batch(world))["counts"]["accepted"] == 2
    assert_all_is_well(world)


def test_a_batch_that_is_deleted_while_a_report_is_written_is_not_opened_for_another() -> None:
    """Another instance wrote one meanwhile, and somebody had seen enough."""
    world = World()
    an_hour_ago = world.clock.now() - timedelta(hours=1)
    world.drop_at("one.wav", b"", an_hour_ago)
    twin, put_stream, batch_id = world.twin(), world.outputs.put_stream, only_batch(world)

    def delete_meanwhile(path: str, chunks: Iterable[bytes], media_type: str) -> None:
        put_stream(path, chunks, media_type)
        if ("audio", "two.wav") not in world.audio.blobs:
            twin.drop_at("two.wav", b"", an_hour_ago)
            twin.step(Finish(batch_id=batch_id))
            twin.app.delete_batch(batch_id, True)

    world.outputs.put_stream = delete_meanwhile  # type: ignore[method-assign]
    with pytest.raises(StoreConflict):
        world.step(Finish(batch_id=batch_id))
    world.drain()
    batch = world.store.batch(batch_id)
    assert batch is not None and batch.deleted_at is not None
    assert batch_id not in world.store.notes


def test_a_report_that_was_overtaken_by_another_is_written_once_more() -> None:
    """The slower of two writers may leave an older page on top of a newer one."""
    world = World()
    an_hour_ago = world.clock.now() - timedelta(hours=1)
    world.drop_at("one.wav", b"", an_hour_ago)
    twin, put_stream = world.twin(), world.outputs.put_stream

    def overtaken(path: str, chunks: Iterable[bytes], media_type: str) -> None:
        content = b"".join(chunks)
        if ("audio", "two.wav") not in world.audio.blobs:
            twin.drop_at("two.wav", b"", an_hour_ago)
            twin.step(Finish(batch_id=only_batch(world)))
        put_stream(path, [content], media_type)

    world.outputs.put_stream = overtaken  # type: ignore[method-assign]
    world.queue.send(Finish(batch_id=only_batch(world)))
    world.run()
    assert_all_is_well(world)


@pytest.mark.parametrize("name", NAMES)
def test_any_name_comes_back_in_the_outputs(name: str) -> None:
    world = World()
    world.drop(name)
    world.drop("neighbour.wav")
    world.run()
    transcript = json.loads(world.outputs.files[f"transcripts/audio/{name}.json"].content)
    assert transcript["source"]["name"] == name
    assert transcript["text"] == f"This is {name.rpartition('/')[2]}."
    assert f"transcripts/audio/{name}.vtt" in world.outputs.files
    assert_all_is_well(world)


def test_all_names_together_find_their_own_results() -> None:
    world = World()
    for name in NAMES:
        world.drop(name)
    world.run()
    for name in NAMES:
        transcript = json.loads(world.outputs.files[f"transcripts/audio/{name}.json"].content)
        assert transcript["text"] == f"This is {name.rpartition('/')[2]}."
    assert_all_is_well(world)


def test_metadata_of_a_blob_wins_over_its_profile() -> None:
    calls = Profile(name="calls", prefixes=("calls",), formats=("srt",))
    world = World(profiles=(Profile(), calls))
    world.drop("calls/a.wav", metadata={"dropscribe_locale": "de-DE", "ticket": "4711"})
    world.drop("b.wav", metadata={"Dropscribe_Profile": "calls"})
    world.drop("c.wav")
    world.run()
    rows = world.rows()
    assert rows["calls/a.wav"].profile.options.locale == "de-DE"
    assert {name: row.profile.name for name, row in rows.items()} == {
        "calls/a.wav": "calls",
        "b.wav": "calls",
        "c.wav": "default",
    }
    transcript = json.loads(world.outputs.files["transcripts/audio/calls/a.wav.json"].content)
    assert transcript["job"]["metadata"] == {"ticket": "4711"}
    assert "transcripts/audio/b.wav.srt" in world.outputs.files
    assert_all_is_well(world)


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ({"dropscribe_profile": "nobody"}, "unknown_profile"),
        ({"dropscribe_locale": "not a locale"}, "bad_metadata"),
        ({"dropscribe_nonsense": "1"}, "bad_metadata"),
        ({"dropscribe_profile": "nobody", "dropscribe_channels": "x"}, "bad_metadata"),
    ],
)
def test_metadata_that_makes_no_sense_fails_that_recording_with_a_reason(
    metadata: dict[str, str], code: str
) -> None:
    world = World()
    world.drop("odd.wav", metadata=metadata)
    world.drop("good.wav")
    world.run()
    failure = world.rows()["odd.wav"].failure
    assert failure is not None and failure.code == code
    assert world.states()["good.wav"] == "transcribed"
    assert_all_is_well(world)


def test_jobs_hold_at_most_what_the_provider_takes() -> None:
    world = World(files_per_job=20)
    for i in range(50):
        world.drop(f"{i:02}.wav")
    world.run()
    assert sorted(len(request.content_urls) for request in world.provider.created) == [10, 20, 20]
    assert_all_is_well(world)


def test_recordings_that_are_asked_for_differently_go_in_different_jobs() -> None:
    world = World()
    for i in range(6):
        locale = ("de-DE", "en-US", "fr-FR")[i % 3]
        world.drop(f"{i}.wav", metadata={"dropscribe_locale": locale})
    world.run()
    asked = {
        request.options.locale: len(request.content_urls) for request in world.provider.created
    }
    assert asked == {"de-DE": 2, "en-US": 2, "fr-FR": 2}
    assert_all_is_well(world)


@pytest.mark.long
@pytest.mark.parametrize("count", [98, 99, 100, 250, 1_000])
def test_many_recordings_go_in_one_job_within_the_tables_transactions(count: int) -> None:
    world = World()
    for i in range(count):
        world.drop(f"{i:04}.wav")
    world.run()
    [request] = world.provider.created
    assert len(request.content_urls) == count
    [job] = world.store.job_rows.values()
    assert (job.recordings, job.audio_ms) == (count, count * 1_000)
    indices = sorted(row.job_index or 0 for row in world.store.rows.values())
    assert indices == list(range(count))
    assert world.provider.calls["result"] == count
    assert_all_is_well(world)


@pytest.mark.long
def test_a_thousand_recordings_stay_within_the_budget_of_messages_and_calls() -> None:
    world = World()
    for i in range(1_000):
        world.drop(f"{i:04}.wav")
    world.run()
    assert world.queue.sent <= 30
    assert sum(world.provider.calls.values()) - world.provider.calls["result"] <= 20


def test_a_container_that_is_exactly_the_batch_goes_as_one_url() -> None:
    world = World(profiles=(Profile(container_jobs=True),), files_per_job=3)
    for name in ("a.wav", "b c.wav", "deep/d+.wav", "e.wav"):
        world.drop(name)
    world.provider.list_container = world.container_listing
    world.run()
    [request] = world.provider.created
    assert request.container_url is not None and request.content_urls == ()
    assert set(world.states().values()) == {"transcribed"}
    assert_all_is_well(world)


def test_a_container_with_a_stranger_in_it_goes_file_by_file() -> None:
    world = World(profiles=(Profile(container_jobs=True),))
    world.drop("a.wav")
    world.drop("readme.txt", b"not audio at all, but it lies in the container")
    world.run()
    [request] = world.provider.created
    assert request.container_url is None and len(request.content_urls) == 1
    assert_all_is_well(world)


def test_a_container_with_an_overwritten_blob_goes_file_by_file() -> None:
    world = World(profiles=(Profile(container_jobs=True),))
    world.drop("a.wav")
    world.drop("a.wav", ANOTHER)
    world.run()
    assert all(request.container_url is None for request in world.provider.created)
    assert_all_is_well(world)


def test_of_many_plans_of_one_batch_a_process_runs_one_and_then_one_more() -> None:
    world = World()
    for i in range(3):
        world.drop(f"{i}.wav")
    world.clock.advance(66)
    [batch_id] = world.store.notes
    read = world.store.whole
    reads = 0

    def read_while_others_ask(asked: str) -> Whole | None:
        nonlocal reads
        reads += 1
        if reads == 1:
            for _ in range(5):
                world.step(Plan(batch_id=batch_id))
        return read(asked)

    world.store.whole = read_while_others_ask  # type: ignore[method-assign]
    world.queue.waiting.clear()
    world.step(Plan(batch_id=batch_id))
    assert reads == 1
    assert [m for _, m in world.queue.waiting if isinstance(m, Plan)] == [Plan(batch_id=batch_id)]
    world.run()
    assert_all_is_well(world)
