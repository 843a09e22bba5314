"""Subscriptions, triggers and deliveries by the API."""

from __future__ import annotations

import pytest

from shared.api.operations.triggers import TRIGGERS
from tests.fakes.api import BASE, Api
from tests.fakes.world import World

URL = "https://hooks.example/in?sig=a-secret"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def api(world: World) -> Api:
    return Api(lambda: world.app)


def made(api: Api, **fields: object) -> dict[str, str]:
    return {"subscription_id": api("create_subscription", json_={"url": URL, **fields}).json["id"]}


def test_a_subscription_shows_its_secret_once_and_its_address_never(api: Api) -> None:
    got = api("create_subscription", json_={"url": URL, "title": "Ours"})
    assert got.status == 201
    assert got.json["secret"].startswith("whsec_")
    again = api.follow(got.headers["Location"])
    assert "secret" not in again.json
    for answer in (got, again, api("list_subscriptions")):
        assert b"a-secret" not in answer.body


def test_what_is_left_out_stays_as_it_is(api: Api) -> None:
    path = made(api, title="Ours", types=["batch.completed"])
    changed = api("change_subscription", path, json_={"active": False}).json
    assert (changed["title"], changed["types"]) == ("Ours", ["batch.completed"])
    assert changed["state"] == "disabled"
    assert api("change_subscription", path, json_={"types": []}).json["types"] == []


@pytest.mark.parametrize(
    ("body", "status", "at"),
    [
        ({}, 400, "url"),
        ({"url": 5}, 400, "url"),
        ({"url": ""}, 400, "url"),
        ({"url": URL, "types": ["batch.burnt"]}, 400, "types[0]"),
        ({"url": URL, "urls": URL}, 400, "urls"),
        ({"url": URL, URL: URL}, 400, ""),
        ({"url": "ftp://hooks.example/"}, 422, "url"),
        ({"url": URL, "profiles": ["none"]}, 422, "profiles"),
    ],
)
def test_a_wrong_subscription_is_refused_with_its_field(
    api: Api, body: dict[str, object], status: int, at: str
) -> None:
    got = api("create_subscription", json_=body)
    assert got.status == status
    assert got.json["faults"][0].get("at", "") == at
    assert "a-secret" not in got.body.decode()


def test_a_body_that_is_no_json_is_refused(api: Api) -> None:
    for body in (b"{", b"\xff", b"[" * 100_000):
        assert api("create_subscription", body=body).status == 400
    xml = {"Content-Type": "application/xml"}
    assert api("create_subscription", body=b"<a/>", headers=xml).status == 415


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_a_flow_is_subscribed_to_its_own_events_and_ends_at_its_location(
    api: Api, trigger: str
) -> None:
    got = api("create_trigger", {"trigger": trigger}, json_={"url": URL, "profile": "default"})
    assert got.status == 201
    assert got.json["types"] == [TRIGGERS[trigger]]
    assert got.json["profiles"] == ["default"]
    location = got.headers["Location"]
    assert location == f"{BASE}/subscriptions/{got.json['id']}"
    assert api("delete_subscription", {"subscription_id": got.json["id"]}).status == 204
    assert api.follow(location).status == 404


def test_an_unknown_trigger_is_missing(api: Api) -> None:
    assert api("create_trigger", {"trigger": "coffee-ready"}, json_={"url": URL}).status == 404


def test_a_test_event_is_listed_with_its_delivery_and_sent_again(world: World, api: Api) -> None:
    path = made(api)
    event_id = api("test_subscription", path).json["event_id"]
    [listed] = api("list_deliveries", path).json["value"]
    assert listed["event_id"] == event_id
    world.run()
    one = api("get_delivery", {**path, "event_id": event_id}).json
    assert (one["state"], len(one["attempts"])) == ("delivered", 1)
    again = api("replay_events", path, json_={"event_id": event_id})
    assert again.json == {"deliveries": 1, "is_more": False}
    world.run()
    assert len(api("get_delivery", {**path, "event_id": event_id}).json["attempts"]) == 2


@pytest.mark.parametrize("name", ["event_type", "type"])
def test_all_pages_of_deliveries_hold_each_once(world: World, api: Api, name: str) -> None:
    """`type` is what the parameter was called before."""
    path = made(api)
    sent = set()
    for _ in range(7):
        sent.add(api("test_subscription", path).json["event_id"])
        world.clock.advance(1)
    page = api("list_deliveries", path, query={"limit": "3", name: "subscription.tested"})
    seen = [delivery["event_id"] for delivery in page.json["value"]]
    while page.json["nextLink"]:
        assert "event_type=subscription.tested" in page.json["nextLink"]
        page = api.follow(page.json["nextLink"])
        seen += [delivery["event_id"] for delivery in page.json["value"]]
    assert len(seen) == 7
    assert set(seen) == sent


def test_a_rotated_secret_is_another_one(api: Api) -> None:
    path = made(api)
    secrets = {
        api("rotate_secret", path, json_={"overlap_hours": h}).json["secret"] for h in (0, 1)
    }
    assert len(secrets) == 2
    assert api("rotate_secret", path, json_={"overlap_hours": 169}).status == 400


def test_replaying_nothing_is_refused(api: Api) -> None:
    assert api("replay_events", made(api), json_={}).json["code"] == "subscription_refused"


def test_a_disabled_subscription_is_not_tested(api: Api) -> None:
    path = made(api)
    api("change_subscription", path, json_={"active": False})
    assert api("test_subscription", path).status == 422


def test_the_callbacks_of_batches_can_be_looked_into_but_are_no_subscription(api: Api) -> None:
    path = {"subscription_id": "callbacks"}
    assert api("list_deliveries", path).json["value"] == []
    again = api("replay_events", path, json_={"batch_id": "api-1"})
    assert again.json == {"deliveries": 0, "is_more": False}
    for name in ("get_subscription", "delete_subscription", "test_subscription"):
        assert api(name, path).status == 404
    for name in ("change_subscription", "rotate_secret"):
        assert api(name, path, json_={}).status == 404


@pytest.mark.parametrize("subscription_id", ["sub-none", "..", "sub-'", "!subscriptions", "sub-ä"])
def test_a_subscription_that_cannot_be_is_missing(api: Api, subscription_id: str) -> None:
    path = {"subscription_id": subscription_id}
    for name in ("get_subscription", "delete_subscription", "list_deliveries"):
        assert api(name, path).json["code"] == "subscription_missing"
    one = {**path, "event_id": "evt_" + "0" * 37}
    assert api("get_delivery", one).status == 404
