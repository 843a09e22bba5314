"""Result files of every schema version become recognitions."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import ResultMalformed
from shared.model.transcript.recognition import RecognisedUtterance, Recognition
from shared.model.transcript.transcript import Alternative, Word
from shared.providers.azure_speech.confidence import mean_confidence
from shared.providers.azure_speech.results import read_result
from tests.samples.azure_speech import sample


def result(*phrases: dict[str, Any], **top: Any) -> Recognition:
    return read_result(json.dumps({"recognizedPhrases": list(phrases), **top}).encode())


def phrase(*n_best: dict[str, Any], **fields: Any) -> dict[str, Any]:
    at = {"offsetInTicks": 0, "durationInTicks": 10_000_000}
    return {"recognitionStatus": "Success", "channel": 0, **at, **fields, "nBest": list(n_best)}


def words_of(words: list[dict[str, Any]], display: list[dict[str, Any]]) -> tuple[Word, ...]:
    reading = {"display": "x", "lexical": "x", "words": words, "displayWords": display}
    return result(phrase(reading)).utterances[0].words


def lexical(text: str, start_ms: int, length_ms: int, confidence: float | None) -> dict[str, Any]:
    return {
        "word": text,
        "offsetInTicks": start_ms * 10_000,
        "durationInTicks": length_ms * 10_000,
        "confidence": confidence,
    }


def displayed(text: str, start_ms: int, length_ms: int) -> dict[str, Any]:
    return {
        "displayText": text,
        "offsetMilliseconds": start_ms,
        "durationMilliseconds": length_ms,
    }


def test_a_v3_0_result_with_speakers_is_read_whole() -> None:
    assert read_result(sample("result_v3.0_speakers.json")) == Recognition(
        source="https://calls.blob.core.windows.net/audio/order.wav",
        duration_ms=6200,
        utterances=(
            RecognisedUtterance(
                start_ms=500,
                end_ms=1900,
                channel=0,
                speaker="1",
                confidence=0.91,
                text="2 boxes please.",
                text_itn="2 boxes please",
                text_lexical="two boxes please",
                words=(
                    Word("two", 500, 800, 0.8),
                    Word("boxes", 800, 1400, 0.95),
                    Word("please", 1400, 1900, 0.97),
                ),
            ),
            RecognisedUtterance(
                start_ms=2500,
                end_ms=3400,
                channel=0,
                speaker="2",
                confidence=0.88,
                text="Certainly.",
                text_itn="certainly",
                text_lexical="certainly",
            ),
        ),
    )


def test_display_words_take_their_confidence_from_the_lexical_words_they_overlap() -> None:
    first, second = read_result(sample("result_v3.2_languages.json")).utterances
    # "£25." lasts as long as twenty (0.6), five (1.0) and pounds (0.5): 600, 200 and 800 ms
    assert first.words == (
        Word("That", 1000, 1200, 0.9),
        Word("is", 1200, 1400, 0.8),
        Word("£25.", 1400, 3000, pytest.approx((0.6 * 600 + 1.0 * 200 + 0.5 * 800) / 1600)),
    )
    assert second.words == (Word("Danke", 4000, 4700, None), Word("schön.", 4700, 5500, None))


def test_languages_and_alternatives_of_a_phrase_are_kept() -> None:
    first, second = read_result(sample("result_v3.2_languages.json")).utterances
    assert (first.language, second.language) == ("en-GB", "de-DE")
    assert first.alternatives == (Alternative("that is £29", 0.6),)
    assert second.alternatives == ()


def test_a17_a_word_of_negative_duration_ends_where_it_starts() -> None:
    utterance = read_result(sample("result_2024-11-15_stereo.json")).utterances[0]
    assert utterance.words == (Word("good", 800, 1500, 0.9), Word("morning", 1500, 1500, 0.99))


def test_a3_phrases_of_both_channels_keep_their_channel_and_time() -> None:
    recognition = read_result(sample("result_2024-11-15_stereo.json"))
    assert [(u.channel, u.start_ms, u.end_ms) for u in recognition.utterances] == [
        (0, 800, 2500),
        (0, 6000, 7000),
        (1, 2200, 4200),
    ]


def test_a2_phrases_with_iso_times_alone_come_out_in_time_order() -> None:
    recognition = read_result(sample("result_iso_times_only.json"))
    in_order = sorted(recognition.utterances, key=lambda utterance: utterance.start_ms)
    assert [(u.text, u.start_ms, u.end_ms) for u in in_order] == [
        ("First.", 9_500, 10_000),
        ("Second.", 10_100, 11_100),
        ("Third.", 62_000, 64_000),
        ("Fourth.", 3_603_000, 3_604_000),
    ]
    assert recognition.duration_ms == 3_605_000


def test_a_whisper_result_has_display_words_and_no_confidence() -> None:
    (utterance,) = read_result(sample("result_whisper.json")).utterances
    assert utterance == RecognisedUtterance(
        start_ms=0,
        end_ms=2400,
        text="Welcome back.",
        words=(
            Word("Welcome", 0, 900, None),
            Word("back.", 900, 900, None, "interpolated"),
        ),
    )


def test_a14_silence_is_a_recognition_without_utterances() -> None:
    assert read_result(sample("result_silence.json")) == Recognition(
        source="https://calls.blob.core.windows.net/audio/quiet.wav", duration_ms=3000
    )


def test_a14_phrases_without_success_are_warned_of_and_their_text_is_kept() -> None:
    recognition = read_result(sample("result_unsuccessful.json"))
    assert [u.text for u in recognition.utterances] == ["Perhaps.", "When?"]
    assert recognition.warnings == (
        "Azure Speech could not recognise 2 phrase(s).",
        "Azure Speech gave no time for 1 phrase(s); they stand by the times of their words, or "
        "behind what was said before.",
    )


def test_a18_unknown_fields_are_ignored() -> None:
    known = phrase({"display": "Yes.", "words": [lexical("yes", 0, 10, 0.5)]})
    odd = phrase({"display": "Yes.", "words": [{**lexical("yes", 0, 10, 0.5), "new": {}}], "n": 1})
    assert result({**odd, "mood": ["good"]}, version=9) == result(known)


def test_a_byte_order_mark_is_no_obstacle() -> None:
    plain = sample("result_silence.json")
    assert read_result(b"\xef\xbb\xbf" + plain) == read_result(plain)


def test_ticks_count_before_milliseconds_and_milliseconds_before_iso() -> None:
    both = {"offsetInTicks": 10_000_000.0, "offsetMilliseconds": 5, "offset": "PT9S"}
    lesser = {"offsetInTicks": None, "offsetMilliseconds": 5, "offset": "PT9S"}
    found = result(phrase({"display": "a"}, **both), phrase({"display": "b"}, **lesser))
    assert [u.start_ms for u in found.utterances] == [1000, 5]


def test_times_before_the_recording_and_phrases_without_length_are_put_right() -> None:
    found = result(
        phrase({"display": "a"}, offsetInTicks=-50_000),
        phrase({"display": "b"}, durationInTicks=None),
        phrase({"display": "c"}, durationInTicks=-10_000_000),
    )
    assert [(u.start_ms, u.end_ms) for u in found.utterances] == [(0, 1000), (0, 0), (0, 0)]


def test_the_duration_is_read_from_whichever_notation_is_there() -> None:
    assert result(durationInTicks=7_999_999.5).duration_ms == 800
    assert result(durationTicks=41_000_000).duration_ms == 4100
    assert result(durationMilliseconds=4100).duration_ms == 4100
    assert result(duration="PT4.1S").duration_ms == 4100
    assert result(duration="for ever").duration_ms is None
    assert result().duration_ms is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://a.example/b.wav?sig=x", "https://a.example/b.wav"),
        ("HTTP://a.example/b.wav#t=1", "HTTP://a.example/b.wav"),
        ("calls/what? #1.wav", "calls/what? #1.wav"),
        (None, ""),
    ],
)
def test_the_source_loses_its_query_and_a_blob_path_nothing(
    given: str | None, expected: str
) -> None:
    assert result(source=given).source == expected


@pytest.mark.parametrize(
    ("reading", "text"),
    [
        ({"display": "A.", "maskedITN": "b", "itn": "c", "lexical": "d"}, "A."),
        ({"maskedITN": "b", "itn": "c", "lexical": "d"}, "b"),
        ({"itn": "c", "lexical": "d"}, "c"),
        ({"lexical": "d"}, "d"),
    ],
)
def test_the_text_is_the_most_readable_form_there_is(reading: dict[str, Any], text: str) -> None:
    assert result(phrase(reading)).utterances[0].text == text


def test_the_masked_form_goes_before_the_unmasked_one() -> None:
    masked = phrase({"display": "D*.", "itn": "damn", "maskedITN": "d***"})
    assert result(masked).utterances[0].text_itn == "d***"


def test_confidences_outside_0_to_1_are_brought_inside() -> None:
    found = result(
        phrase({"display": "a", "confidence": 1.0000001}),
        phrase({"display": "a", "confidence": -0.1}),
        phrase({"display": "a", "lexical": "a", "confidence": 0}),
        phrase({"display": "a", "lexical": "a"}),
    )
    assert [u.confidence for u in found.utterances] == [1.0, 0.0, 0.0, None]


def test_a_speaker_may_be_a_number_or_a_name() -> None:
    found = result(phrase({"display": "a"}, speaker=0), phrase({"display": "a"}, speaker="G-1"))
    assert [u.speaker for u in found.utterances] == ["0", "G-1"]


def test_without_display_words_the_lexical_words_are_used() -> None:
    assert words_of([lexical("so", 0, 100, 0.5), lexical("", 1, 1, 0.5)], []) == (
        Word("so", 0, 100, 0.5),
    )


def test_a_display_word_that_overlaps_nothing_has_no_confidence() -> None:
    words = words_of([lexical("so", 0, 100, 0.5)], [displayed("So", 100, 50)])
    assert words == (Word("So", 100, 150, None),)


def test_lexical_words_without_confidence_do_not_count() -> None:
    words = words_of(
        [lexical("so", 0, 100, None), lexical("what", 100, 100, 0.4)],
        [displayed("So what", 0, 200)],
    )
    assert words == (Word("So what", 0, 200, 0.4),)


def test_words_without_length_still_lend_and_take_confidence() -> None:
    words = words_of(
        [lexical("a", 0, 0, 0.3), lexical("b", 50, 100, 0.9)],
        [displayed("A", 0, 40), displayed("B", 100, 0)],
    )
    assert [word.confidence for word in words] == [pytest.approx(0.3), pytest.approx(0.9)]


@given(st.lists(st.tuples(st.integers(0, 500), st.floats(0, 1)), min_size=1, max_size=30))
def test_display_words_equal_to_the_lexical_ones_have_equal_confidence(
    spoken: list[tuple[int, float]],
) -> None:
    start, words, display = 0, [], []
    for length, confidence in spoken:
        words.append(lexical("w", start, length + 1, confidence))
        display.append(displayed("W", start, length + 1))
        start += length + 1
    found = [word.confidence for word in words_of(words, display)]
    assert found == [pytest.approx(confidence) for _, confidence in spoken]


@pytest.mark.long
@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(-50, 400), st.floats(0, 1)), max_size=20),
    st.lists(st.tuples(st.integers(0, 400), st.integers(-50, 400)), max_size=20),
)
def test_words_never_end_before_they_start_and_confidence_stays_between_its_sources(
    spoken: list[tuple[int, int, float]], shown: list[tuple[int, int]]
) -> None:
    words = words_of(
        [lexical("w", start, length, confidence) for start, length, confidence in spoken],
        [displayed("W", start, length) for start, length in shown],
    )
    known = [confidence for _, _, confidence in spoken]
    assert all(0 <= word.start_ms <= word.end_ms for word in words)
    assert all(
        min(known) - 1e-9 <= word.confidence <= max(known) + 1e-9
        for word in words
        if word.confidence is not None
    )


def test_the_confidence_of_all_display_words_takes_one_walk_along_the_spoken_ones() -> None:
    looked_at = 0

    class Counting(list[Word]):
        def __getitem__(self, index: Any) -> Any:
            nonlocal looked_at
            looked_at += 1
            return super().__getitem__(index)

    spoken = Counting([Word("w", 0, 1_000, 0.5)] * 300)
    first = 0
    for _ in range(300):
        confidence, first = mean_confidence(spoken, first, 0, 1_000)
        assert confidence == pytest.approx(0.5)
    assert looked_at <= 2 * 300


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not JSON",
        b"[]",
        b"{}",
        b'{"recognizedPhrases": null}',
        b'{"recognizedPhrases": {}}',
        b'{"recognizedPhrases": [{"nBest": "secret words"}]}',
        b'{"recognizedPhrases": [{"offsetInTicks": 1e300}]}',
        b'{"recognizedPhrases": [], "source": "\xff secret words"}',
        b'{"recognizedPhrases": [], "x": ' + b"[" * 100_000,
    ],
)
def test_what_is_not_a_result_is_malformed_and_the_error_shows_no_content(body: bytes) -> None:
    with pytest.raises(ResultMalformed) as caught:
        read_result(body)
    assert caught.value.code == "malformed"
    assert "secret words" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_one_word_without_ticks_has_its_time_from_another_notation() -> None:
    """And none of the others is read differently for that."""
    words = [
        {"word": "one", "offsetInTicks": 0, "durationInTicks": 5_000_000, "offset": "PT9S"},
        {"word": "two", "offset": "PT1S", "duration": "PT0.5S"},
        {"word": "three", "offsetMilliseconds": 2000, "durationMilliseconds": 500},
    ]
    reading = {"confidence": 0.9, "display": "One two three.", "lexical": "one two three"}
    phrase = {"offsetInTicks": 0, "durationInTicks": 30_000_000, "nBest": [reading]}
    body = {"recognizedPhrases": [{**phrase, "nBest": [{**reading, "words": words}]}]}
    [utterance] = read_result(json.dumps(body).encode()).utterances
    assert [(word.text, word.start_ms, word.end_ms) for word in utterance.words] == [
        ("one", 0, 500),
        ("two", 1000, 1500),
        ("three", 2000, 2500),
    ]
