"""Words as they are compared, and what somebody looks for."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import SearchRefused
from shared.model.search.found import find
from shared.model.search.query import LONGEST, MOST_WANTED, Filters, read_query
from shared.model.search.words import folded, needed, terms, tokens
from tests.fakes.entries import an_entry


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Order number 4,711!", ["order", "number", "4", "711"]),
        ("Don’t you", ["don", "t", "you"]),
        ("Ça coûte ÉNORMÉMENT", ["ca", "coute", "enormement"]),
        ("Straße, STRASSE", ["strasse", "strasse"]),
        ("İstanbul ılık", ["istanbul", "ilik"]),
        ("Ёлка й", ["елка", "и"]),
        ("Łódź Ærø", ["lodz", "aero"]),
        ("שָׁלוֹם עולם", ["שלום", "עולם"]),
        ("مُحَمَّد", ["محمد"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("서울 특별시", ["서울", "특별시"]),
        ("東京都です", ["東", "京", "都", "で", "す"]),
        ("ｆｕｌｌ　ＷＩＤＴＨ", ["full", "width"]),
        ("iPhone手机", ["iphone", "手", "机"]),
        ("... –", []),
    ],
)
def test_words_are_compared_without_case_and_accents_in_any_script(
    text: str, words: list[str]
) -> None:
    found = [token.term for token in tokens(text)]
    assert found == [unicodedata.normalize("NFC", word) for word in words]


def test_a_word_is_found_where_it_stands() -> None:
    text = "Größe: 東京"
    assert [text[token.start : token.end] for token in tokens(text)] == ["Größe", "東", "京"]


@given(st.text(max_size=60))
def test_words_stand_in_their_order_and_none_is_empty(text: str) -> None:
    found = tokens(text)
    ends = 0
    for token in found:
        assert ends <= token.start < token.end <= len(text)
        assert token.term and token.term == folded(text[token.start : token.end])
        ends = token.end


@given(st.text(max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_what_is_needed_for_a_phrase_is_in_the_index_of_what_holds_it(
    phrase: str, before: str, after: str
) -> None:
    held = tokens(f"{before} {phrase} {after}")
    assert needed(tokens(phrase)) <= terms(held)


@given(st.text(alphabet="ab éö東京", max_size=30))
def test_whatever_is_said_is_found_by_saying_it_again(text: str) -> None:
    if tokens(text):
        query = read_query(f'"{text}"')
        assert find(an_entry(1, "no", f"x {text} y"), query, Filters()) is not None


def test_a_query_has_words_phrases_what_is_not_to_be_there_and_what_is_begun() -> None:
    query = read_query('refund “Order number” -test -"no thanks" cancel*')
    assert [(one.words, one.is_prefix) for one in query.wanted] == [
        (("refund",), False),
        (("order", "number"), False),
        (("cancel",), True),
    ]
    assert [one.words for one in query.unwanted] == [("test",), ("no", "thanks")]


def test_what_is_joined_by_a_sign_is_a_phrase() -> None:
    [one] = read_query("e-mail").wanted
    assert one.words == ("e", "mail")


@pytest.mark.parametrize("text", ["", "  ", "-only -minus", "...", "a" * (LONGEST + 1), "a*"])
def test_what_cannot_be_looked_for_is_refused(text: str) -> None:
    with pytest.raises(SearchRefused):
        read_query(text)


def test_a_query_cannot_be_without_end() -> None:
    words = " ".join(f"word{n}" for n in range(MOST_WANTED + 1))
    with pytest.raises(SearchRefused):
        read_query(words)
