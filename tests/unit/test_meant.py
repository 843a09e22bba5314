"""What is meant and what is not: stubs, files of systems, and what a profile says."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from shared.model.profile.profile import Profile
from shared.model.profile.taken import Ignored, why_ignored, why_ignored_by_name
from tests.fakes.world import World, a_second_of_silence

PROFILE = Profile(
    only=("*.wav", "*.MP3", "raw/*"),
    ignore=("*-test.wav", "archive/*", "**/private/*"),
    companions=("{name}.json",),
)


@pytest.mark.parametrize(
    "name",
    [
        ".DS_Store",
        "calls/.DS_Store",
        "calls/._call.wav",
        "__MACOSX/calls/x.wav",
        "calls/__MACOSX/x.wav",
        "Thumbs.db",
        "a/b/thumbs.DB",
        "desktop.ini",
        "$RECYCLE.BIN/a.wav",
        "~$notes.docx",
        "calls_$folder$",
        ".gitkeep",
    ],
)
def test_what_systems_leave_is_not_meant(name: str) -> None:
    assert why_ignored_by_name(name) == "system"


@pytest.mark.parametrize("name", ["calls/", "a/b/"])
def test_a_name_that_ends_like_a_folder_is_none_of_a_recording(name: str) -> None:
    assert why_ignored_by_name(name) == "folder"


@pytest.mark.parametrize("name", ["call.wav", "thumbs.db.wav", "DS_Store", "a~$b.wav", ".call.wav"])
def test_recordings_are_meant_whatever_they_are_called(name: str) -> None:
    assert why_ignored_by_name(name) is None


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("call.wav", None),
        ("deep/er/CALL.WAV", None),
        ("call.mp3", None),
        ("raw/any.thing", None),
        ("deep/raw/any.thing", "only"),
        ("notes.txt", "only"),
        ("call-TEST.wav", "ignore"),
        ("archive/call.wav", "ignore"),
        ("archive/2026/call.wav", "ignore"),
        ("calls/archive/call.wav", None),
        ("a/private/call.wav", "ignore"),
        ("private/call.wav", "ignore"),
        ("call.wav.json", "companion"),
    ],
)
def test_a_profile_says_what_is_taken(name: str, why: Ignored | None) -> None:
    assert why_ignored(name, PROFILE, {}) == why


@pytest.mark.parametrize("name", ["call.xml", "a/CALL.JSON", "call.wav.json", "calls.csv"])
def test_data_is_meant_only_where_a_profile_says_so(name: str) -> None:
    assert why_ignored(name, Profile(), {}) == "data"
    assert why_ignored(name, Profile(only=("*",)), {}) is None


@pytest.mark.parametrize(
    ("metadata", "media_type"),
    [
        ({"hdi_isfolder": "true"}, None),
        ({"Hdi_IsFolder": "True"}, "application/octet-stream"),
        ({}, "application/x-directory; charset=utf-8"),
    ],
)
def test_a_stub_of_a_folder_is_told_by_its_properties(
    metadata: dict[str, str], media_type: str | None
) -> None:
    assert why_ignored("calls", Profile(), metadata, media_type) == "folder"
    assert why_ignored("calls", Profile(), {"hdi_isfolder": "false"}, "audio/wav") is None


def litter(world: World) -> None:
    """What a share leaves beside five calls."""
    now = world.clock.now()
    world.audio.drop("calls", b"", now, metadata={"hdi_isfolder": "true"})
    world.audio.drop("calls/.DS_Store", b"\0\0\0\1Bud1", now)
    world.audio.drop("calls/Thumbs.db", bytes.fromhex("d0cf11e0a1b11ae1"), now)
    world.audio.drop("calls/call-0.xml", b"<recording agent='7'/>", now)
    for i in range(5):
        world.audio.drop(f"calls/call-{i}.wav", a_second_of_silence(), now)


@pytest.mark.parametrize("by_event", [True, False])
@pytest.mark.parametrize(
    ("profile", "why"), [(Profile(ignore=("*.xml",)), "ignore"), (Profile(), "data")]
)
def test_five_calls_are_five_recordings(
    by_event: bool, profile: Profile, why: Ignored, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    world = World(profiles=(profile,))
    litter(world)
    if by_event:
        for _, name in list(world.audio.blobs):
            world.register("audio", name)
    else:
        world.clock.advance(600)
        world.sweep()
    world.run()
    assert Counter(world.states().values()) == {"transcribed": 5}
    assert not [path for path in world.outputs.files if path.startswith("errors")]
    told = [json.loads(r.message) for r in caplog.records if "audio.ignored" in r.message]
    counted: Counter[str] = Counter()
    for fact in told:
        counted[fact["why"]] += fact["blobs"]
    assert counted == {"folder": 1, "system": 2, why: 1}


def test_what_is_not_meant_is_looked_for_once(caplog: pytest.LogCaptureFixture) -> None:
    world = World(profiles=(Profile(ignore=("*.xml",)),))
    litter(world)
    world.clock.advance(600)
    world.sweep()
    world.run()
    heads = world.audio.heads
    for _ in range(3):
        world.clock.advance(1_200)
        world.sweep()
        world.run()
    assert world.audio.heads == heads


def test_a_manifest_takes_of_a_folder_what_is_meant_and_alone_what_it_names() -> None:
    world = World(profiles=(Profile(only=("*.wav",)),))
    litter(world)
    for recordings in (
        [{"container": "audio", "prefix": "calls"}],
        [{"container": "audio", "blob": "calls/call-0.xml"}],
    ):
        world.app.accept(json.dumps({"recordings": recordings}).encode())
        world.run()
    by_batch: dict[str, Counter[str]] = {}
    for row in world.store.rows.values():
        by_batch.setdefault(row.batch_id, Counter())[row.state] += 1
    assert sorted(map(dict, by_batch.values()), key=str) == [{"failed": 1}, {"transcribed": 5}]


def test_an_empty_recording_is_a_failure_and_no_stub() -> None:
    world = World()
    world.drop("calls/call.wav", b"")
    world.run()
    assert [row.failure and row.failure.code for row in world.store.rows.values()] == [
        "empty_audio"
    ]


ON_REQUEST = {"dropscribe_on_request": "true"}


def ask_for(world: World, *names: str) -> str:
    recordings = [{"container": "audio", "blob": name} for name in names]
    return world.app.accept(json.dumps({"recordings": recordings}).encode()).id


def test_what_is_left_to_a_request_waits_for_it_whatever_looks_at_the_container() -> None:
    world = World()
    assert world.drop("calls/a.wav", metadata=ON_REQUEST) is None
    world.clock.advance(2 * 86_400)
    world.sweep()
    world.run()
    assert not world.store.rows
    batch = ask_for(world, "calls/a.wav")
    world.run()
    [row] = world.store.rows.values()
    assert (row.batch_id, row.state) == (batch, "transcribed")
    assert "transcripts/audio/calls/a.wav.json" in world.outputs.files


def test_the_same_bytes_left_to_requests_are_not_paid_for_twice() -> None:
    world = World()
    for _ in range(3):
        world.drop("a.wav", metadata=ON_REQUEST)
        ask_for(world, "a.wav")
        world.run()
        world.clock.advance(600)
    assert Counter(row.state for row in world.store.rows.values()) == {
        "transcribed": 1,
        "unchanged": 2,
    }
    assert sum(world.provider.transcribed.values()) == 1


def test_a_prefix_takes_what_is_left_to_requests() -> None:
    world = World()
    world.drop("calls/a.wav", metadata=ON_REQUEST)
    recordings = [{"container": "audio", "prefix": "calls/"}]
    world.app.accept(json.dumps({"recordings": recordings}).encode())
    world.run()
    assert world.states() == {"calls/a.wav": "transcribed"}


@pytest.mark.parametrize(("value", "states"), [("false", "transcribed"), ("yes", "failed")])
def test_any_other_value_leaves_it_to_nobody(value: str, states: str) -> None:
    world = World()
    world.drop("a.wav", metadata={"dropscribe_on_request": value})
    world.run()
    assert world.states() == {"a.wav": states}
