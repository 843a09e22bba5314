"""Who read and changed what is written down, before it happens."""

from __future__ import annotations

import json
import logging

import pytest

from shared.api.caller import Access
from shared.api.operations.all import OPERATIONS
from shared.errors import StoreUnavailable
from tests.fakes.api import Api
from tests.fakes.world import OWNER_KEY, World, a_second_of_silence

OWNER = {"Authorization": f"Bearer {OWNER_KEY}"}
MANIFEST = {"recordings": [{"container": "audio", "blob": "a.wav"}]}
READS = ("get_transcript", "get_transcript_file", "get_report", "get_report_file", "get_audio")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def api(world: World) -> Api:
    return Api(lambda: world.app, Access(by_own=True))


def transcribed(world: World, api: Api) -> dict[str, str]:
    world.audio.drop("a.wav", a_second_of_silence(), world.clock.now())
    batch = api("create_batch", json_=MANIFEST, headers=OWNER).json["id"]
    world.run()
    return {"batch_id": batch, "recording_id": next(iter(world.store.rows.values())).id}


ASK_BY_POST = ("estimate_manifest", "search_words")


def test_every_change_and_every_read_of_what_was_said_is_in_the_trail() -> None:
    trailed = {op.name: op.trail for op in OPERATIONS}
    for operation in OPERATIONS:
        if operation.method != "GET" and operation.name not in ASK_BY_POST:
            assert trailed[operation.name] == "change"
        elif operation.name in (*READS, "list_trail", "list_keys"):
            assert trailed[operation.name] == "read"


def test_a_change_is_there_twice_that_it_was_asked_for_and_what_came_of_it(
    world: World, api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="dropscribe"):
        made = api("create_batch", json_=MANIFEST, headers=OWNER).json["id"]
    asked, done = world.trail.entries
    assert (asked.caller, asked.kind, asked.operation) == ("owner-key", "change", "create_batch")
    assert (asked.status, done.status) == (None, 201)
    assert asked.call == done.call
    assert done.target == f"batches/{made}"
    told = [json.loads(r.message) for r in caplog.records if '"api.called"' in r.message]
    assert [(t["operation"], t["caller"], t["status"]) for t in told] == [
        ("create_batch", "owner-key", 201)
    ]


def test_a_change_that_was_refused_says_so(world: World, api: Api) -> None:
    assert api("delete_batch", {"batch_id": "api-0"}, headers=OWNER).status == 404
    assert [entry.status for entry in world.trail.entries] == [None, 404]


def test_a_transcript_that_was_read_names_its_reader(world: World, api: Api) -> None:
    path = transcribed(world, api)
    reader = api("create_key", json_={"name": "R", "roles": ["Read"]}, headers=OWNER).json
    world.trail.entries.clear()
    bearer = {"Authorization": f"Bearer {reader['key']}"}
    assert api("get_transcript", path, headers=bearer).status == 200
    [entry] = world.trail.entries
    assert (entry.caller, entry.kind) == (reader["id"], "read")
    assert entry.target == f"{path['batch_id']}/{path['recording_id']}"


@pytest.mark.parametrize("name", ["get_transcript", "get_report", "cancel_batch", "delete_batch"])
def test_what_cannot_be_written_down_does_not_happen(world: World, api: Api, name: str) -> None:
    path = transcribed(world, api)
    before = world.store.headers.copy()

    def broken(*_: object) -> None:
        raise StoreUnavailable("write trail")

    world.trail.add = broken  # type: ignore[method-assign]
    got = api(name, path, headers=OWNER)
    assert (got.status, got.json["code"]) == (503, "store_unavailable")
    assert world.store.headers == before


def test_a_change_that_was_made_is_answered_though_its_end_cannot_be_written(
    world: World, api: Api
) -> None:
    add, count = world.trail.add, []

    def breaking(entry: object) -> None:
        count.append(entry)
        if len(count) == 2:
            raise StoreUnavailable("write trail")
        add(entry)  # type: ignore[arg-type]

    world.trail.add = breaking  # type: ignore[method-assign,assignment]
    assert api("create_batch", json_=MANIFEST, headers=OWNER).status == 201
    assert len(world.trail.entries) == 1


def test_who_may_not_is_told_in_the_log(
    world: World, api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    reader = api("create_key", json_={"name": "R", "roles": ["Read"]}, headers=OWNER).json
    world.trail.entries.clear()
    with caplog.at_level(logging.INFO, logger="dropscribe"):
        bearer = {"Authorization": f"Bearer {reader['key']}"}
        assert api("create_batch", json_=MANIFEST, headers=bearer).status == 403
    assert f'"caller":"{reader["id"]}"' in caplog.text
    assert '"api.refused"' in caplog.text
    assert not world.trail.entries


def test_an_owner_exports_it_page_by_page_and_that_is_in_it_too(world: World, api: Api) -> None:
    for number in range(5):
        world.clock.advance(60)
        body = {"recordings": [{"blob": f"{number}.wav"}]}
        api("create_batch", json_=body, headers=OWNER)
    begin = (world.clock.now().replace(hour=0)).isoformat().replace("+00:00", "Z")
    found, query = [], {"from_at": begin, "limit": "4"}
    page = api("list_trail", query=query, headers=OWNER).json
    found += page["value"]
    while page["nextLink"] and len(found) < 12:
        page = api.follow(page["nextLink"], headers=OWNER).json
        found += page["value"]
    assert [entry["operation"] for entry in found[:10]] == ["create_batch"] * 10
    assert "list_trail" in [entry["operation"] for entry in found]


def test_nothing_that_was_sent_or_read_is_in_it(world: World, api: Api) -> None:
    url = "https://hooks.example/in?sig=a-secret"
    api("create_subscription", json_={"url": url, "title": "Secret title"}, headers=OWNER)
    key = api("create_key", json_={"name": "R", "roles": ["Read"]}, headers=OWNER).json["key"]
    told = str(world.trail.entries)
    for secret in ("a-secret", "Secret title", key, OWNER_KEY):
        assert secret not in told
