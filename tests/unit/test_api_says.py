"""Every answer that is an error says what would be right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest

from shared.api.operations.all import OPERATIONS
from shared.api.serve import nothing_there
from shared.batches.status import Status
from shared.model.batch.batch import BatchState
from shared.model.batch.recording import State
from tests.fakes.api import Api
from tests.fakes.world import World, a_second_of_silence

ROOT = Path(__file__).resolve().parents[2]
DOC = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.fixture
def world() -> World:
    world = World()
    world.audio.drop("a.wav", a_second_of_silence(), world.clock.now(), container="uploads")
    return world


@pytest.fixture
def api(world: World) -> Api:
    return Api(lambda: world.app)


def made(api: Api) -> Mapping[str, str]:
    return {"batch_id": api("create_batch", json_={"recordings": [{"blob": "a.wav"}]}).json["id"]}


@pytest.mark.parametrize(
    ("operation", "query", "body", "words"),
    [
        ("list_batches", {"status": "done"}, None, get_args(BatchState)),
        ("list_batches", {"origin": "mail"}, None, ("dropped", "manifest", "api")),
        (
            "create_subscription",
            {},
            {"url": "https://x.example", "types": ["recording.done"]},
            ("recording.transcribed", "batch.completed"),
        ),
    ],
)
def test_a_word_that_cannot_be_is_answered_with_those_that_can(
    api: Api, operation: str, query: dict[str, str], body: Any, words: tuple[str, ...]
) -> None:
    got = api(operation, query=query, json_=body)
    assert got.status == 400
    assert all(word in got.json["detail"] for word in words), got.json["detail"]
    assert "done" not in got.json["detail"].replace("recording.done", "done")


@pytest.mark.parametrize(
    ("operation", "body", "said"),
    [
        ("search_words", {"words": "order"}, "There is no field of that name. It may have: q, "),
        (
            "create_subscription",
            {"url": "https://x.example", "kinds": []},
            "There is no field of that name. It may have: url, ",
        ),
        ("search_words", {"q": "order", "limit": 100_000}, "It has to be at most "),
        ("search_words", {"q": 7}, "It has to be text, not a whole number."),
        ("create_subscription", {}, "The field url is missing."),
    ],
)
def test_what_is_wrong_with_a_body_is_a_sentence_that_names_what_there_is(
    api: Api, operation: str, body: Any, said: str
) -> None:
    got = api(operation, json_=body)
    assert got.status == 400
    assert got.json["detail"].startswith(said), got.json["detail"]


def test_an_enumeration_of_a_recording_is_named_too(api: Api) -> None:
    got = api("list_items", made(api), query={"state": "done"})
    assert all(word in got.json["detail"] for word in get_args(State))


def test_an_unknown_address_and_a_wrong_method_say_so() -> None:
    missing = nothing_there("GET", "batchs", OPERATIONS)
    assert (missing.status, missing.media_type) == (404, "application/problem+json")
    assert b"openapi.json" in missing.body
    wrong = nothing_there("PUT", "batches/b-1", OPERATIONS)
    assert (wrong.status, wrong.headers["Allow"]) == (405, "DELETE, GET")


def test_the_name_of_the_function_for_unknown_addresses_comes_last() -> None:
    sources = [path.read_text() for path in (ROOT / "functions").glob("*.py")]
    routed = [
        name
        for text in sources
        if "bp.route(" in text
        for name in re.findall(r'function_name\(f?"(\w+)', text)
    ]
    assert len(routed) == 4
    assert max(routed) == "unknown_path"


def test_a_cancelled_batch_says_so(world: World, api: Api) -> None:
    path = made(api)
    api("cancel_batch", path)
    world.run()
    assert api("get_batch", path).json["status"] == "cancelled"
    assert api("get_batch_result", path).status == 200
    for word in ("status", "state"):
        [entry] = api("list_batches", query={word: "cancelled"}).json["value"]
        assert (entry["status"], entry["state"]) == ("cancelled", "cancelled")
    assert api("list_batches", query={"status": "completed"}).json["value"] == []


@pytest.mark.parametrize("word", [*get_args(Status), *get_args(State)])
def test_every_status_is_explained(word: str) -> None:
    assert f"| `{word}` |" in DOC[DOC.index("## Statuses") : DOC.index("## Events")]


def program(answer: httpx.Response) -> str:
    """What the program of the page says where its first call is answered with that."""
    [text] = [
        b
        for b in re.findall(r"^```python\n(.*?)^```$", DOC, re.DOTALL | re.MULTILINE)
        if "httpx.Client" in b
    ]
    names: dict[str, Any] = {}
    head = text[: text.index("link = sent")].replace('os.environ["API"]', '"https://x.example"')
    exec(head.replace('os.environ["KEY"]', '"k"'), names)
    names["http"] = httpx.Client(
        base_url="https://x.example", transport=httpx.MockTransport(lambda _: answer)
    )
    with pytest.raises(SystemExit) as ended:
        names["sent"]("GET", "/batches")
    return str(ended.value)


def test_the_program_of_the_page_survives_an_answer_without_a_body() -> None:
    assert "key" in program(httpx.Response(401))
    assert "404" in program(httpx.Response(404, text="Not found"))
