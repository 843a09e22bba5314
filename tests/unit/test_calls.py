"""How conversations went, by the API: of one recording, and summed up."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.model.access.caller import Caller
from shared.reading.conversations import KNOWN_FOR
from tests.fakes.api import Api
from tests.fakes.world import World, a_second_of_silence

OWNER = Caller(id="owner-key", kind="key")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def api(world: World) -> Api:
    return Api(lambda: world.app)


def transcribed(world: World, api: Api, *agents: str) -> tuple[str, list[dict[str, Any]]]:
    """A recording for each, in one batch."""
    names = [f"{agent or 'nobody'}-{n}.wav" for n, agent in enumerate(agents)]
    for name in names:
        world.audio.drop(name, a_second_of_silence(), world.clock.now(), container="uploads")
    recordings = [
        {"blob": name, **({"metadata": {"agent": agent}} if agent else {})}
        for name, agent in zip(names, agents, strict=True)
    ]
    batch = api("create_batch", json_={"title": "Calls", "recordings": recordings}).json["id"]
    world.run()
    return batch, api("list_items", {"batch_id": batch}).json["value"]


def test_of_a_recording_it_is_told_how_its_conversation_went(world: World, api: Api) -> None:
    batch, [item] = transcribed(world, api, "Ann")
    path = {"batch_id": batch, "recording_id": item["id"]}
    told = api("get_conversation", path).json
    assert told["speakers"][0]["talk_share"] == 1
    assert told["talk_ms"] + told["silence_ms"] - told["overlap_ms"] == told["audio_ms"]
    assert told["words_per_minute"] > 0
    missing = api("get_conversation", {**path, "recording_id": "0" * 32})
    assert (missing.status, missing.json["code"]) == (404, "recording_missing")


def test_what_an_earlier_release_wrote_is_measured_when_it_is_asked_for(
    world: World, api: Api
) -> None:
    batch, [item] = transcribed(world, api, "Ann")
    path = {"batch_id": batch, "recording_id": item["id"]}
    told = api("get_conversation", path).json
    row = world.store.recording(batch, item["id"])
    assert row is not None and row.outcome is not None
    world.store.save(recordings=[replace(row, outcome=replace(row.outcome, conversation=None))])
    assert api("get_conversation", path).json == told
    summed = api("list_conversations").json["all"]
    assert (summed["recordings"], summed["measured"]) == (1, 0)


def test_a_correction_is_measured_anew(world: World, api: Api) -> None:
    batch, [item] = transcribed(world, api, "Ann")
    path = {"batch_id": batch, "recording_id": item["id"]}
    before = api("get_conversation", path).json
    text = api("get_transcript", path).json["utterances"][0]["text"]
    key = world.app.keys.make("Rev", ["Review", "Read"], by=OWNER).secret
    change = {"op": "text", "utterance": 0, "was": text, "now": f"{text} And three more words."}
    body = {"id": "revision-1", "based_on": 0, "changes": [change]}
    made = api("create_revision", path, json_=body, headers={"x-functions-key": key})
    assert made.status == 201
    after = api("get_conversation", path).json
    assert after["speakers"][0]["words"] == before["speakers"][0]["words"] + 4


def test_conversations_are_summed_up_by_day_and_by_any_entry_of_their_metadata(
    world: World, api: Api
) -> None:
    batch, _ = transcribed(world, api, "Ann", "Bob", "Ann", "")
    day = world.clock.now().date().isoformat()
    told = api("list_conversations").json
    assert [(group["name"], group["recordings"]) for group in told["value"]] == [(day, 4)]
    assert told["keys"] == ["agent"] and not told["is_more"]
    for asked in ({}, {"batch_id": batch}, {"first_day": day, "last_day": day}):
        by = api("list_conversations", query={"by": "metadata.agent", **asked}).json["value"]
        assert [(one["name"], one["recordings"]) for one in by] == [("Ann", 2), ("", 1), ("Bob", 1)]
    only = api("list_conversations", query={"metadata": "agent=Bob"}).json["all"]
    assert only["recordings"] == 1
    for nothing in ({"first_day": "2099-01-01"}, {"last_day": "2001-01-01"}, {"profile": "other"}):
        assert api("list_conversations", query=nothing).json["all"]["recordings"] == 0


@pytest.mark.parametrize("wrong", [{"by": "weather"}, {"by": "metadata."}, {"first_day": "soon"}])
def test_what_cannot_be_asked_is_said(api: Api, wrong: dict[str, str]) -> None:
    got = api("list_conversations", query=wrong)
    assert (got.status, got.json["code"]) == (400, "invalid_parameter")


def test_there_is_nothing_of_a_batch_that_is_not_there(api: Api) -> None:
    got = api("list_conversations", query={"batch_id": "none"})
    assert (got.status, got.json["code"]) == (404, "batch_missing")


def test_many_who_ask_cost_as_much_as_one(world: World, api: Api) -> None:
    transcribed(world, api, "Ann")
    first = api("list_conversations")
    [row] = world.store.rows.values()
    assert row.outcome is not None
    world.store.save(recordings=[replace(row, outcome=replace(row.outcome, conversation=None))])
    assert api("list_conversations").json == first.json
    again = api("list_conversations", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")
    world.clock.advance(KNOWN_FOR.total_seconds() + 1)
    assert api("list_conversations").json["all"]["measured"] == 0


def test_who_is_bound_to_a_container_sees_sums_of_that_container_alone(
    world: World, api: Api
) -> None:
    batch, _ = transcribed(world, api, "Ann")
    bound = world.app.keys.make("Sales", ["Read"], containers=["audio"], by=OWNER)
    free = world.app.keys.make("All", ["Read"], by=OWNER)
    for key, seen in ((free, 1), (bound, 0), (free, 1)):
        headers = {"x-functions-key": key.secret}
        assert api("list_conversations", headers=headers).json["all"]["recordings"] == seen
    headers = {"x-functions-key": bound.secret}
    hidden = api("list_conversations", query={"batch_id": batch}, headers=headers)
    assert (hidden.status, hidden.json["code"]) == (404, "batch_missing")
