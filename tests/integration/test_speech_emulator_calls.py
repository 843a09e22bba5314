"""Listing, filtering, errors, keys and limits of the Azure Speech emulator, over HTTP."""

from collections.abc import Iterator

import httpx
import pytest

from local.emulators.azure_speech.server import running
from tests.fakes.recogniser import FakePool
from tests.speech_emulator import (
    KEY,
    V3_2,
    V2025,
    VERSIONS,
    Api,
    audio_host,
    last_segment,
    settings,
)


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    with audio_host({"a.wav": b"mono"}) as url:
        yield url


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(FakePool(), settings(accept_bearer=True)) as address:
        yield address


@pytest.fixture(params=VERSIONS)
def api(request: pytest.FixtureRequest, url: str) -> Iterator[Api]:
    with Api(url, request.param) as client:
        yield client


def listed(api: Api, first: str) -> tuple[list[str], int]:
    """The ids on all pages from `first` on, and how many pages there were."""
    ids: list[str] = []
    pages, link = 0, first
    while link:
        page = api.client.get(link).json()
        ids += [last_segment(one["self"]) for one in page["values"]]
        pages, link = pages + 1, page.get("@nextLink", "")
    return ids, pages


def test_transcriptions_are_listed_by_page_oldest_first(host: str) -> None:
    with running(FakePool(), settings()) as url, Api(url) as api:
        made = [api.created(f"{host}/a.wav", displayName=f"job {n % 2}") for n in range(103)]
        assert listed(api, api.address("transcriptions")) == (made, 2)
        assert listed(api, api.address("transcriptions", skip=1, top=50)) == (made[1:], 3)
        odd = api.address("transcriptions", top=20, filter="displayName eq 'job 1'")
        assert listed(api, odd) == (made[1::2], 3)
        api.ended(made[-1])
        running_ones = "status eq 'NotStarted' or status eq 'Failed'"
        assert api.get("transcriptions", filter=running_ones).json() == {"values": []}


def test_files_are_listed_by_page_and_filter(api: Api, host: str) -> None:
    one = api.created(*[f"{host}/a.wav"] * 5)
    api.ended(one)
    path = f"transcriptions/{one}/files"
    ids, pages = listed(api, api.address(path, top=2))
    assert (len(ids), pages) == (6, 3)
    results = api.get(path, filter="kind eq 'Transcription'").json()["values"]
    assert [file["name"] for file in results] == [f"contenturl_{n}.json" for n in range(5)]
    named = api.get(path, filter="name eq 'report.json'").json()["values"]
    assert api.client.get(named[0]["self"]).json()["name"] == "report.json"
    assert api.get(f"{path}/{one}").status_code == 404


@pytest.mark.parametrize("query", [{"skip": -1}, {"top": 0}, {"top": "x"}, {"skip": 2**31}])
def test_impossible_pages_are_refused(api: Api, query: dict[str, str | int]) -> None:
    answer = api.get("transcriptions", **query)
    assert answer.status_code == 400
    assert answer.json()["innerError"]["code"] == "UnsupportedPagination"


def test_errors_of_the_service_come_in_its_envelope(api: Api) -> None:
    answer = api.create({"displayName": "x"})
    assert answer.status_code == 400
    assert answer.json()["code"] == "InvalidRequest"
    assert answer.json()["innerError"]["message"] == answer.json()["message"]
    assert answer.headers["api-supported-versions"]
    assert answer.headers["apim-request-id"]
    assert answer.headers["Cache-Control"] == "no-store"
    missing = api.get("transcriptions/00000000-0000-0000-0000-000000000000")
    assert (missing.status_code, missing.json()["code"]) == (404, "NotFound")
    assert api.get("transcriptions/none").status_code == 404
    assert api.get("datasets").json()["code"] == "NotFound"
    wrong = api.client.put(api.address("transcriptions"))
    assert (wrong.status_code, wrong.json()["code"]) == (405, "NotAllowed")
    assert "GET" in wrong.headers["Allow"]
    create = "transcriptions" if api.version == V3_2 else "transcriptions:submit"
    for sent, status, code in (
        ({"content": b"{"}, 400, "InvalidRequestBodyFormat"),
        ({"content": b"[]"}, 400, "InvalidRequestBodyFormat"),
        ({"content": b""}, 400, "EmptyRequest"),
    ):
        broken = api.client.post(
            api.address(create), headers={"Content-Type": "application/json"}, **sent
        )
        assert (broken.status_code, broken.json()["innerError"]["code"]) == (status, code)
    text = api.client.post(api.address(create), content=b"{}")
    assert (text.status_code, text.json()["code"]) == (415, "UnsupportedMediaType")


@pytest.mark.parametrize("query", ["", "?api-version=", "?api-version=2023-01-01"])
def test_a_call_without_a_known_api_version_is_refused(url: str, query: str) -> None:
    answer = httpx.get(
        f"{url}/speechtotext/transcriptions{query}", headers={"Ocp-Apim-Subscription-Key": KEY}
    )
    assert answer.status_code == 400
    assert answer.json()["target"] == "api-version"


def test_a_call_without_the_key_gets_the_envelope_of_the_gateway(api: Api) -> None:
    for headers in ({}, {"Ocp-Apim-Subscription-Key": "wrong"}, {"Authorization": "Bearer"}):
        answer = httpx.get(api.address("transcriptions"), headers=headers)
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "401"
    token = httpx.get(api.address("transcriptions"), headers={"Authorization": "Bearer token"})
    assert token.status_code == 200


def test_too_many_calls_are_throttled_by_the_gateway() -> None:
    with running(FakePool(), settings(calls_per_window=3)) as url, Api(url) as api:
        answers = [api.get("transcriptions") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[3].json()["error"]["code"] == "429"
        assert 1 <= int(answers[3].headers["Retry-After"]) <= 10
        assert api.ledger()["calls"] == {"transcriptions.list": {"200": 3, "429": 1}}


def test_bearer_tokens_are_refused_unless_configured() -> None:
    with running(FakePool(), settings()) as url, Api(url) as api:
        token = {"Authorization": "Bearer token"}
        assert httpx.get(api.address("transcriptions"), headers=token).status_code == 401


def test_locales_are_an_array_or_an_object_by_version(api: Api) -> None:
    body = api.get("transcriptions/locales").json()
    assert "en-US" in (body if api.version == V3_2 else body["Submit"])


def test_base_models_are_listed_filtered_and_told_apart(api: Api) -> None:
    page = api.get("models/base", filter="locale eq 'de-DE'").json()
    assert [model["locale"] for model in page["values"]] == ["de-DE"]
    assert api.client.get(page["values"][0]["self"]).json() == page["values"][0]
    ids, pages = listed(api, api.address("models/base"))
    assert len(set(ids)) == len(ids) > 100
    assert pages == 2
    german = {"self": page["values"][0]["self"]}
    made = api.create(api.body("https://h.invalid/a", locale="de-DE", model=german))
    assert made.json()["model"] == german


def test_submit_is_a_path_of_the_dated_versions_only(url: str) -> None:
    with Api(url, V3_2) as old, Api(url, V2025) as new:
        assert old.post("transcriptions:submit", {}).status_code == 404
        assert new.post("transcriptions", {}).status_code == 405


def test_the_ledger_tells_every_create_and_what_was_transcribed(host: str) -> None:
    with running(FakePool(), settings()) as url, Api(url) as api:
        sources = [f"{host}/a.wav?sig=1", f"{host}/a.wav?sig=2", f"{host}/none.wav"]
        one = api.created(
            *sources, customProperties={"mark": "m"}, properties={"diarizationEnabled": True}
        )
        api.ended(one)
        two = api.created(f"{host}/a.wav")
        api.ended(two)
        api.delete(f"transcriptions/{two}")
        api.delete(f"transcriptions/{two}")
        ledger = api.ledger()
        assert ledger["calls"]["transcriptions.create"] == {"201": 2}
        assert ledger["transcribed"] == {f"{host}/a.wav": 3}
        assert ledger["live"] == [one]
        assert [gone["existed"] for gone in ledger["deletes"]] == [True, False]
        first = ledger["creates"][0]
        assert (first["id"], first["inputs"]) == (one, 3)
        assert first["customProperties"] == {"mark": "m"}
        assert first["unknownFields"] == ["properties.diarizationEnabled"]
        api.client.delete(f"{url}/_emulator/ledger")
        assert api.ledger()["creates"] == []
