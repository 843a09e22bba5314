"""Azure AI Search as we call it, at its emulator: what goes wrong there, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

import local.emulators.azure_search as emulator_package
from local.emulators.azure_search.faults import KINDS
from local.emulators.azure_search.server import running
from local.emulators.azure_search.settings import Settings
from shared.errors import StoreUnavailable
from shared.model.search.entry import Entry
from shared.model.search.query import Filters, read_query
from shared.searchers.azure_search import wire
from shared.searchers.azure_search.client import AzureSearch
from shared.searchers.azure_search.fields import definition, key_of
from tests.contract.test_searcher import ALL, KEY, QUERY, azure_search
from tests.fakes.entries import an_entry

VERSION = {"api-version": "2024-07-01"}
ENTRIES = [an_entry(n, f"order {n}") for n in range(6)]


@pytest.fixture(scope="module")
def emulator() -> Iterator[str]:
    with running(Settings(key=KEY)) as address:
        yield address


@pytest.fixture
def url(emulator: str) -> str:
    """As if it had just begun."""
    for path in ("/_emulator/faults", "/_emulator/ledger", "/indexes/calls-v1"):
        asked("DELETE", emulator + path, params=VERSION, headers={"api-key": KEY})
    asked("DELETE", f"{emulator}/_emulator/ledger")
    return emulator


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with closing(httpx.Client()) as client:
        yield client


@pytest.fixture
def service(url: str, http: httpx.Client) -> AzureSearch:
    found = azure_search(http, url)
    found.make()
    return found


def asked(method: str, address: str, **more: Any) -> httpx.Response:
    """Without the many certificates that such a call need not know."""
    return httpx.request(method, address, verify=False, **more)


def order(url: str, kind: str, **options: Any) -> None:
    answer = asked("POST", f"{url}/_emulator/faults", json={"kind": kind, **options})
    assert answer.status_code == 201, answer.text


def ledger(url: str) -> dict[str, Any]:
    found: dict[str, Any] = asked("GET", f"{url}/_emulator/ledger").json()
    return found


def held(service: AzureSearch) -> set[str]:
    return {one.thing for one in service.held(recordings=[one.recording_id for one in ENTRIES])}


def every(service: AzureSearch) -> None:
    service.put(ENTRIES)
    service.remove([ENTRIES[0].origin])
    assert len(held(service)) == 5
    service.newest(QUERY, Filters(), ALL, 5)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("throttle", {}),
        ("throttle", {"retryAfter": 30}),
        ("refuse", {"status": 429}),
        ("refuse", {"status": 500}),
        ("refuse", {"status": 403}),
        ("refuse", {"status": 401}),
        ("garble", {}),
        ("lose_answer", {}),
        ("lose_answer", {"how": "cut"}),
    ],
)
@pytest.mark.parametrize("call", ["change", "search", "read_index"])
def test_trouble_of_a_call_is_trouble_with_the_index_and_passes(
    url: str, service: AzureSearch, call: str, kind: str, options: dict[str, Any]
) -> None:
    order(url, kind, match={"call": f"^{call}$"}, **options)
    if (call, kind) == ("read_index", "garble"):
        return  # of that only the status is looked at
    with pytest.raises(StoreUnavailable):
        every(service)
        service.is_made()
    every(service)


def test_nothing_that_was_sent_stands_in_an_error(url: str, service: AzureSearch) -> None:
    order(url, "leak", times=None)
    for run in (
        lambda: service.newest(read_query("secret"), Filters(), ALL, 5),
        lambda: service.remove([ENTRIES[0].origin]),
        lambda: list(service.held(recordings=["secret"])),
    ):
        with pytest.raises(StoreUnavailable) as raised:
            run()
        assert "secret" not in str(raised.value) and "000" not in str(raised.value)


def test_what_is_not_taken_now_is_told_and_the_rest_is_there(
    url: str, service: AzureSearch
) -> None:
    order(url, "document_error", match={"key": key_of(ENTRIES[3].origin)})
    with pytest.raises(StoreUnavailable):
        service.put(ENTRIES)
    assert held(service) == {one.recording_id for one in ENTRIES} - {ENTRIES[3].recording_id}
    service.put(ENTRIES)
    assert len(held(service)) == 6


def test_what_is_never_taken_keeps_nothing_from_being_taken(
    url: str, service: AzureSearch, caplog: pytest.LogCaptureFixture
) -> None:
    order(url, "document_error", match={"key": key_of(ENTRIES[3].origin)}, status=400, times=None)
    service.put(ENTRIES)
    assert len(held(service)) == 5
    assert '"event":"words.refused"' in caplog.text


def test_one_that_has_a_call_refused_is_left_out(
    url: str, service: AzureSearch, caplog: pytest.LogCaptureFixture
) -> None:
    bad = an_entry(9, "order", profile="x" * 40_000)
    service.put([*ENTRIES[:3], bad, *ENTRIES[3:]])
    assert len(held(service)) == 6
    assert caplog.text.count('"event":"words.refused"') == 1


def test_what_was_put_there_may_show_later(url: str, service: AzureSearch) -> None:
    order(url, "late", searches=2)
    service.put(ENTRIES)
    assert [len(held(service)) for _ in range(3)] == [0, 0, 6]


def test_calls_hold_no_more_than_the_service_takes(
    url: str, service: AzureSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "MOST_ACTIONS", 4)
    service.put(ENTRIES)
    assert ledger(url)["calls"]["change"] == {"200": 2}
    monkeypatch.setattr(wire, "MOST_ACTIONS", 1_000)
    monkeypatch.setattr(wire, "MOST_BYTES", 1_500)
    service.put(ENTRIES)
    assert ledger(url)["calls"]["change"]["200"] > 3
    assert len(ledger(url)["held"]["calls-v1"]) == 6


def test_a_key_that_is_wrong_opens_nothing(url: str, http: httpx.Client) -> None:
    with pytest.raises(StoreUnavailable, match="403"):
        azure_search(http, url, "another").is_made()


def test_who_makes_it_second_is_told_and_finds_it_made(service: AzureSearch) -> None:
    with pytest.raises(StoreUnavailable):
        service.make()
    assert service.is_made()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"filter": "words eq 'a'"}, "not filterable"),
        ({"filter": "profile lt 3"}, "not comparable"),
        ({"filter": "rank eq '3'"}, "not comparable"),
        ({"filter": "nothing eq 'a'"}, "Could not find"),
        ({"filter": "profile eq 'a' 'b'"}, "nothing was expected"),
        ({"filter": "profile eq 'a"}, "not understood"),
        ({"filter": "speakers eq 'a'"}, "another type"),
        ({"filter": "profile/any(x: x eq 'a')"}, "another type"),
        ({"filter": "geo.distance(a, b) lt 1"}, "Could not find"),
        ({"orderby": "profile"}, "not sortable"),
        ({"select": "words"}, "not retrievable"),
        ({"search": "a", "searchMode": "all", "searchFields": "entry"}, "not there"),
        ({"search": "a"}, "mode all alone"),
        ({"search": "a|b", "searchMode": "all"}, "does not know"),
        ({"search": "a", "queryType": "full", "searchMode": "all"}, "simple queries alone"),
        ({"vectorQueries": []}, "knows nothing of vectorQueries"),
        ({"skip": 100_001}, "skip"),
    ],
)
def test_the_emulator_refuses_what_the_service_would_or_it_does_not_know(
    url: str, service: AzureSearch, body: dict[str, Any], told: str
) -> None:
    answer = asked(
        "POST",
        f"{url}/indexes/calls-v1/docs/search",
        params=VERSION,
        json=body,
        headers={"api-key": KEY},
    )
    assert answer.status_code == 400 and told in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "change",
    [
        {"analyzer": "en.microsoft"},
        {"type": "Edm.GeographyPoint"},
        {"name": "1st"},
        {"normalizer": "lowercase"},
        {"key": True},
    ],
)
def test_the_emulator_makes_no_index_of_which_it_does_not_know_what_it_does(
    url: str, change: dict[str, Any]
) -> None:
    wanted = definition("calls")
    [words] = [field for field in wanted["fields"] if field["name"] == "words"]
    words.update(change)
    answer = asked("POST", f"{url}/indexes", params=VERSION, json=wanted, headers={"api-key": KEY})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "action",
    [
        {"key": "a b"},
        {"key": "_a"},
        {"key": "a", "nothing": 1},
        {"key": "a", "rank": 1 << 63},
        {"key": "a", "words": "one"},
        {"key": "a", "@search.action": "replace"},
        {},
    ],
)
def test_the_emulator_takes_no_action_of_a_call_in_which_one_makes_no_sense(
    url: str, service: AzureSearch, action: dict[str, Any]
) -> None:
    body = {"value": [{"key": "good"}, action]}
    path = f"{url}/indexes/calls-v1/docs/index"
    answer = asked("POST", path, params=VERSION, json=body, headers={"api-key": KEY})
    assert answer.status_code == 400 and ledger(url)["held"]["calls-v1"] == []


def test_it_says_how_it_is_called(url: str, service: AzureSearch) -> None:
    service.put(ENTRIES)
    for path in ("/indexes/calls-v1/docs/$count", "/indexes('calls-v1')/docs/$count"):
        answer = asked("GET", url + path, params=VERSION, headers={"api-key": KEY})
        assert answer.text == "6"
    assert asked("GET", f"{url}/indexes/a", headers={"api-key": KEY}).status_code == 400
    signed = {"Authorization": f"Bearer {KEY}"}
    assert asked("GET", f"{url}/indexes/a", params=VERSION, headers=signed).status_code == 404
    signed = {"Authorization": "Bearer nothing"}
    assert asked("GET", f"{url}/indexes/a", params=VERSION, headers=signed).status_code == 401


def test_an_entry_that_is_none_is_an_answer_that_cannot_be_read(
    url: str, service: AzureSearch
) -> None:
    said: Entry = ENTRIES[0]
    body = {"value": [{"key": key_of(said.origin), "rank": said.rank, "entry": "bm90aGluZw=="}]}
    path = f"{url}/indexes/calls-v1/docs/index"
    asked("POST", path, params=VERSION, json=body, headers={"api-key": KEY})
    with pytest.raises(StoreUnavailable, match="cannot be read"):
        service.newest(QUERY._replace(wanted=()), Filters(), ALL, 5)


def test_every_fault_is_described() -> None:
    [folder] = emulator_package.__path__
    text = (Path(folder) / "README.md").read_text(encoding="utf-8")
    assert all(f"`{kind}`" in text for kind in KINDS)
