"""Pieces of the index: written, read by ranges, merged, and rid of what is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.merging.merge import CLEANED_EVERY, NOTES_KEPT, MergePieces
from shared.model.pieces import SMALL, TIMES, Piece, batch_note, piece_name, thing_note, to_merge
from shared.model.search.candidates import numbers
from shared.model.search.entry import Entry
from shared.model.search.found import find
from shared.model.search.piece import entries_in, packed, write_piece
from shared.model.search.query import Filters, read_query
from shared.searching.merged import MergedWords
from shared.searching.reader import IndexReader
from tests.fakes.clock import FakeClock
from tests.fakes.entries import FIRST_AT, an_entry
from tests.fakes.pieces import FakePieces
from tests.fakes.stores import FakeDiaries

LATER = FIRST_AT + timedelta(days=1)
WORDS = ["order", "table", "refund", "café", "東京", "京", "4711", "ordering"]


def put(pieces: FakePieces, *entries: Entry, with_words: bool = False) -> Piece:
    content, count = write_piece(map(packed, entries), with_words=with_words)
    pieces.put(piece_name(content, count), content)
    return next(p for p in pieces.listing().pieces if p.name == piece_name(content, count))


def stored(pieces: FakePieces) -> list[Entry]:
    return [e for name in sorted(pieces.there) for e in in_piece(pieces.there[name])]


def in_piece(content: bytes) -> list[Entry]:
    return [entry for entry, _ in entries_in(content)] if content else []


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def pieces(clock: FakeClock) -> FakePieces:
    return FakePieces(clock)


def merge(pieces: FakePieces, clock: FakeClock, most: int = 1_000) -> MergePieces:
    return MergePieces(
        pieces=pieces,
        merged=MergedWords(reader=IndexReader(pieces), most_things=most),
        diaries=FakeDiaries(),
        clock=clock,
        name="words",
    )


sayings = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)


@pytest.mark.long
@settings(max_examples=60)
@given(
    st.lists(sayings, min_size=1, max_size=30),
    st.sampled_from(["order", '"order table"', "refund -4711", "ord*", "京", "東京 café", "cafe"]),
    st.sampled_from([Filters(), Filters(speaker="Customer"), Filters(profile="other")]),
)
def test_the_words_of_a_piece_lead_to_all_that_is_looked_for(
    said: list[str], text: str, filters: Filters
) -> None:
    entries = [
        an_entry(n, text, text[::-1], profile="other" if n % 3 else "calls")
        for n, text in enumerate(said)
    ]
    pieces = FakePieces(FakeClock())
    opened = IndexReader(pieces).open(put(pieces, *entries, with_words=True))
    query = read_query(text)
    led_to = [opened.entry(n) for n in numbers(opened.candidates(query, filters))]
    wanted = {entry.recording_id for entry in entries if find(entry, query, filters)}
    assert wanted <= {entry.recording_id for entry in led_to}


@pytest.mark.long
def test_a_large_piece_is_read_by_ranges(pieces: FakePieces) -> None:
    entries = [
        an_entry(n, " ".join(f"w{(n * k) % 9_973}x{k}" for k in range(400))) for n in range(800)
    ]
    piece = put(pieces, *entries, an_entry(9_999, "needle in it"), with_words=True)
    assert piece.bytes > 2_000_000
    pieces.reads = 0
    opened = IndexReader(pieces).open(piece)
    found = list(numbers(opened.candidates(read_query("needle"), Filters())))
    assert [opened.entry(n).recording_id for n in found] == [f"{9_999:032x}"]
    assert pieces.reads == 4  # its head, a block of words, the places, the entry


def test_many_small_pieces_become_one(pieces: FakePieces, clock: FakeClock) -> None:
    for n in range(10):
        put(pieces, an_entry(2 * n, "order"), an_entry(2 * n + 1, "table"))
    merge(pieces, clock)()
    [(name, content)] = pieces.there.items()
    assert name.startswith("pieces/000020-")
    assert [e.recording_id for e in in_piece(content)] == [f"{n:032x}" for n in range(19, -1, -1)]
    merge(pieces, clock)()
    assert list(pieces.there) == [name]


def test_what_was_written_twice_counts_once_and_the_later_one_holds(
    pieces: FakePieces, clock: FakeClock
) -> None:
    first = an_entry(1, "order")
    put(pieces, first)
    put(pieces, first, an_entry(2, "table"))
    put(pieces, an_entry(1, "border", revision=1))
    merge(pieces, clock)()
    there = {entry.recording_id: entry for entry in stored(pieces)}
    assert len(stored(pieces)) == 2
    assert there[first.recording_id].turns[0].text == "border"


def test_whoever_is_cut_short_between_the_new_piece_and_the_old_ones_loses_nothing(
    pieces: FakePieces, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(4):
        put(pieces, an_entry(n, "order"))
    with monkeypatch.context() as patch:
        patch.setattr(pieces, "remove", _killed)
        with pytest.raises(KeyboardInterrupt):
            merge(pieces, clock)()
    assert len(pieces.there) == 5
    merge(pieces, clock)()
    assert len(pieces.there) == 1 and len(stored(pieces)) == 4


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_pieces_that_another_instance_merged_are_left_to_it(
    pieces: FakePieces, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        put(pieces, an_entry(n, "order"))
    there = dict(pieces.there)
    monkeypatch.setattr(pieces, "read", lambda *_: None)
    merge(pieces, clock)()
    assert pieces.there == there


def test_what_is_forgotten_is_gone_after_the_next_merge(
    pieces: FakePieces, clock: FakeClock
) -> None:
    gone = an_entry(1, "secret", batch_id="gone")
    put(pieces, gone, an_entry(2, "order"), an_entry(3, "order"))
    put(pieces, an_entry(3, "border", revision=2))
    pieces.put(batch_note("gone", LATER), b"")
    pieces.put(thing_note("batch-1", f"{3:032x}", 2), b"")
    merge(pieces, clock)()
    left = {(entry.recording_id, entry.turns[0].text) for entry in stored(pieces)}
    assert left == {(f"{2:032x}", "order"), (f"{3:032x}", "border")}


def test_a_large_piece_is_written_anew_without_what_is_forgotten(
    pieces: FakePieces, clock: FakeClock
) -> None:
    entries = [an_entry(n, "order", batch_id=f"b{n % 2}") for n in range(20)]
    put(pieces, *entries, with_words=True)
    pieces.put(batch_note("b1", LATER), b"")
    pieces.put(thing_note("b0", f"{4:032x}", 1), b"")
    step = merge(pieces, clock)
    step()
    assert {int(e.recording_id, 16) for e in stored(pieces)} == set(range(0, 20, 2)) - {4}
    assert len(pieces.listing().notes) == 2  # who is at work now may still write
    clock.advance(NOTES_KEPT.total_seconds() + CLEANED_EVERY.total_seconds())
    step()
    assert pieces.listing().notes == ()


def test_a_piece_of_which_everything_is_forgotten_goes(
    pieces: FakePieces, clock: FakeClock
) -> None:
    put(pieces, an_entry(1, "order"))
    pieces.put(batch_note("batch-1", LATER), b"")
    merge(pieces, clock)()
    assert pieces.listing().pieces == ()


def the_merges(counts: Sequence[int], most: int) -> tuple[list[int], int]:
    """What is left after a merge behind each of these, and how often a thing was written."""
    there: list[Piece] = []
    written = 0
    for number, count in enumerate(counts):
        there.append(Piece(f"pieces/{count:06}-{number}", count, count))
        while group := to_merge(there, most):
            things = sum(piece.things for piece in group)
            assert things <= most and len(group) > 1
            written += things
            there = [piece for piece in there if piece not in group]
            there.append(Piece(f"pieces/{things:06}-{number}m{written}", things, things))
    return [piece.things for piece in there], written


def test_pieces_stay_few_and_nothing_is_written_many_times() -> None:
    counts = [50] * 4_000
    left, written = the_merges(counts, 20_000)
    assert sum(left) == sum(counts)
    assert len(left) <= 200_000 // 10_000 + 3 * TIMES
    assert written / sum(counts) < 9, "how often a thing is written anew, while slices trickle in"
    burst, anew = the_merges([SMALL] * 400, 20_000)
    assert sum(burst) == 200_000 and anew / 200_000 < 3.1


@given(st.lists(st.integers(1, 3_000), max_size=60))
def test_a_merge_loses_nothing_and_comes_to_an_end(counts: list[int]) -> None:
    left, _ = the_merges(counts, 5_000)
    assert sum(left) == sum(counts)
