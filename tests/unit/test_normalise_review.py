from __future__ import annotations

from shared.model.transcript.review import Span, review_spans
from shared.model.transcript.transcript import (
    Job,
    Language,
    Provider,
    Source,
    Transcript,
    Utterance,
    Word,
)


def transcript(*utterances: Utterance) -> Transcript:
    return Transcript(
        job=Job(id="j", batch_id="b", recording_id="r", attempt=1, profile="p"),
        source=Source(uri="u", container="audio", name="a.wav", etag="1", bytes=1),
        provider=Provider(name="p", endpoint="e", api_version="1", transcription_id="t"),
        language=Language(),
        text="",
        utterances=utterances,
    )


def heard(
    start_ms: int, end_ms: int, confidence: float | None, *words: Word, channel: int = 0
) -> Utterance:
    return Utterance(
        id=0,
        turn=0,
        start_ms=start_ms,
        end_ms=end_ms,
        channel=channel,
        confidence=confidence,
        words=words,
    )


def test_without_a_threshold_there_is_nothing_to_review() -> None:
    assert review_spans(transcript(heard(0, 100, 0.1)), None) == ()


def test_a_doubtful_utterance_without_words_is_a_span() -> None:
    spoken = transcript(heard(0, 900, 0.9), heard(1000, 2000, 0.4))
    assert review_spans(spoken, 0.6) == (Span(1000, 2000, 0.4),)


def test_doubtful_words_narrow_a_doubtful_utterance_down() -> None:
    words = Word("yes", 0, 300, 0.9), Word("Xanax", 300, 800, 0.2), Word("please", 800, 2000, 0.8)
    assert review_spans(transcript(heard(0, 2000, 0.5, *words)), 0.6) == (Span(300, 800, 0.2),)


def test_a_doubtful_word_counts_in_a_confident_utterance_too() -> None:
    words = Word("call", 0, 300, 0.95), Word("Siobhan", 300, 900, 0.3)
    assert review_spans(transcript(heard(0, 900, 0.9, *words)), 0.6) == (Span(300, 900, 0.3),)


def test_an_utterance_in_doubt_whose_words_are_not_counts_as_a_whole() -> None:
    spoken = transcript(heard(0, 900, 0.4, Word("all", 0, 400, 0.9), Word("fine", 400, 900)))
    assert review_spans(spoken, 0.6) == (Span(0, 900, 0.4),)


def test_neighbours_are_one_span_and_the_pause_between_them_weighs_nothing() -> None:
    spoken = transcript(heard(0, 1000, 0.2), heard(2000, 5000, 0.4), heard(6001, 7000, 0.5))
    assert review_spans(spoken, 0.6) == (Span(0, 5000, 0.35), Span(6001, 7000, 0.5))


def test_a_short_doubt_inside_a_long_one_on_another_channel_does_not_end_it() -> None:
    spoken = transcript(
        heard(0, 9000, 0.4), heard(1000, 2000, 0.4, channel=1), heard(9500, 9900, 0.4)
    )
    assert review_spans(spoken, 0.6) == (Span(0, 9900, 0.4),)


def test_of_too_many_spans_those_with_the_most_doubtful_speech_stay_in_time_order() -> None:
    spoken = transcript(
        heard(0, 200, 0.1),
        heard(10_000, 14_000, 0.3),
        heard(20_000, 20_100, 0.0),
        heard(30_000, 33_000, 0.2),
    )
    assert review_spans(spoken, 0.6, most=2) == (
        Span(10_000, 14_000, 0.3),
        Span(30_000, 33_000, 0.2),
    )


def test_words_of_no_length_are_still_found() -> None:
    spoken = transcript(heard(0, 900, 0.9, Word("uh", 500, 500, 0.1)))
    assert review_spans(spoken, 0.6) == (Span(500, 500, 0.1),)
