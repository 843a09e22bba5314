"""What is found in a recording, and where."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model.search.entry import Entry, Turn
from shared.model.search.found import AROUND, Found, find
from shared.model.search.query import Filters, read_query
from tests.fakes.entries import FIRST_AT, an_entry

CALL = an_entry(
    1,
    "Good morning, how can I help you?",
    "I ordered a table two weeks ago.",
    "What is your order number?",
    "!My order number is 4711, not 4712.",
    metadata={"case": "Äpfel"},
)


def found(text: str, entry: Entry = CALL, **filters: object) -> Found | None:
    return find(entry, read_query(text), Filters(**filters))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "table",
        "TABLE morning",
        '"order number"',
        "order* -refund",
        '4711 "not 4712"',
        '-"number order" number',
    ],
)
def test_it_is_found(text: str) -> None:
    assert found(text) is not None


@pytest.mark.parametrize(
    "text", ["refund", "table refund", '"number order"', "table -order", 'table -"order number"']
)
def test_it_is_not_found(text: str) -> None:
    assert found(text) is None


def test_a_place_says_when_by_whom_and_what_was_said_around_it() -> None:
    hit = found("4711")
    assert hit is not None and hit.times == 1
    [place] = hit.places
    assert place.speaker == "Customer"
    assert (place.before, place.found, place.after) == (
        "My order number is ",
        "4711",
        ", not 4712.",
    )
    assert 12_000 < place.start_ms < 16_000
    assert place.is_in_doubt


def test_words_of_one_speaker_are_those_that_this_one_said() -> None:
    assert found("table", speaker="customer") is not None
    assert found("table", speaker="S2") is not None
    assert found("table", speaker="Agent") is None
    assert found("number -4711", speaker="Agent") is not None
    assert found("table", speaker="nobody") is None


def test_what_is_in_doubt_is_asked_for_alone() -> None:
    assert found("number", in_doubt=True) is not None
    assert found("table", in_doubt=True) is None


def test_other_filters_are_of_the_whole_recording() -> None:
    at = FIRST_AT + timedelta(minutes=1)
    assert found("table", profile="calls", batch_id="batch-1", from_at=at) is not None
    assert found("table", metadata=(("case", "apfel"),)) is not None
    assert found("table", metadata=(("case", "birne"),)) is None
    assert found("table", profile="other") is None
    assert found("table", batch_id="batch-2") is None
    assert found("table", to_at=at) is None
    assert found("table", from_at=at + timedelta(seconds=1)) is None


def test_a_phrase_goes_over_the_utterances_of_a_turn_and_not_into_the_next() -> None:
    turn = Turn(0, 9_000, ((0, 1_000), (10, 5_000)), "my number is four")
    entry = an_entry(1, turns=(turn, Turn(1, 12_000, ((0, 10_000),), "seven")))
    hit = found('"is four"', entry)
    assert hit is not None and 5_000 <= hit.places[0].start_ms < 9_000
    assert found('"four seven"', entry) is None


def test_words_are_found_in_scripts_without_spaces() -> None:
    entry = an_entry(1, "我想退款，谢谢。", "東京都に住んでいます", "ขอเงินคืนครับ")
    for text in ("退款", "東京", "京都", "เงินคืน", "住んで"):
        assert found(text, entry) is not None, text
    assert found("款退", entry) is None


def test_what_is_shown_around_is_cut_between_words() -> None:
    long = "word " * 100
    hit = found("needle", an_entry(1, f"{long}needle {long}"))
    assert hit is not None
    [place] = hit.places
    assert place.before.startswith("… word") and place.after.endswith("word …")
    assert len(place.before) <= AROUND + 2


@pytest.mark.parametrize(
    ("text", "said", "parts"),
    [
        ("number 4711", CALL, ("My order ", "number", " is ", "4711", ", not 4712.")),
        ("order* number", CALL, ("What is your ", "order", " ", "number", "?")),
        ('"order number" number', CALL, ("What is your ", "order number", "?")),
        ('"a b" "b c"', an_entry(1, "a b c, a"), ("", "a b c", ", a")),
        ("x", an_entry(1, "x"), ("", "x", "")),
        ("ÄPFEL 好", an_entry(1, "Zwei Äpfel, 你好"), ("Zwei ", "Äpfel", ", 你", "好", "")),
    ],
)
def test_all_that_was_looked_for_is_told_apart_where_it_stands_together(
    text: str, said: Entry, parts: tuple[str, ...]
) -> None:
    hit = found(text, said)
    assert hit is not None
    assert parts in [place.parts for place in hit.places]


def test_what_is_told_apart_is_what_is_shown() -> None:
    said = " ".join(f"word{n} here" if n % 3 else "here" for n in range(40))
    for one in (said, f"…{said}", said.replace(" ", ",")):
        hit = found("here word1*", an_entry(1, one))
        assert hit is not None
        for place in hit.places:
            assert "".join(place.parts) == place.before + place.found + place.after
            assert place.found in place.parts[1::2]
            assert len(place.parts) > 5


def test_the_first_three_places_are_shown_and_all_are_counted() -> None:
    hit = found("table", an_entry(1, *["one table and another table"] * 5))
    assert hit is not None
    assert (hit.times, len(hit.places)) == (10, 3)
    assert len({place.start_ms for place in hit.places}) == 3


def test_what_is_said_more_often_in_less_time_is_the_better_match() -> None:
    short, often = an_entry(1, "table"), an_entry(2, "table table table")
    long = an_entry(3, "table " + "word " * 5_000)
    scores = [hit.score for entry in (often, short, long) if (hit := found("table", entry))]
    assert scores == sorted(scores, reverse=True)


@given(
    st.lists(st.sampled_from(["w1", "w", "W1", "w12", " ", "_", "-", "' ", ". "]), max_size=12),
    st.sampled_from(["w1", '"w1 w1"', "w1*", '"w w1 w"', "w-w1*", "é", '"w1 é"']),
)
def test_plain_text_holds_the_same_as_text_with_accents(parts: list[str], text: str) -> None:
    """Only what is not plain is taken apart into words."""
    said = "".join(parts)
    plain, other = (find(an_entry(1, t), read_query(text), Filters()) for t in (said, f"{said} ß"))
    assert (plain is None) == (other is None)
    if plain and other:
        assert plain.times == other.times
        assert [one.found for one in plain.places] == [one.found for one in other.places]
