"""Text and time stamps side by side."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model.transcript.alignment import Block, align, boundaries, key

WORDS = st.lists(st.sampled_from(list("abcdefg")), max_size=40)


@given(WORDS, WORDS)
def test_blocks_cover_both_sides_in_order_and_what_is_same_is_same(
    left: list[str], right: list[str]
) -> None:
    blocks = align(left, right)
    assert [n for b in blocks for n in range(b.first, b.last)] == list(range(len(left)))
    assert [n for b in blocks for n in range(b.start, b.end)] == list(range(len(right)))
    for block in blocks:
        if block.is_same:
            assert left[block.first : block.last] == right[block.start : block.end]


@pytest.mark.long
@pytest.mark.parametrize("gap", [1, 10, 41, 100, 5000])
@pytest.mark.parametrize("turned", [False, True])
def test_after_any_gap_the_words_are_found_again(gap: int, turned: bool) -> None:
    """Three hours of speech: words as frequent as in speech, every fiftieth one misheard."""
    chance = Random(5)
    vocabulary = [f"w{n}" for n in range(3000)]
    said = chance.choices(vocabulary, [1 / (n + 1) for n in range(3000)], k=30_000)
    heard = [f"x{n}" if n % 50 == 7 else word for n, word in enumerate(said)]
    less = heard[:9000] + heard[9000 + gap :]
    blocks = align(less, said) if turned else align(said, less)
    for b in blocks:
        if b.is_same:
            whole, part = (b.start, b.first) if turned else (b.first, b.start)
            if not 9000 - gap <= part < 9000 + gap:
                assert whole - part == (0 if part < 9000 else gap)


def test_a_word_inside_a_gap_goes_to_the_words_beside_it() -> None:
    said = "so the b the c d e f the end".split()
    assert align(said, ["so", "the", "end"]) == [
        Block(True, 0, 2, 0, 2),
        Block(False, 2, 9, 2, 2),
        Block(True, 9, 10, 2, 3),
    ]


def test_cuts_of_one_text_are_found_in_another() -> None:
    shown = [key(word) for word in "It costs $25. Really? Yes.".split()]
    spoken = "it costs twenty five dollars really yes".split()
    assert boundaries(shown, spoken, [3, 4]) == [5, 6]
