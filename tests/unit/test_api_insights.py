"""Insights by the API."""

from __future__ import annotations

import pytest

from shared.model.profile.profile import Profile
from tests.fakes.api import Api
from tests.fakes.prompter import FakePrompter
from tests.fakes.world import World

SAID = {"summary": "<b>So.</b>", "outcome": "open"}


def made(prompter: FakePrompter | None, *insights: str) -> tuple[World, Api, dict[str, str]]:
    world = World(profiles=(Profile(insights=insights),), prompter=prompter)
    row = world.drop("call.wav")
    assert row is not None
    world.run()
    return world, Api(lambda: world.app), {"batch_id": row.batch_id, "recording_id": row.id}


def test_a_recording_says_that_they_are_there_and_where() -> None:
    _, api, path = made(FakePrompter(lambda _: SAID), "summary", "outcome")
    item = api("get_item", path).json
    assert item["insights"] == "made"
    got = api.follow(item["links"]["insights"])
    assert got.json["schema"] == "insights/1" and got.json["answers"] == SAID
    assert got.headers["X-Content-Type-Options"] == "nosniff", "text, and never more than that"


def test_where_some_were_not_made_it_says_so() -> None:
    _, api, path = made(FakePrompter(lambda _: {**SAID, "outcome": "?"}), "summary", "outcome")
    assert api("get_item", path).json["insights"] == "partly"
    assert api("get_insights", path).json["not_made"][0]["code"] == "wrong_form"


@pytest.mark.parametrize(
    ("insights", "state", "says"),
    [((), None, "asks for no insights"), (("summary",), "asked", "not made yet")],
)
def test_where_there_are_none_it_is_told_why(
    insights: tuple[str, ...], state: str | None, says: str
) -> None:
    _, api, path = made(None, *insights)
    item = api("get_item", path).json
    assert item["insights"] == state and "insights" not in item["links"]
    got = api("get_insights", path)
    assert (got.status, got.json["code"]) == (404, "output_missing") and says in got.json["detail"]


def test_of_one_that_was_deleted_nothing_is_left() -> None:
    world, api, path = made(FakePrompter(lambda _: SAID), "summary", "outcome")
    world.app.delete_recording(*path.values(), with_audio=False, by="me")
    world.run()
    assert api("get_insights", path).status == 404
    assert api("get_item", path).json["insights"] is None
