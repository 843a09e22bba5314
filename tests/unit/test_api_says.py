"""Every answer that is an error says what would be right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from msgspec import inspect

from shared.api.operations.all import OPERATIONS
from shared.api.serve import nothing_there
from shared.batches.status import Status
from shared.model.batch.batch import BatchState
from shared.model.recording.recording import State
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
        (
            "search_words",
            {"q": "order", "words": "order"},
            "words: There is no field of that name, did you mean order? There are: q, ",
        ),
        (
            "create_subscription",
            {"url": "https://x.example", "typs": []},
            "typs: There is no field of that name, did you mean types? There are: url, ",
        ),
        ("search_words", {"q": "order", "limit": 100_000}, "limit: It has to be at most "),
        ("search_words", {"q": 7}, "q: It has to be text, not a whole number."),
        ("search_words", {"q": ""}, "q: It has to have at least 1 character."),
        ("search_words", {"q": "order", "from_at": "2026"}, "from_at: Write a moment with its "),
        ("search_words", {"q": "order", "metadata": {"case": 7}}, "metadata[...]: It has to be "),
        ("search_words", {"q": "order", "after": "x"}, "after: Write the `after` of the page "),
        ("create_subscription", {}, "url: It is missing."),
        ("create_upload", {"name": "calls/a.wav"}, "name: Write the name of a file without a "),
        ("create_upload", {"name": "a.wav", "folder": "/calls"}, "folder: Write a folder without "),
        ("search_words", ["order"], "It has to be an object, not a list."),
    ],
)
def test_what_is_wrong_with_a_body_is_a_sentence_that_names_what_there_is(
    api: Api, operation: str, body: Any, said: str
) -> None:
    got = api(operation, json_=body)
    assert got.status == 400
    assert got.json["detail"].startswith(said), got.json["detail"]


def test_everything_that_is_wrong_with_a_request_is_told_at_once(api: Api) -> None:
    body = {"urls": "https://x.example", "types": ["recording.done"], "profiles": "all"}
    got = api("create_subscription", json_=body)
    assert got.json["detail"] == "Mend every fault listed, then send it again."
    places = [fault["at"] for fault in got.json["faults"]]
    assert places == ["urls", "url", "types[0]", "profiles"]
    query = {"limit": "0", "state": "done", "created_from": "yesterday"}
    got = api("list_batches", query=query)
    assert {fault["at"] for fault in got.json["faults"]} == {"limit", "state", "created_from"}
    got = api("list_batches", query={"limt": "1", "x": "2"})
    assert [fault["at"] for fault in got.json["faults"]] == ["limt", "x"]
    assert "did you mean limit?" in got.json["faults"][0]["message"]


def test_what_a_use_case_refuses_names_its_field_once(api: Api) -> None:
    got = api("search_words", json_={"q": "c*"})
    assert got.json["detail"] == "q: Needs 2 letters or more before a star."
    [fault] = got.json["faults"]
    assert (fault["at"], fault["message"]) == ("q", "Needs 2 letters or more before a star.")


def test_a_body_that_is_no_json_is_told_where_it_breaks(api: Api) -> None:
    assert "ends in the middle" in api("search_words", body=b'{"q": ').json["detail"]
    assert "from byte 6 on" in api("search_words", body=b'{"q": ]}').json["detail"]


def _patterns(kind: Any, seen: set[Any]) -> Iterator[Mapping[str, Any]]:
    """The `extra` of every text with a pattern in such a type, and in what it holds."""
    if isinstance(kind, inspect.Metadata):
        if isinstance(kind.type, inspect.StrType):
            yield from [kind.extra or {}] if kind.type.pattern is not None else []
        else:
            yield from _patterns(kind.type, seen)
    elif isinstance(kind, inspect.StrType) and kind.pattern is not None:
        yield {}
    elif isinstance(kind, inspect.UnionType):
        for part in kind.types:
            yield from _patterns(part, seen)
    elif isinstance(kind, inspect.VarTupleType | inspect.ListType):
        yield from _patterns(kind.item_type, seen)
    elif isinstance(kind, inspect.StructType) and kind.cls not in seen:
        seen.add(kind.cls)
        for field in kind.fields:
            yield from _patterns(field.type, seen)


def test_every_text_with_a_pattern_is_told_of_in_words() -> None:
    kinds = [kind for op in OPERATIONS for kind in (op.query, op.body) if kind is not None]
    for kind in kinds:
        for extra in _patterns(inspect.type_info(kind), set()):
            assert extra, kind


@pytest.mark.parametrize(
    ("operation", "path", "names"),
    [
        ("create_trigger", {"trigger": "recording-transcribed"}, ("transcript-ready",)),
        ("get_report_file", {"batch_id": "b", "report_format": "pdf"}, ("csv", "html")),
    ],
)
def test_a_name_in_a_path_that_there_is_not_is_answered_with_those_that_there_are(
    api: Api, operation: str, path: dict[str, str], names: tuple[str, ...]
) -> None:
    got = api(operation, path, json_={"url": "https://x.example"})
    assert got.status == 404
    assert all(name in got.json["detail"] for name in names)


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
