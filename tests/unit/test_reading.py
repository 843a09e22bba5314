"""What people look at: how all is doing, and the sound of a recording."""

from __future__ import annotations

import msgspec
import pytest

from shared.model.access.caller import Caller
from shared.reading.overview import KNOWN_FOR
from tests.fakes.api import Api
from tests.fakes.world import OWNER_KEY, World, a_second_of_silence

OWNER = Caller(id="owner-key", kind="key")
AS_OWNER = {"x-functions-key": OWNER_KEY}


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def api(world: World) -> Api:
    return Api(lambda: world.app)


def ask(world: World, api: Api, *names: str) -> dict[str, str]:
    for name in names:
        world.audio.drop(name, a_second_of_silence(), world.clock.now(), container="uploads")
    manifest = {"title": "Calls", "recordings": [{"blob": name} for name in names]}
    return {"batch_id": api("create_batch", json_=manifest).json["id"]}


def done(world: World, api: Api, *names: str) -> dict[str, str]:
    path = ask(world, api, *names)
    world.run()
    [item, *_] = api("list_items", path).json["value"]
    return {**path, "recording_id": item["id"]}


def test_what_is_open_is_shown_with_its_counts_and_then_among_what_was_lately(
    world: World, api: Api
) -> None:
    path = ask(world, api, "a.wav", "b.wav")
    [batch] = api("get_overview").json["open"]
    assert (batch["id"], batch["counts"]["accepted"]) == (path["batch_id"], 2)
    world.run()
    world.clock.advance(KNOWN_FOR.total_seconds())
    seen = api("get_overview").json
    assert seen["open"] == []
    [entry] = seen["lately"]
    assert (entry["id"], entry["status"], entry["recordings"]) == (path["batch_id"], "completed", 2)
    assert seen["health"]["endpoints"]


def test_many_viewers_cost_as_much_as_one(world: World, api: Api) -> None:
    first = api("get_overview").json
    ask(world, api, "a.wav")
    assert api("get_overview").json == first
    world.clock.advance(KNOWN_FOR.total_seconds())
    assert api("get_overview").json != first


def test_what_a_viewer_has_is_not_sent_again(world: World, api: Api) -> None:
    etag = api("get_overview").headers["ETag"]
    again = api("get_overview", headers={"If-None-Match": etag})
    assert (again.status, again.body) == (304, b"")
    ask(world, api, "a.wav")
    world.clock.advance(KNOWN_FOR.total_seconds() + 10)
    assert api("get_overview", headers={"If-None-Match": etag}).status == 200


def test_audio_is_opened_by_a_link_that_lives_for_minutes(world: World, api: Api) -> None:
    path = done(world, api, "a.wav")
    got = api("get_audio", path, headers=AS_OWNER)
    assert got.json["url"].startswith("https://")
    assert "uploads/a.wav" in got.json["url"]
    assert got.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        ("audio/mpeg", "audio/mpeg"),
        ("Video/mp4", "Video/mp4"),
        ("application/x-www-form-urlencoded", None),
        ("application/octet-stream", None),
        (None, None),
    ],
)
def test_the_kind_of_audio_is_told_where_somebody_said_one(
    world: World, api: Api, stored: str | None, told: str | None
) -> None:
    """What programs say by themselves of whatever they upload is no kind of audio."""
    path = done(world, api, "a.wav")
    [(key, row)] = world.store.rows.items()
    world.store.rows[key] = msgspec.structs.replace(row, media_type=stored)
    assert api("get_audio", path, headers=AS_OWNER).json["media_type"] == told


def test_audio_that_was_replaced_or_is_gone_is_not_opened(world: World, api: Api) -> None:
    path = done(world, api, "a.wav")
    world.audio.drop("a.wav", a_second_of_silence(), world.clock.now(), container="uploads")
    got = api("get_audio", path, headers=AS_OWNER)
    assert (got.status, got.json["code"]) == (409, "audio_changed")
    del world.audio.blobs["uploads", "a.wav"]
    got = api("get_audio", path, headers=AS_OWNER)
    assert (got.status, got.json["code"]) == (404, "audio_missing")
    got = api("get_audio", {**path, "recording_id": "0" * 32}, headers=AS_OWNER)
    assert (got.status, got.json["code"]) == (404, "recording_missing")


def test_recordings_are_found_by_a_part_of_their_name(world: World, api: Api) -> None:
    path = ask(world, api, "north/Visit.wav", "south.wav")
    world.run()
    for part, names in (("VISIT", ["north/Visit.wav"]), ("th", ["north/Visit.wav", "south.wav"])):
        found = api("list_items", path, query={"name": part}).json["value"]
        assert sorted(item["name"] for item in found) == names
    assert api("list_items", path, query={"needs_review": "true"}).status == 200


def test_who_is_bound_to_a_container_sees_what_is_of_that_container(world: World, api: Api) -> None:
    path = ask(world, api, "a.wav")
    bound = world.app.keys.make("Sales", ["Read"], containers=["audio"], by=OWNER)
    free = world.app.keys.make("All", ["Read"], by=OWNER)
    for key, seen in ((bound, []), (free, [path["batch_id"]])):
        found = api("get_overview", headers={"x-functions-key": key.secret}).json
        assert [batch["id"] for batch in found["open"]] == seen
        assert [batch["id"] for batch in found["lately"]] == seen
