"""A transcript as the page works with it: paragraphs to show, words to find."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.long

CODE = Path(__file__).resolve().parents[2] / "shared" / "web" / "app" / "code"
SENTENCE = "So much is said in one breath, and then it ends."


def told(utterances: list[dict[str, Any]], expression: str) -> Any:
    script = (
        f"import {{ Words, turns }} from {json.dumps((CODE / 'words.js').as_uri())};"
        f"const said = {json.dumps(utterances)};"
        f"console.log(JSON.stringify({expression}))"
    )
    ran = subprocess.run(
        ["node", "--no-warnings", "--input-type=module", "-e", script],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(ran.stdout)


def utterance(text: str, *, turn: int = 0, start_ms: int = 0, speaker: str = "S1") -> Any:
    words = [
        {"text": word, "start_ms": start_ms + 100 * n, "end_ms": start_ms + 100 * n + 90}
        for n, word in enumerate(text.split())
    ]
    return {
        "turn": turn,
        "speaker": speaker,
        "text": text,
        "start_ms": start_ms,
        "end_ms": start_ms + 100 * len(words),
        "words": words,
    }


def paragraphs(utterances: list[dict[str, Any]]) -> list[list[int]]:
    found: list[list[int]] = told(utterances, "turns(said).map((one) => one.utterances)")
    return found


def test_a_turn_is_a_paragraph() -> None:
    said = [utterance("Hello", turn=0), utterance("you.", turn=0), utterance("Yes?", turn=1)]
    assert paragraphs(said) == [[0, 1], [2]]
    assert told(said, "turns(said).map((one) => one.isBegun)") == [True, True]


def test_what_is_said_at_great_length_is_several_paragraphs_that_end_with_a_sentence() -> None:
    said = [
        utterance(SENTENCE if n % 2 else "And so on and on and", start_ms=2_000 * n)
        for n in range(60)
    ]
    found = paragraphs(said)
    assert [at for part in found for at in part] == list(range(60))
    assert len(found) > 2
    assert all(part[-1] % 2 for part in found[:-1])
    begun = told(said, "turns(said).map((one) => one.isBegun)")
    assert begun == [True, *[False] * (len(found) - 1)]


def test_without_signs_a_paragraph_ends_with_a_pause_or_when_it_is_too_long() -> None:
    breath = "word " * 40
    steady = [utterance(breath, start_ms=4_000 * n) for n in range(20)]
    assert max(map(len, paragraphs(steady))) <= 7
    paused = [utterance(breath, start_ms=4_000 * n + (5_000 if n > 3 else 0)) for n in range(6)]
    assert paragraphs(paused) == [[0, 1, 2, 3], [4, 5]]


def test_a_paragraph_is_the_words_of_one_speaker() -> None:
    said = [utterance("One"), utterance("two", speaker="S2"), utterance("three", speaker="S2")]
    assert paragraphs(said) == [[0], [1, 2]]


@settings(max_examples=5, deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from(["so", "it", "goes"]), max_size=5), st.integers(0, 900)),
        min_size=1,
        max_size=8,
    )
)
def test_every_word_is_found_by_its_time_and_by_its_place(
    parts: list[tuple[list[str], int]],
) -> None:
    said = [utterance(" ".join(words), start_ms=at) for words, at in parts]
    found = told(
        said,
        """(() => {
            const words = new Words(said);
            const all = [...words.of.keys()];
            return {
                at: all.map((n) => words.start[words.at(words.start[n])] === words.start[n]),
                under: all.map((n) => words.under(words.of[n], words.to[n] - 1) === n),
                holding: words.holding("goes", said).length,
                inOrder: [...words.order].map((n) => words.start[n]),
            };
        })()""",
    )
    assert all(found["at"]) and all(found["under"])
    assert found["holding"] == sum(words.count("goes") for words, _ in parts)
    assert found["inOrder"] == sorted(found["inOrder"])
