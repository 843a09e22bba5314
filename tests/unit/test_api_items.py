"""Recordings, transcripts and reports by the API."""

from __future__ import annotations

import json
import re
from html import unescape
from unittest.mock import patch
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.api.http import wanted_media_type
from shared.api.operations.items import TRANSCRIPT_TYPES
from shared.outputs.formats import FORMATS
from tests.fakes.api import Api
from tests.fakes.world import World, a_second_of_silence

NAMES = [
    "a.wav",
    "folder/b c+d%20.wav",
    'say "hi";.wav',
    "שיחה.wav",
    "<img src=x onerror=alert(1)>.wav",
]


@pytest.fixture
def world() -> World:
    world = World()
    for name in NAMES:
        world.audio.drop(name, a_second_of_silence(), world.clock.now(), container="uploads")
    return world


@pytest.fixture
def api(world: World) -> Api:
    return Api(lambda: world.app)


def batch_of(world: World, api: Api, *names: str) -> dict[str, str]:
    recordings = [{"blob": name, "client_item_id": f"id/{i}"} for i, name in enumerate(names)]
    batch_id = api("create_batch", json_={"recordings": recordings}).json["id"]
    world.run()
    return {"batch_id": batch_id}


def test_all_pages_hold_every_recording_once(world: World, api: Api) -> None:
    path = batch_of(world, api, *NAMES)
    page = api("list_items", path, query={"limit": "2"})
    seen = list(page.json["value"])
    while page.json["nextLink"]:
        page = api.follow(page.json["nextLink"])
        seen += page.json["value"]
    assert sorted(item["name"] for item in seen) == sorted(NAMES)
    for item in seen:
        assert api.follow(item["links"]["self"]).json == item


def test_a_recording_is_found_by_its_clients_id(world: World, api: Api) -> None:
    path = batch_of(world, api, *NAMES)
    [found] = api("list_items", path, query={"client_item_id": "id/1"}).json["value"]
    assert found["name"] == NAMES[1]
    for other in ({"client_item_id": "id/9"}, {"client_item_id": "id/1", "state": "failed"}):
        assert api("list_items", path, query=other).json["value"] == []


def test_recordings_are_listed_by_state(world: World, api: Api) -> None:
    path = batch_of(world, api, "a.wav", "missing.wav")
    [failed] = api("list_items", path, query={"state": "failed"}).json["value"]
    assert failed["failure"]["code"] == "recording_missing"
    assert failed["failure"]["advice"]
    assert "transcript" not in failed["links"]
    [done] = api("list_items", path, query={"state": "transcribed"}).json["value"]
    assert done["formats"] == ["json", "vtt"]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_transcript_comes_in_every_format_written_or_not(
    world: World, api: Api, kind: str
) -> None:
    path = batch_of(world, api, "a.wav")
    [item] = api("list_items", path).json["value"]
    path["recording_id"] = item["id"]
    asked = api("get_transcript", path, query={"format": kind})
    media_type = next(t for t, name in TRANSCRIPT_TYPES.items() if name == kind)
    accepted = api("get_transcript", path, headers={"Accept": f"{media_type}, */*;q=0.1"})
    assert asked.status == accepted.status == 200
    assert asked.body == accepted.body
    assert (asked.media_type or "").partition(";")[0] == media_type
    assert asked.headers["X-Content-Type-Options"] == "nosniff"


def test_what_cannot_be_had_is_refused_with_what_can(world: World, api: Api) -> None:
    path = batch_of(world, api, "a.wav")
    [item] = api("list_items", path).json["value"]
    there = {**path, "recording_id": item["id"]}
    got = api("get_transcript", there, headers={"accept": "image/png, text/vtt;q=0"})
    assert got.status == 406
    assert "text/vtt" in got.json["detail"]
    assert api("get_transcript", there, query={"format": "pdf"}).status == 400


@pytest.mark.parametrize(
    ("accepted", "is_packed"),
    [
        ("gzip, deflate, br", True),
        ("br;q=1.0, GZIP;q=0.5", True),
        ("*", True),
        ("x-gzip", True),
        ("", False),
        ("br, deflate", False),
        ("gzip;q=0, *", False),
        ("*;q=0.0", False),
        ("identity", False),
    ],
)
def test_a_long_transcript_comes_packed_where_the_caller_takes_that(
    world: World, api: Api, accepted: str, is_packed: bool
) -> None:
    path = batch_of(world, api, "a.wav")
    [item] = api("list_items", path).json["value"]
    there = {**path, "recording_id": item["id"]}
    with patch("shared.api.http.LEAST_PACKED_BYTES", 10):
        got = api("get_transcript", there, headers={"Accept-Encoding": accepted})
    assert got.headers["Vary"] == "Accept-Encoding"
    assert ("Content-Encoding" in got.headers) == is_packed
    assert got.body == api("get_transcript", there).body


def test_there_is_no_transcript_before_there_is_one(world: World, api: Api) -> None:
    manifest = {"recordings": [{"blob": "a.wav", "client_item_id": "A"}]}
    path = {"batch_id": api("create_batch", json_=manifest).json["id"]}
    world.drain()
    [item] = api("list_items", path).json["value"]
    there = {**path, "recording_id": item["id"]}
    assert api("get_transcript", there).json["code"] == "output_missing"
    assert api("get_report", path).json["code"] == "output_missing"
    nobody = {**path, "recording_id": "0" * 32}
    assert api("get_item", nobody).json["code"] == "recording_missing"
    assert api("get_transcript", nobody).json["code"] == "recording_missing"


@pytest.mark.parametrize("recording_id", ["..", "a/b", "0" * 31, "A" * 32, "0" * 31 + "'", "!open"])
def test_an_id_that_cannot_be_one_reaches_no_storage(
    world: World, api: Api, recording_id: str
) -> None:
    path = {**batch_of(world, api, "a.wav"), "recording_id": recording_id}
    for name in ("get_item", "get_transcript"):
        assert api(name, path).json["code"] == "recording_missing"


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_a_report_comes_in_every_format(world: World, api: Api, kind: str) -> None:
    path = batch_of(world, api, *NAMES)
    got = api("get_report", path, query={"format": kind})
    assert got.status == 200
    assert got.body == world.outputs.reports[f"reports/{path['batch_id']}.{kind}"]


def test_the_links_of_a_report_page_lead_to_the_outputs(world: World, api: Api) -> None:
    path = batch_of(world, api, *NAMES)
    stored = world.outputs.reports[f"reports/{path['batch_id']}.html"].decode()
    for page in (
        api("get_report", path, query={"format": "html"}),
        api("get_report_file", {**path, "report_format": "html"}),
    ):
        links = [unescape(link) for link in re.findall(r'<a href="([^"]*)"', page.body.decode())]
        assert len(links) == stored.count("<a href=") >= len(NAMES)
        for link in links:
            assert link.startswith("https://storage.test/")
            assert link.endswith("?sig=s&hours=12")
            there = unquote(urlsplit(link).path).removeprefix("/")
            assert there in world.outputs.files, there


def test_a_report_page_runs_nothing_that_a_name_brought(world: World, api: Api) -> None:
    page = api("get_report", batch_of(world, api, *NAMES), headers={"accept": "text/html"})
    assert b"<img" not in page.body
    assert "sandbox" in page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_a_file_name_cannot_break_out_of_its_header(world: World, api: Api) -> None:
    path = batch_of(world, api, *NAMES)
    for item in api("list_items", path).json["value"]:
        got = api("get_transcript", {**path, "recording_id": item["id"]})
        shown = got.headers["Content-Disposition"]
        assert re.fullmatch(r'inline; filename="[^"\\]*"; filename\*=UTF-8\'\'[\w.%~-]+', shown)


@pytest.mark.long
@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=30))
def test_no_name_title_or_id_escapes_its_container_or_becomes_markup(
    name: str, title: str, client_id: str
) -> None:
    world = World()
    api = Api(lambda: world.app)
    if name:
        world.audio.drop(name, a_second_of_silence(), world.clock.now(), container="uploads")
    recording = {"blob": name, "client_item_id": client_id, "metadata": {"note": title}}
    made = api("create_batch", json_={"title": title, "recordings": [recording]})
    if made.status == 422:
        return
    path = {"batch_id": made.json["id"]}
    world.run()
    inside = ("transcripts/uploads/", "errors/uploads/")
    assert all(there.startswith(inside) for there in world.outputs.files)
    assert all("/../" not in there for there in world.outputs.files)
    [item] = api("list_items", path, query={"client_item_id": client_id}).json["value"]
    assert (item["name"], item["metadata"]) == (name, {"note": title})
    page = api("get_report", path, query={"format": "html"}).body.decode()
    assert tags_of(page) <= USUAL_TAGS
    assert json.loads(api("get_report", path).body)["title"] == title


def tags_of(page: str) -> set[str]:
    return set(re.findall(r"<([a-zA-Z!/][^\s>]*)", page))


def _plain_page() -> str:
    world = World()
    api = Api(lambda: world.app)
    world.audio.drop("a.wav", a_second_of_silence(), world.clock.now(), container="uploads")
    return api(
        "get_report", batch_of(world, api, "a.wav", "gone.wav"), query={"format": "html"}
    ).body.decode()


USUAL_TAGS = tags_of(_plain_page())


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("text/vtt", "vtt"),
        ("text/*", "vtt"),
        ("text/plain;q=0.5, text/vtt;q=0.4", "txt"),
        ("application/json;q=0, */*", "vtt"),
        ("TEXT/VTT; charset=utf-8", "vtt"),
        ("image/*, application/x-subrip;q=0.1", "srt"),
        ("text/vtt;q=x", None),
        ("image/png", None),
        (",,", "json"),
    ],
)
def test_accept_is_read_as_the_standard_says(accept: str, wanted: str | None) -> None:
    assert wanted_media_type(accept, TRANSCRIPT_TYPES) == wanted
