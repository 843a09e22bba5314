"""Sent twice, also while the first is unanswered: one batch, without the caller thinking of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import pytest

from connector.surface import ACTIONS
from shared.api.caller import Access
from shared.batches.once import SAME_WITHIN
from tests.fakes.api import Api, Got
from tests.fakes.meanwhile import Meanwhile
from tests.fakes.world import World, a_second_of_silence
from tests.unit.test_connector import SENT
from tests.unit.test_logic_apps_run import MANIFEST, Surroundings, landed
from tests.workflow_runner import Reply, Run

BODY = {"recordings": [{"container": "uploads", "blob": "a.wav"}]}
MOST_CALLS = 40


@pytest.fixture
def world() -> World:
    world = World()
    world.audio.drop("a.wav", a_second_of_silence(), world.clock.now(), container="uploads")
    return world


@pytest.fixture
def api(world: World) -> Api:
    return Api(lambda: world.app)


def made(api: Api, body: Any = BODY, **asked: Any) -> str:
    got = api("create_batch", json_=body, **asked)
    assert got.status in (201, 202), got.json
    return str(got.json["id"])


def test_the_same_within_some_minutes_is_one_batch(world: World, api: Api) -> None:
    first = made(api)
    world.clock.advance(SAME_WITHIN.total_seconds() - 1)
    assert made(api) == first
    world.run()
    assert made(api) == first
    assert len(world.provider.created) == 1


def test_later_it_is_meant(world: World, api: Api) -> None:
    first = made(api)
    world.clock.advance(SAME_WITHIN.total_seconds())
    second = made(api)
    assert second != first
    assert made(api) == second


def test_who_says_so_gets_another(api: Api) -> None:
    first = made(api)
    assert made(api, query={"again": "true"}) != first
    assert made(api) == first


def test_another_order_of_keys_and_other_spaces_are_the_same_request(api: Api) -> None:
    first = made(api, {"title": "T", **BODY})
    spaced = b'{ "recordings": [ {"blob": "a.wav", "container": "uploads"} ],\n "title": "T" }'
    assert api("create_batch", body=spaced).json["id"] == first
    assert made(api, {"title": "U", **BODY}) != first


def test_callers_are_kept_apart(world: World) -> None:
    api = Api(lambda: world.app)
    keys = [made(api, headers={"x-functions-key": key}) for key in ("key-1", "key-2", "key-1")]
    assert keys[0] == keys[2] != keys[1]
    entra = Api(lambda: world.app, Access(by_entra=True, is_checked=True))
    role = {"typ": "roles", "val": "Dropscribe.Submit"}
    told = base64.b64encode(json.dumps({"claims": [role]}).encode()).decode()
    known = {"x-ms-client-principal": told}
    people = [made(entra, headers={**known, "x-ms-client-principal-id": who}) for who in "aba"]
    assert people[0] == people[2] != people[1]
    assert "key-1" not in str(world.contents.claims)


@pytest.mark.parametrize("end", ["cancel_batch", "delete_batch"])
def test_what_was_ended_meanwhile_is_not_what_is_asked_for(
    world: World, api: Api, end: str
) -> None:
    first = made(api)
    if end == "delete_batch":
        world.run()
    assert api(end, {"batch_id": first}).status < 300
    second = made(api)
    assert second != first
    assert made(api) == second


def test_what_is_refused_leaves_no_trace(world: World, api: Api) -> None:
    assert api("create_batch", json_={"recordings": []}).status == 422
    assert not world.contents.claims


def test_claims_of_requests_are_swept_away(world: World, api: Api) -> None:
    made(api)
    world.run()
    assert len(world.contents.claims) == 1
    world.clock.advance(40 * 86_400)
    world.sweep()
    assert not world.contents.claims


def test_who_dies_after_the_claim_is_followed_by_who_asks_again(world: World, api: Api) -> None:
    class Died(BaseException):
        pass

    def die() -> None:
        raise Died

    meanwhile = Meanwhile(world)
    for at in range(1, MOST_CALLS):
        meanwhile.set(at, die)
        try:
            made(api)
        except Died:
            continue
        break
    assert at > 3
    meanwhile.set(None, die)
    made(api)
    assert len(world.store.headers) == 1


Sending = Callable[[Api], None]


def in_the_middle(new: Callable[[], tuple[World, Sending]]) -> Iterator[World]:
    """Worlds in which an action is sent once more, to another instance, before each of its calls
    to the outside."""
    at = 1
    while True:
        world, send = new()
        other = world.twin()
        meanwhile = Meanwhile(world)
        meanwhile.set(at, partial(send, Api(lambda other=other: other.app)))
        send(Api(lambda world=world: world.app))
        if meanwhile.calls < at:
            return
        assert at < MOST_CALLS
        yield world
        at += 1


@pytest.mark.long
def test_the_same_while_the_first_is_unanswered_is_one_batch() -> None:
    def new() -> tuple[World, Sending]:
        world = World()
        world.audio.drop("a.wav", a_second_of_silence(), world.clock.now(), container="uploads")
        seen = set()

        def send(api: Api) -> None:
            seen.add(made(api))
            assert len(seen) == 1

        return world, send

    worlds = list(in_the_middle(new))
    assert len(worlds) > 4
    for world in worlds:
        world.run()
        assert len(world.store.headers) == len(world.provider.created) == 1


def prepared() -> tuple[World, Api, dict[str, str]]:
    """A batch with one recording that is transcribed and one that failed, and a subscription."""
    world = World()
    world.audio.drop("a.wav", a_second_of_silence(), world.clock.now(), container="uploads")
    api = Api(lambda: world.app)
    there = api(
        "create_trigger", {"trigger": "batch-completed"}, json_={"url": "https://h.example"}
    )
    batch_id = made(api, {"recordings": [*BODY["recordings"], {"blob": "gone.wav"}]})
    world.run()
    [item] = api("list_items", {"batch_id": batch_id}, query={"state": "transcribed"}).json["value"]
    ids = {"batch_id": batch_id, "recording_id": item["id"]}
    return world, api, {**ids, "subscription_id": there.json["id"]}


ASKED = {"estimate_lengths": {"duration_ms": "60000"}, "get_report": {"format": "json"}}


def act(name: str, api: Api, ids: Mapping[str, str]) -> Got:
    body = BODY if name == "create_batch" else SENT.get(name)
    return api(name, ids, query=ASKED.get(name), json_=body)


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_each_action_of_the_connector_can_be_sent_twice(name: str) -> None:
    """What it makes is made once, and what failed is tried once more, not twice."""

    def outcome(world: World) -> tuple[int, list[int], int]:
        world.run()
        attempts = sorted(row.attempt for row in world.store.rows.values())
        return len(world.store.headers), attempts, len(world.provider.created)

    world, api, ids = prepared()
    act(name, api, ids)
    once = outcome(world)
    world, api, ids = prepared()
    act(name, api, ids)
    second = act(name, api, ids)
    assert second.status < 500
    assert outcome(world) == once

    def new() -> tuple[World, Sending]:
        world, _, ids = prepared()
        return world, lambda api: _sent(act(name, api, ids))

    for world in in_the_middle(new):
        assert outcome(world) == once


def _sent(got: Got) -> None:
    assert got.status < 500 or got.status == 503


class Twice(Surroundings):
    """Every call of a workflow to the API arrives twice; `at` is at which call to the outside the
    second comes into the first, None: it comes after."""

    def __init__(self, content: bytes, at: int | None) -> None:
        super().__init__(content)
        other = self.world.twin()
        self._other = Api(lambda: other.app)
        self._at, self._meanwhile = at, Meanwhile(self.world)
        self.longest = 0

    def http(self, asked: Mapping[str, Any]) -> Reply:
        if asked["method"] != "POST" or asked["uri"].endswith("/cancel"):
            return super().http(asked)
        second: list[Got] = []
        again = partial(
            self._other.follow, asked["uri"], "POST", json_=asked["body"], headers=asked["headers"]
        )
        self._meanwhile.set(self._at, lambda: second.append(again()))
        first = super().http(asked)
        self.longest = max(self.longest, self._meanwhile.calls)
        self._meanwhile.set(None, lambda: None)
        second = second or [again()]
        assert second[0].status < 400, second[0].json
        return first


def _library(there: Twice) -> Run:
    return there.run("dropscribe-transcribe-library", landed("call.wav"))


def _wait(there: Twice) -> Run:
    world = there.world
    world.audio.drop("a.wav", a_second_of_silence(), world.clock.now(), container="uploads")

    def sleep(url: str) -> Any:
        world.run()
        [event] = world.sender.events(url)
        return event

    return there.run("dropscribe-wait-for-batch", MANIFEST, sleep=sleep)


@pytest.mark.long
@pytest.mark.parametrize("run", [_library, _wait], ids=lambda run: run.__name__)
def test_each_workflow_can_send_everything_twice(run: Callable[[Twice], Run]) -> None:
    at: int | None = None
    while True:
        there = Twice(a_second_of_silence(), at)
        assert set(run(there).statuses.values()) <= {"Succeeded", "Skipped"}
        assert len(there.world.store.headers) == len(there.world.provider.created) == 1
        if at is not None and at > there.longest:
            return
        at = (at or 0) + 1
