"""What a service has to do that finds what was said: the stand-in of other tests, and Azure AI
Search at its emulator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from local.emulators.azure_search.server import running
from local.emulators.azure_search.settings import Settings
from shared.model.search.query import Filters, read_query
from shared.ports.searcher import Ranks, Searcher
from shared.searchers.azure_search.client import AzureSearch
from tests.fakes.entries import an_entry
from tests.fakes.searcher import FakeSearcher

ALL = Ranks(0, 1 << 64)
QUERY = read_query("order")
KEY = "a key"
SMALL_PAGES = 7


def azure_search(http: httpx.Client, url: str, key: str = KEY) -> AzureSearch:
    return AzureSearch(
        http=http,
        endpoint=url,
        auth=lambda: {"api-key": key},
        api_version="2024-07-01",
        index="calls",
    )


@pytest.fixture(params=["stand-in", "azure-search", "azure-search in small pages"])
def searcher(request: pytest.FixtureRequest) -> Iterator[Searcher]:
    if request.param == "stand-in":
        yield FakeSearcher()
        return
    page = SMALL_PAGES if "small" in request.param else 1_000
    with running(Settings(key=KEY, page=page)) as url, closing(httpx.Client()) as http:
        yield azure_search(http, url)


def test_before_it_is_made_nothing_is_there(searcher: Searcher) -> None:
    assert not searcher.is_made()
    assert list(searcher.held(recordings=["a"])) == []
    assert not searcher.newest(QUERY, Filters(), ALL, 5).entries
    searcher.make()
    assert searcher.is_made()
    assert searcher.newest(QUERY, Filters(), ALL, 5).is_last


def test_what_was_put_there_is_held_until_it_is_removed(searcher: Searcher) -> None:
    searcher.make()
    entries = [an_entry(n, "order", batch_id=f"b{n % 2}") for n in range(30)]
    searcher.put(entries)
    searcher.put(entries[:3])
    origins = [one.origin for one in entries]
    ids = [one.recording_id for one in entries]
    assert sorted(searcher.held(recordings=ids)) == sorted(origins)
    assert sorted(searcher.held(recordings=ids[:2])) == sorted(origins[:2])
    assert sorted(searcher.held(batches=["b1", "b9"])) == sorted(origins[1::2])
    moment = entries[20].made_ms
    assert sorted(searcher.held(before_ms=moment)) == sorted(origins[:20])
    searcher.remove(origins[:25])
    searcher.remove(origins[:25])
    assert sorted(searcher.held(batches=["b0", "b1"])) == sorted(origins[25:])
    assert list(searcher.held()) == []


def test_many_are_asked_about_at_once(searcher: Searcher) -> None:
    searcher.make()
    entries = [an_entry(n, "order") for n in range(450)]
    searcher.put(entries)
    held = searcher.held(recordings=[f"{n:032x}" for n in range(900)])
    assert {one.thing for one in held} == {one.recording_id for one in entries}


def test_the_newest_come_first_and_of_one_recording_the_latest(searcher: Searcher) -> None:
    searcher.make()
    entries = [an_entry(n, f"order {n}") for n in range(20)]
    corrected = an_entry(19, "an order", revision=1)
    again = an_entry(18, "order once more", made_ms=entries[18].made_ms + 1)
    searcher.put([*entries, corrected, again])
    found, after = [], 1 << 64
    while True:
        page = searcher.newest(QUERY, Filters(), Ranks(entries[2].rank, after), 6)
        found += page.entries
        if page.is_last:
            break
        after = page.entries[-1].rank
    assert found[:2] == [corrected, entries[19]] and found[2:4] == [again, entries[18]]
    assert [one.rank for one in found] == sorted((one.rank for one in found), reverse=True)
    assert {one.recording_id for one in found} == {one.recording_id for one in entries[2:]}
