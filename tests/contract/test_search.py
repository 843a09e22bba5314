"""Search means the same wherever the words lie: in pieces as they are written, in merged ones, or
at Azure AI Search. Each case is held against a look at every recording."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from random import Random
from typing import Any

import httpx
import pytest

from local.emulators.azure_search.server import running
from local.emulators.azure_search.settings import Settings
from shared.errors import SearchRefused
from shared.model.batch.batch import Batch
from shared.model.pieces import piece_name
from shared.model.search.entry import Entry
from shared.model.search.found import find
from shared.model.search.piece import packed, write_piece
from shared.model.search.query import Filters, read_query
from shared.searching.hand_over import HandOver
from shared.searching.search import Search, SearchWords
from tests.contract.test_searcher import KEY, azure_search
from tests.fakes.clock import FakeClock
from tests.fakes.entries import FIRST_AT, an_entry
from tests.fakes.pieces import FakePieces
from tests.fakes.stores import FakeDiaries
from tests.unit.test_search_pages import all_pages, rows_of_all, searching

SAID: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = (
    (("Good morning.", "I ordered a table.", "What is your order number?", "!4711"), {}),
    (("Order, number 4711!", "no thanks"), {"metadata": {"case": "Äpfel", "n": "1"}}),
    (("order", "number"), {"batch_id": "batch-2", "profile": "o'clock"}),
    (("!an order", "cancelled it"), {"speakers": (("S1", "Agent' or 1 eq 1"), ("S2", ""))}),
    (("Ich möchte stornieren, Café Größe",), {"metadata": {"case": "äpfel"}}),
    (("你好，我要退款", "好的"), {"speakers": (("S1", "客服"), ("S2", "Customer"))}),
    (("注文番号は4711です",), {}),
    (("สวัสดีครับ ผมต้องการยกเลิก",), {}),
    (("e-mail me at a.b@example.com",), {"batch_id": "batch-2"}),
    (("להזמין שולחן", "مرحبا بكم"), {"metadata": {"case": " "}}),
    (("x" * 300, "y" * 120 + " order"), {"metadata": {"long": "z" * 3_000}}),
    (("and or not AND", "+plus |or \\ ( ) ~ ^"), {"speakers": (("S1", ""), ("S2", ""))}),
    (("İstanbul STRASSE straße 𝔘nicode",), {}),
    (("no", "thanks"), {}),
)
ENTRIES = [an_entry(n, *said, **more) for n, (said, more) in enumerate(SAID)]
QUERIES = (
    "order",
    "order number",
    '"order number"',
    "ORDER* -table",
    "4711",
    "47*",
    '-"no thanks" no',
    '"no thanks"',
    "no -thanks",
    "cafe",
    "größe",
    "退款",
    '"我要"',
    "好",
    "注文番号",
    "番*",
    "4711です",
    "ยกเลิก",
    "e-mail",
    "mai*",
    "e-mai*",
    "שולחן",
    "مرحبا",
    "x" * 300,
    "x" * 99 + "*",
    "yy* order",
    "order -" + "y" * 120,
    "order -" + "y" * 100,
    "and",
    "AND or not",
    "strasse",
    "istanbul",
    "unicode",
    "nothing",
)
AT = [FIRST_AT + timedelta(minutes=n) for n in range(len(SAID))]
FILTERS = (
    Filters(),
    Filters(speaker="agent"),
    Filters(speaker="S2"),
    Filters(speaker="Agent' or 1 eq 1"),
    Filters(speaker="客服"),
    Filters(speaker=" "),
    Filters(profile="calls"),
    Filters(profile="o'clock"),
    Filters(batch_id="batch-2"),
    Filters(metadata=(("case", "apfel"),)),
    Filters(metadata=(("case", "Äpfel"), ("n", "1"))),
    Filters(metadata=(("case", ""),)),
    Filters(metadata=(("long", "z" * 3_000),)),
    Filters(from_at=AT[3]),
    Filters(from_at=AT[1], to_at=AT[7]),
    Filters(in_doubt=True),
    Filters(in_doubt=True, speaker="Customer"),
    Filters(metadata=(("long", "z" * 2_999),)),
)


@pytest.fixture(scope="module", params=["pieces", "merged", "azure-search", "both"])
def search(request: pytest.FixtureRequest) -> Iterator[SearchWords]:
    pieces = FakePieces(FakeClock())
    if request.param in ("pieces", "merged"):
        put(pieces, ENTRIES, with_words=request.param == "merged")
        yield searching(pieces, rows_of_all())
        return
    with running(Settings(key=KEY, page=2)) as url, closing(httpx.Client()) as http:
        service = azure_search(http, url)
        hand_over = HandOver(
            pieces=pieces, searcher=service, diaries=FakeDiaries(), clock=FakeClock()
        )
        put(pieces, ENTRIES if request.param == "azure-search" else ENTRIES[::2])
        hand_over()
        hand_over()
        assert pieces.there == {}
        if request.param == "both":
            put(pieces, ENTRIES[1:])
        yield searching(pieces, rows_of_all(), service)


def put(pieces: FakePieces, entries: list[Entry], *, with_words: bool = True) -> None:
    content, count = write_piece(map(packed, entries), with_words=with_words)
    pieces.put(piece_name(content, count), content)


def wanted(text: str, filters: Filters) -> list[str]:
    query = read_query(text)
    return [one.recording_id for one in ENTRIES if find(one, query, filters)][::-1]


@pytest.mark.parametrize("filters", FILTERS, ids=range(len(FILTERS)))
def test_every_query_finds_the_same(search: SearchWords, filters: Filters) -> None:
    for text in QUERIES:
        assert all_pages(search, Search(text, filters)) == wanted(text, filters), text


def test_every_filter_and_every_query_finds_something() -> None:
    assert all(any(wanted(text, one) for one in FILTERS) for text in QUERIES if text != "nothing")
    assert all(any(wanted(text, one) for text in QUERIES) for one in FILTERS[:-1])


def test_queries_put_together_by_chance_find_the_same(search: SearchWords) -> None:
    chance = Random(33)
    words = [word for said, _ in SAID for text in said for word in text.split() if word[0] != "("]
    for _ in range(60):
        parts = [chance.choice(words).strip('"') for _ in range(chance.randint(1, 3))]
        signs = [chance.choice(("", "", "-", "*")) for _ in parts]
        text = " ".join(f"-{p}" if s == "-" else p + s for p, s in zip(parts, signs, strict=True))
        try:
            read_query(text)
        except SearchRefused:
            continue
        filters = chance.choice(FILTERS)
        assert all_pages(search, Search(text, filters)) == wanted(text, filters), (text, filters)


def test_pages_and_places_and_the_best_are_the_same(search: SearchWords) -> None:
    for most in (1, 2, 3):
        assert all_pages(search, Search("order", most=most)) == wanted("order", Filters())
    best = search(Search("order", order="best", most=3), lambda batch: True)
    plain = [found for one in ENTRIES if (found := find(one, read_query("order"), Filters()))]
    plain.sort(key=lambda one: (-one.score, -one.entry.rank))
    assert list(best.found) == plain[:3] and best.after is None


def test_only_what_the_caller_may_see_is_found(search: SearchWords) -> None:
    def sees(batch: Batch) -> bool:
        return batch.id == "batch-2"

    found = search(Search("order"), sees).found
    assert {one.entry.batch_id for one in found} == {"batch-2"}
