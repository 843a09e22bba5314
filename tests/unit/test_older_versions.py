"""What a newer recording of the same blob leaves of an older one: all of it. Its outputs are moved
aside in storage, and whoever asks for the older one gets what was written for it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes.api import Api
from tests.fakes.world import OWNER_KEY, World, a_second_of_silence


class Two:
    """Two batches of one blob: the older one with words of its own."""

    def __init__(self) -> None:
        self.world = World()
        self.api = Api(lambda: self.world.app)
        drop = self.world.audio.drop
        drop("a.wav", a_second_of_silence(), self.world.clock.now(), container="uploads")
        self.old, self.new = self._transcribed("old"), self._transcribed("new")

    def _transcribed(self, client_item_id: str) -> dict[str, str]:
        recording = {"blob": "a.wav", "client_item_id": client_item_id}
        asked = {"recordings": [recording], "title": client_item_id}
        batch_id = self.api("create_batch", query={"again": "true"}, json_=asked).json["id"]
        self.world.run()
        (item,) = self.api("list_items", {"batch_id": batch_id}).json["value"]
        assert item["state"] == "transcribed"
        return {"batch_id": batch_id, "recording_id": item["id"]}

    def transcript(self, of: dict[str, str], **query: str) -> Any:
        got = self.api("get_transcript", of, query=query)
        assert got.status == 200, got.json
        return json.loads(got.body)

    def whose(self, of: dict[str, str], **query: str) -> object:
        return self.transcript(of, **query)["job"]["client_item_id"]


@pytest.fixture
def two() -> Two:
    return Two()


def test_each_has_its_own_transcript(two: Two) -> None:
    assert (two.whose(two.old), two.whose(two.new)) == ("old", "new")


def test_the_older_one_outlives_the_newer_one(two: Two) -> None:
    gone = two.api("delete_batch", {"batch_id": two.new["batch_id"]}, query={"outputs": "true"})
    two.world.run()
    assert gone.status == 204
    assert two.whose(two.old) == "old"


def test_what_is_corrected_is_the_older_one(two: Two) -> None:
    there = two.transcript(two.old)["utterances"][0]
    change = {"op": "text", "utterance": there["id"], "was": there["text"], "now": "Other words."}
    made = two.api(
        "create_revision",
        two.old,
        json_={"id": "revision-a", "based_on": 0, "changes": [change]},
        headers={"x-functions-key": OWNER_KEY},
    )
    assert made.status == 201, made.json
    corrected = two.transcript(two.old)
    assert corrected["job"]["client_item_id"] == "old"
    assert corrected["utterances"][0]["text"] == "Other words."
    assert two.whose(two.old, revision="0") == "old"
    assert two.transcript(two.new)["utterances"][0]["text"] == there["text"]
