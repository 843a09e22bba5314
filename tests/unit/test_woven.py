"""Channels that a provider heard one after the other become one conversation."""

from __future__ import annotations

import pytest

from shared.model.transcript.recognition import RecognisedUtterance, Recognition
from shared.model.transcript.transcript import Word
from shared.model.transcript.woven import woven

LENGTH_MS, GAP_MS = 10_000, 3_000


def said(text: str, *starts_ms: int) -> RecognisedUtterance:
    words = [Word(word, at, at + 400) for word, at in zip(text.split(), starts_ms, strict=True)]
    return RecognisedUtterance(
        start_ms=words[0].start_ms, end_ms=words[-1].end_ms, text=text, words=tuple(words)
    )


def heard(*utterances: RecognisedUtterance, duration_ms: int | None = 23_000) -> Recognition:
    return Recognition(source="", duration_ms=duration_ms, utterances=utterances, is_mixed=True)


def told(recognition: Recognition) -> list[tuple[int, int, int, str]]:
    return [(u.channel, u.start_ms, u.end_ms, u.text) for u in recognition.utterances]


def test_what_was_said_in_turn_stands_in_turn_on_its_channels() -> None:
    found = woven(
        heard(said("hello there", 100, 600), said("bye", 8_000), said("hi you", 15_000, 15_500)),
        (0, 1),
        LENGTH_MS,
        GAP_MS,
    )
    assert told(found) == [
        (0, 100, 1_000, "hello there"),
        (1, 2_000, 2_900, "hi you"),
        (0, 8_000, 8_400, "bye"),
    ]
    assert [word.start_ms for word in found.utterances[1].words] == [2_000, 2_500]
    assert (found.duration_ms, found.is_mixed) == (10_000, False)


def test_what_was_heard_as_one_over_the_gap_is_cut_there() -> None:
    found = woven(heard(said("so long hello", 9_000, 9_900, 13_000)), (2, 5), LENGTH_MS, GAP_MS)
    assert told(found) == [(5, 0, 400, "hello"), (2, 9_000, 10_000, "so long")]


def test_times_stay_within_the_recording() -> None:
    late, early = said("late", 11_400), said("early", 11_600)
    far = said("far", 40_000)
    found = woven(heard(late, early, far), (0, 1), LENGTH_MS, GAP_MS)
    assert told(found) == [
        (1, 0, 0, "early"),
        (0, 10_000, 10_000, "late"),
        (1, 10_000, 10_000, "far"),
    ]


def test_an_utterance_without_words_goes_by_its_beginning() -> None:
    one = RecognisedUtterance(start_ms=13_200, end_ms=14_000, text="yes")
    assert told(woven(heard(one), (0, 1), LENGTH_MS, GAP_MS)) == [(1, 200, 1_000, "yes")]


@pytest.mark.parametrize(
    ("heard_ms", "length_ms"), [(None, None), (23_000, 10_000), (18_000, 5_000), (2_000, 0)]
)
def test_what_the_provider_did_not_hear_is_missing(
    heard_ms: int | None, length_ms: int | None
) -> None:
    assert woven(heard(duration_ms=heard_ms), (0, 1), LENGTH_MS, GAP_MS).duration_ms == length_ms


def test_one_channel_of_several_keeps_its_number() -> None:
    found = woven(heard(said("well", 500), duration_ms=10_000), (1,), LENGTH_MS, GAP_MS)
    assert told(found) == [(1, 500, 900, "well")]
    assert found.duration_ms == 10_000


def test_nothing_else_is_touched() -> None:
    recognition = heard(said("hello", 13_200))
    assert woven(recognition, (), LENGTH_MS, GAP_MS) is recognition
    assert woven(recognition, (0, 1), 0, GAP_MS) is recognition
