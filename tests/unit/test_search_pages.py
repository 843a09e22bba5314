"""Pages of what was found: everything once, the newest first, however it lies in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from datetime import timedelta
from typing import Any, cast
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model.batch.batch import Batch
from shared.model.pieces import piece_name
from shared.model.profile.profile import Profile
from shared.model.recording.outcome import Outcome
from shared.model.recording.recording import Recording
from shared.model.search.entry import Entry
from shared.model.search.found import find
from shared.model.search.piece import packed, write_piece
from shared.model.search.query import Filters, read_query
from shared.ports.searcher import Searcher
from shared.ports.state import BatchStore
from shared.searching import search as module
from shared.searching.reader import IndexReader
from shared.searching.search import Search, SearchWords
from tests.fakes.clock import FakeClock
from tests.fakes.entries import FIRST_AT, an_entry
from tests.fakes.pieces import FakePieces


class _Rows:
    """All of it is there. `asked` are the batches that were read."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def batch(self, batch_id: str) -> Batch:
        self.asked.append(batch_id)
        return Batch(id=batch_id, profile="calls", created_at=FIRST_AT, closes_at=FIRST_AT)

    def recording(self, batch_id: str, recording_id: str) -> Recording:
        return Recording(
            batch_id=batch_id,
            id=recording_id,
            container="audio",
            name="a.wav",
            etag="1",
            last_modified_at=FIRST_AT,
            registered_at=FIRST_AT,
            changed_at=FIRST_AT,
            profile=Profile(),
            state="transcribed",
            outcome=Outcome(outputs={"json": "transcripts/a.wav.json"}),
        )


class _Here:
    """A pool without threads."""

    def map(self, run: Callable[..., Any], *items: Any) -> Iterator[Any]:
        return map(run, *items)


def rows_of_all() -> _Rows:
    return _Rows()


def searching(pieces: FakePieces, rows: _Rows, searcher: Searcher | None = None) -> SearchWords:
    return SearchWords(
        pieces=pieces,
        reader=IndexReader(pieces),
        store=cast(BatchStore, rows),
        clock=FakeClock(),
        pool=cast(Executor, _Here()),
        is_on=True,
        searcher=searcher,
    )


def in_pieces(entries: list[Entry], parts: int) -> FakePieces:
    """Through one another: each of the pieces has entries of all times."""
    pieces = FakePieces(FakeClock())
    for part in range(parts):
        content, count = write_piece(map(packed, entries[part::parts]), with_words=bool(part % 2))
        if count:
            pieces.put(piece_name(content, count), content)
    return pieces


def all_pages(search: SearchWords, asked: Search) -> list[str]:
    found: list[str] = []
    while True:
        page = search(asked, lambda batch: True)
        found += [one.entry.recording_id for one in page.found]
        if page.after is None:
            return found
        asked = asked._replace(after=page.after)


sayings = st.lists(st.sampled_from(["order", "table", "Café", "number"]), min_size=1, max_size=4)


@pytest.mark.long
@given(
    st.lists(sayings.map(" ".join), min_size=1, max_size=25),
    st.integers(1, 4),
    st.sampled_from(["order", '"order table"', "number -table", "caf*"]),
    st.integers(1, 5),
    st.integers(-1, 26),
    st.integers(-1, 26),
)
def test_page_after_page_holds_all_that_is_looked_for_once_and_the_newest_first(
    said: list[str], parts: int, text: str, most: int, first: int, behind: int
) -> None:
    entries = [an_entry(n, words, batch_id=f"b{n % 3}") for n, words in enumerate(said)]
    at = [FIRST_AT + timedelta(minutes=n) for n in range(-1, 27)]
    filters = Filters(from_at=at[first + 1], to_at=at[behind + 1])
    query = read_query(text)
    wanted = [one.recording_id for one in entries if find(one, query, filters)][::-1]
    with patch.object(module, "AT_ONCE", 2), patch.object(module, "MOST_AT_ONCE", 4):
        search = searching(in_pieces(entries, parts), _Rows())
        assert all_pages(search, Search(text, filters, most=most)) == wanted


def test_of_a_word_that_stands_everywhere_no_more_is_read_than_a_page_needs() -> None:
    entries = [an_entry(n, "hello") for n in range(500)]
    content, count = write_piece(map(packed, entries), with_words=True)
    pieces = FakePieces(FakeClock())
    pieces.put(piece_name(content, count), content)
    rows = _Rows()
    with patch("shared.searching.reader.WHOLE_BYTES", 0):
        found = searching(pieces, rows)(Search("hello", most=5), lambda batch: True)
    assert [one.entry.name for one in found.found] == [f"{n}.wav" for n in range(499, 494, -1)]
    assert pieces.reads <= 3 + module.AT_ONCE  # the head, a block, the places, and entries
    assert rows.asked == ["batch-1"]
