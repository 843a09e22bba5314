"""The table is lost, or is an older one: what was transcribed is not paid for again."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest

from shared.errors import StoreUnavailable
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import BAD
from tests.fakes.stores import (
    FakeActiveJobs,
    FakeBatchStore,
    FakeContents,
    FakeDiaries,
    FakeEndpointBook,
    FakeLine,
    FakeNames,
)
from tests.fakes.world import World, a_second_of_silence

DAY = 86_400


def lose_table(world: World, copy: FakeBatchStore | None = None) -> None:
    """With its indices; what lies in blobs stays."""
    world.store = copy or FakeBatchStore()
    world.active, world.line = FakeActiveJobs(), FakeLine()
    world.contents, world.names = FakeContents(), FakeNames()
    world.book, world.diaries = FakeEndpointBook(), FakeDiaries()
    world.store.notices = world.book.notices = world.outbox.notices
    world.clock.advance(2 * DAY)
    world.start()


def find_all(world: World) -> None:
    for _ in range(4):
        world.clock.advance(600)
        world.sweep()
        world.run()


def transcribed(**profile: object) -> World:
    world = World(profiles=(Profile(**profile),))  # type: ignore[arg-type]
    for name in ("a.wav", "b.wav", "calls/c.wav"):
        world.drop(name)
    world.run()
    return world


@pytest.mark.parametrize("options", [Options(), Options(redact=("phone_number",))])
def test_transcripts_that_are_there_are_found_and_nothing_is_sent(options: Options) -> None:
    world = transcribed(options=options)
    before = {row.id: row.outcome for row in world.store.rows.values()}
    sent = len(world.provider.created)
    lose_table(world)
    find_all(world)
    assert len(world.provider.created) == sent
    assert {row.id: row.outcome for row in world.store.rows.values()} == before
    for row in world.store.rows.values():
        assert "nothing was paid again" in row.notes[-1]
        assert row.endpoint and row.transcription_id
    assert_all_is_well(world)


def test_a_transcript_that_hides_less_than_is_wanted_by_now_is_made_anew() -> None:
    world = transcribed(options=Options(redact=("phone_number",)))
    wanted = Options(redact=("phone_number", "email_address"))
    world.profiles = (Profile(options=wanted),)
    lose_table(world)
    find_all(world)
    assert len(world.provider.created) == 2
    assert set(world.states().values()) == {"transcribed"}
    assert not [row for row in world.store.rows.values() if row.notes]
    assert_all_is_well(world)


def test_what_failed_is_tried_again_and_what_is_new_is_sent() -> None:
    world = transcribed()
    world.drop("bad.wav")
    world.provider.bad_sources[world.audio.url("audio", "bad.wav")] = BAD
    world.run()
    world.provider.bad_sources.clear()
    lose_table(world)
    world.drop("new.wav")
    find_all(world)
    assert set(world.states().values()) == {"transcribed"}
    names = {name for row in world.store.rows.values() if not row.notes for name in [row.name]}
    assert names == {"bad.wav", "new.wav"}
    del world.outputs.files["errors/audio/bad.wav.json"]  # nobody knows of it any more
    assert_all_is_well(world)


def test_with_an_older_copy_only_what_it_lacks_is_looked_for() -> None:
    world = transcribed()
    copy = deepcopy(world.store)
    world.clock.advance(3_600)
    world.drop("later.wav")
    world.run()
    sent = len(world.provider.created)
    lose_table(world, copy)
    find_all(world)
    assert len(world.provider.created) == sent
    assert [r.name for r in world.store.rows.values() if r.notes] == ["later.wav"]
    assert_all_is_well(world)


def test_formats_that_are_wanted_by_now_are_written() -> None:
    world = transcribed()
    world.profiles = (Profile(formats=("vtt", "txt")),)
    lose_table(world)
    find_all(world)
    assert "transcripts/audio/a.wav.txt" in world.outputs.files
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


def test_a_manifest_whose_batch_was_lost_finds_its_transcripts() -> None:
    world = World()
    for name in ("x.wav", "y.wav"):
        world.audio.drop(name, a_second_of_silence(), world.clock.now(), container="uploads")
    content = json.dumps({"recordings": [{"blob": "x.wav"}, {"blob": "y.wav"}]}).encode()
    world.audio.drop("m.json", content, world.clock.now(), container="manifests")
    world.app.manifest_dropped("manifests", "m.json")
    world.run()
    sent = len(world.provider.created)
    lose_table(world)
    find_all(world)
    assert set(world.states().values()) == {"transcribed"}
    assert len(world.provider.created) == sent
    assert_all_is_well(world)


def test_a_transcript_of_another_version_or_none_at_all_is_not_taken() -> None:
    world = transcribed()
    for path in list(world.outputs.files):
        if "/a.wav" in path:
            del world.outputs.files[path]
        elif path.endswith("b.wav.json"):
            broken = world.outputs.files[path]
            world.outputs.files[path] = type(broken)(
                b"{", broken.media_type, broken.recording_id, broken.audio_version
            )
    lose_table(world)
    find_all(world)
    assert set(world.states().values()) == {"transcribed"}
    assert sum(not row.notes for row in world.store.rows.values()) == 2
    assert_all_is_well(world)


def test_trouble_with_storage_sends_nothing_and_is_waited_for() -> None:
    world = transcribed()
    sent = len(world.provider.created)
    read, calls = world.outputs.read_own, []

    def refused(*args: object, **kwargs: object) -> bytes | None:
        calls.append(args)
        if len(calls) < 5:
            raise StoreUnavailable("503")
        return read(*args, **kwargs)  # type: ignore[arg-type]

    lose_table(world)
    world.outputs.read_own = refused  # type: ignore[method-assign]
    find_all(world)
    assert len(world.provider.created) == sent
    assert set(world.states().values()) == {"transcribed"}


def test_what_was_just_dropped_costs_no_question_more() -> None:
    world = World()
    read = world.outputs.read_own

    def only_what_is_there(path: str, recording_id: str) -> bytes | None:
        assert path in world.outputs.files, "the report reads what was written; nobody else asks"
        return read(path, recording_id)

    world.outputs.read_own = only_what_is_there  # type: ignore[method-assign]
    world.drop("a.wav")
    world.run()
    assert world.states() == {"a.wav": "transcribed"}
