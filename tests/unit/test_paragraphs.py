"""Long monologues become paragraphs, and nothing of them is lost."""

from __future__ import annotations

from itertools import pairwise

import pytest

from shared.model.language.languages import language
from shared.model.transcript.paragraphs import paragraphs
from shared.model.transcript.recognition import RecognisedUtterance
from shared.model.transcript.transcript import Alternative, Word
from shared.outputs.formats import render
from tests.unit.test_normalise import normalised, said

SENTENCE = "On the {} day we walked along the river, met Dr. Lee at 5 p.m. and went home."


def monologue(sentences: int = 24, *, spoken: bool = False) -> RecognisedUtterance:
    text = " ".join(SENTENCE.format(f"{n}th") for n in range(sentences))
    shown = text.lower().replace(".", "").replace(",", "").split() if spoken else text.split()
    words = tuple(Word(word, n * 400, n * 400 + 380, 0.9) for n, word in enumerate(shown))
    return said(
        0,
        words[-1].end_ms,
        text,
        words=words,
        text_lexical=text.lower().replace(".", ""),
        alternatives=(Alternative(text.replace("river", "liver"), 0.5),),
    )


@pytest.mark.parametrize("spoken", [False, True])
def test_a_long_utterance_is_split_at_sentence_ends_by_its_words(spoken: bool) -> None:
    whole = monologue(spoken=spoken)
    parts = normalised(whole).utterances
    assert len(parts) > 2
    assert all(part.end_ms - part.start_ms <= 60_000 for part in parts)
    assert all(part.text.endswith("went home.") for part in parts)
    assert [word.text for part in parts for word in part.words] == [w.text for w in whole.words]
    assert all(a.words[-1].end_ms <= b.start_ms == b.words[0].start_ms for a, b in pairwise(parts))


def test_the_unit_of_the_provider_can_be_put_together_again() -> None:
    whole = monologue()
    parts = normalised(whole, said(400_000, 401_000, "Yes.")).utterances
    mine = [part for part in parts if part.unit == 0]
    assert [part.unit for part in parts] == [0] * len(mine) + [1]
    assert " ".join(part.text for part in mine) == whole.text
    assert " ".join(part.text_lexical or "" for part in mine) == whole.text_lexical
    other = " ".join(part.alternatives[0].text for part in mine)
    assert other == whole.alternatives[0].text


def test_without_sentences_a_pause_has_to_do() -> None:
    words = [Word("so", n * 400, n * 400 + 380) for n in range(400)]
    pauses = {120, 250}
    at, timed = 0, []
    for n, word in enumerate(words):
        at += 3000 if n in pauses else 0
        timed.append(Word(word.text, word.start_ms + at, word.end_ms + at))
    text = " ".join(word.text for word in timed)
    parts = normalised(said(0, timed[-1].end_ms, text, words=tuple(timed))).utterances
    assert parts[1].start_ms == timed[120].start_ms
    assert all(part.end_ms - part.start_ms <= 80_000 for part in parts)


def test_text_without_spaces_or_word_times_is_split_too() -> None:
    text = "今日はとても良い天気なので、川沿いを歩きました。" * 20
    whole = said(0, 180_000, text)
    parts = paragraphs(whole, language("ja-JP"))
    assert len(parts) >= 3
    assert "".join(part.text for part in parts) == text
    assert all(part.text.endswith("。") for part in parts)
    assert [part.start_ms for part in parts] == sorted(part.start_ms for part in parts)


def test_every_output_has_the_paragraphs() -> None:
    transcript = normalised(monologue(), channels=1)
    paragraphs_of_txt = render(transcript, "txt").decode().strip().split("\n\n")
    assert len(paragraphs_of_txt) == len(transcript.utterances)
    assert transcript.text.count("\n") == 0
