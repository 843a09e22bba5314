"""Batches by the API: made, listed, waited for, cancelled, tried again, deleted."""

from __future__ import annotations

import pytest

from tests.fakes.api import BASE, Api
from tests.fakes.world import World, a_second_of_silence

MANIFEST = {"title": "March", "recordings": [{"blob": "a.wav", "client_item_id": "A"}]}


def upload(world: World, name: str) -> None:
    world.audio.drop(name, a_second_of_silence(), world.clock.now(), container="uploads")


@pytest.fixture
def world() -> World:
    world = World()
    upload(world, "a.wav")
    return world


@pytest.fixture
def api(world: World) -> Api:
    return Api(lambda: world.app)


def test_a_batch_is_made_and_told_at_its_location(api: Api) -> None:
    made = api("create_batch", json_=MANIFEST)
    assert made.status == 201
    assert made.headers["Location"] == f"{BASE}/batches/{made.json['id']}"
    assert made.json["title"] == "March"
    assert made.json["counts"]["accepted"] == 1
    assert api.follow(made.headers["Location"]).json["id"] == made.json["id"]


@pytest.mark.parametrize(
    "asked", [{"query": {"wait": "true"}}, {"headers": {"Prefer": "respond-async, wait=10"}}]
)
def test_who_waits_gets_202_until_the_batch_is_over(world: World, api: Api, asked: dict) -> None:
    made = api("create_batch", json_=MANIFEST, **asked)
    assert made.status == 202
    there = made.headers["Location"]
    assert there.startswith("https://")
    running = api.follow(there)
    assert running.status == 202
    assert running.headers["Location"] == there
    assert int(running.headers["Retry-After"]) > 0
    world.run()
    over = api.follow(there)
    assert over.status == 200
    assert (over.json["status"], over.json["progress"]) == ("completed", 1)


def test_a_plain_look_at_a_running_batch_answers_200(api: Api) -> None:
    batch_id = api("create_batch", json_=MANIFEST).json["id"]
    assert api("get_batch", {"batch_id": batch_id}).status == 200


def test_the_same_key_makes_one_batch(api: Api) -> None:
    key = {"idempotency-key": "order 66"}
    first, second = (api("create_batch", json_=MANIFEST, headers=key) for _ in range(2))
    assert first.json["id"] == second.json["id"]
    other = api("create_batch", json_={**MANIFEST, "title": "April"}, headers=key)
    assert (other.status, other.json["code"]) == (422, "key_reused")


@pytest.mark.parametrize("key", ["x" * 201, "a\x07b"])
def test_a_key_that_cannot_be_one_is_refused(api: Api, key: str) -> None:
    got = api("create_batch", json_=MANIFEST, headers={"Idempotency-Key": key})
    assert (got.status, got.json["code"]) == (400, "invalid_idempotency_key")


def test_a_wrong_manifest_is_refused_whole_with_every_fault(world: World, api: Api) -> None:
    wrong = {"recordings": [{"blob": "a.wav", "speakers": 0}, {"blob": "b.wav", "colour": 1}]}
    got = api("create_batch", json_=wrong)
    assert got.status == 422
    assert {fault["at"] for fault in got.json["faults"]} == {
        "recordings[0].speakers",
        "recordings[1].colour",
    }
    assert not world.store.headers


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"recordings": 5}'])
def test_what_is_no_manifest_is_refused(api: Api, body: bytes) -> None:
    assert api("create_batch", body=body).status == 422


def test_jsonl_and_csv_are_taken_by_their_media_types(api: Api) -> None:
    for kind, body in (
        ("text/csv; charset=utf-8", b"blob,client_item_id\na.wav,A\n"),
        ("application/jsonl", b'{"blob": "a.wav"}\n'),
        ("application/x-ndjson", b'{"blob": "a.wav"}\n'),
    ):
        assert api("create_batch", body=body, headers={"Content-Type": kind}).status == 201
    got = api("create_batch", body=b"<a/>", headers={"Content-Type": "text/xml"})
    assert (got.status, got.json["code"]) == (415, "unsupported_media_type")


def test_all_pages_of_the_list_hold_every_batch_once(world: World, api: Api) -> None:
    made = set()
    for i in range(7):
        made.add(api("create_batch", json_={**MANIFEST, "title": f"{i}"}).json["id"])
        world.clock.advance(1)
    page = api("list_batches", query={"limit": "3", "origin": "api"})
    seen = [batch["id"] for batch in page.json["value"]]
    while page.json["nextLink"]:
        page = api.follow(page.json["nextLink"])
        seen += [batch["id"] for batch in page.json["value"]]
    assert len(seen) == 7
    assert set(seen) == made
    assert api("list_batches", query={"origin": "dropped"}).json["value"] == []
    wrong = api("list_batches", query={"after": made.pop()})
    assert (wrong.status, "nextLink" in str(wrong.json)) == (400, True), (
        "an id is no place to go on"
    )


@pytest.mark.parametrize(
    ("query", "at"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"state": "over"}, "state"),
        ({"created_from": "yesterday"}, "created_from"),
        ({"created_from": "2026-03-02T09:00:00"}, "created_from"),
        ({"after": "' or 1 eq 1"}, "after"),
        ({"pages": "2"}, "pages"),
    ],
)
def test_a_wrong_query_is_refused_with_its_name(api: Api, query: dict, at: str) -> None:
    got = api("list_batches", query=query)
    assert got.status == 400
    assert got.json["faults"][0]["at"] == at


def test_the_key_in_the_query_is_the_hosts_and_no_unknown_parameter(api: Api) -> None:
    assert api("list_batches", query={"code": "k", "clientId": "default"}).status == 200


@pytest.mark.parametrize("batch_id", ["none", "../audio", "a%2Fb", "!open", "a'b", "ä", "x" * 101])
def test_a_batch_that_cannot_be_is_missing(api: Api, batch_id: str) -> None:
    for name in ("get_batch", "get_batch_result", "cancel_batch", "retry_batch", "delete_batch"):
        got = api(name, {"batch_id": batch_id})
        assert (got.status, got.json["code"]) == (404, "batch_missing")


def test_cancelling_ends_a_batch(world: World, api: Api) -> None:
    path = {"batch_id": api("create_batch", json_=MANIFEST).json["id"]}
    assert api("cancel_batch", path).json["cancelled_at"]
    world.run()
    over = api("get_batch", path).json
    assert (over["status"], over["counts"]["failed"]) == ("cancelled", 1)


def test_failed_recordings_are_tried_again(world: World, api: Api) -> None:
    both = {"recordings": [{"blob": "a.wav"}, {"blob": "late.wav"}]}
    path = {"batch_id": api("create_batch", json_=both).json["id"]}
    world.run()
    assert api("get_batch", path).json["counts"]["failed"] == 1
    upload(world, "late.wav")
    world.clock.advance(60)
    assert api("retry_batch", path).status == 200
    world.run()
    counts = api("get_batch", path).json["counts"]
    assert (counts["transcribed"], counts["failed"]) == (2, 0)


def test_a_batch_is_deleted_once_it_is_over(world: World, api: Api) -> None:
    path = {"batch_id": api("create_batch", json_=MANIFEST).json["id"]}
    assert api("delete_batch", path).json["code"] == "batch_busy"
    world.run()
    assert world.outputs.files
    assert api("delete_batch", path, query={"outputs": "true"}).status == 204
    world.run()
    assert not world.outputs.files
    assert api("get_batch", path).status == 404
