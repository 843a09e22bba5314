from __future__ import annotations

from benchmarks.reviewing import Sample, figures
from shared.model.transcript.review import Span, needs_review, review, review_spans
from shared.model.transcript.transcript import (
    Doubt,
    Job,
    Language,
    Provider,
    Review,
    Source,
    Stretch,
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


def test_the_stretches_with_the_most_doubtful_speech_come_first() -> None:
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


# -- doubts ---------------------------------------------------------------------------------------


def said(
    text: str, *, confidence: float | None = None, start_ms: int = 0, ms: int = 400
) -> Utterance:
    words = tuple(
        Word(word, start_ms + n * ms, start_ms + n * ms + ms - 20, confidence)
        for n, word in enumerate(text.split())
    )
    return Utterance(
        id=0,
        turn=0,
        start_ms=start_ms,
        end_ms=words[-1].end_ms,
        channel=0,
        confidence=confidence,
        text=text,
        words=words if confidence is not None else (),
    )


def doubts(*utterances: Utterance, below: float = 0.6) -> list[tuple[int, int, tuple[Doubt, ...]]]:
    found = review(utterances, below, "en-US")
    assert found is not None
    return [(s.start_ms, s.end_ms, s.doubts) for s in found.stretches]


def with_confidences(utterance: Utterance, *confidences: float) -> Utterance:
    words = tuple(
        Word(word.text, word.start_ms, word.end_ms, sure)
        for word, sure in zip(utterance.words, confidences, strict=True)
    )
    return heard(utterance.start_ms, utterance.end_ms, 0.9, *words)


def test_a_word_is_judged_together_with_its_neighbours() -> None:
    alone = with_confidences(
        said("we came home late today", confidence=0.9), 0.95, 0.95, 0.55, 0.95, 0.95
    )
    among = with_confidences(
        said("we came home late today", confidence=0.9), 0.95, 0.55, 0.55, 0.55, 0.95
    )
    assert doubts(alone) == []
    assert doubts(among) == [(800, 1180, ("unsure",))]


def test_numbers_and_names_count_more() -> None:
    low = 0.95, 0.95, 0.55, 0.95, 0.95
    number = with_confidences(said("it was 4711 that day", confidence=0.9), *low)
    name = with_confidences(said("it was Siobhan that day", confidence=0.9), *low)
    first = with_confidences(said("it was. Then that day", confidence=0.9), *low)
    assert doubts(number) == [(800, 1180, ("number",))]
    assert doubts(name) == [(800, 1180, ("name",))]
    assert doubts(first) == []


def test_a_phrase_over_and_over_is_a_doubt_also_without_confidence() -> None:
    loop = said("so we went " + "and then we left " * 4 + "in the end")
    [(start, end, why)] = doubts(loop)
    assert why == ("repeated",)
    assert (start, end) == (loop.end_ms * 3 // 22, loop.end_ms * 19 // 22)


def test_a_loop_over_the_ends_of_utterances_is_one() -> None:
    utterances = [said("I am not sure about that.", start_ms=n * 3000) for n in range(4)]
    assert doubts(*utterances) == [(0, utterances[-1].end_ms, ("repeated",))]


def test_what_people_say_again_is_no_loop() -> None:
    assert doubts(said("no no no no that is very very good")) == []
    assert doubts(said("bye bye. bye bye.")) == []


def test_more_than_anybody_can_say_is_a_doubt() -> None:
    fast = heard(0, 1000, None)
    text = "This is far more than anybody could say in a second."
    spoken = Utterance(id=0, turn=0, start_ms=0, end_ms=1000, channel=0, text=text)
    assert doubts(spoken) == [(0, 1000, ("too_fast",))]
    assert doubts(fast) == []


def test_sentences_that_models_make_up_are_doubts() -> None:
    for text in (
        "Thanks for watching!",
        "Untertitel der Amara.org-Community",
        "ご視聴ありがとうございました。",
    ):
        spoken = Utterance(id=0, turn=0, start_ms=0, end_ms=4000, channel=0, text=text)
        assert doubts(spoken) == [(0, 4000, ("known_phrase",))]
    honest = Utterance(id=0, turn=0, start_ms=0, end_ms=4000, channel=0, text="Thanks for calling!")
    assert doubts(honest) == []


def test_a_recording_needs_review_by_its_doubtful_seconds_not_by_its_mean() -> None:
    def found(listen_ms: int) -> Review:
        return Review(listen_ms=listen_ms, stretches=(Stretch(start_ms=0, end_ms=listen_ms),))

    assert not needs_review(None, 60_000)
    assert not needs_review(Review(), 60_000)
    assert not needs_review(found(2_900), 60_000)
    assert needs_review(found(3_000), 60_000)
    assert needs_review(found(10_000), 3_600_000)


def test_the_benchmark_counts_errors_inside_what_is_played() -> None:
    spoken = transcript(heard(0, 900, 0.9), heard(2000, 3000, 0.2), heard(60_000, 61_000, 0.9))
    spoken = Transcript(
        **{name: getattr(spoken, name) for name in spoken.__struct_fields__ if name != "source"},
        source=Source(uri="u", container="c", name="n", etag="1", bytes=1, duration_ms=100_000),
    )
    [sample] = [Sample("a.wav", spoken, (2500, 1400, 60_500))]
    assert figures([sample], 0.6) == {
        "errors_found": 0.667,
        "listened": 0.022,
        "errors_a_second": 0.909,
        "found_first": 0.667,
        "flagged": 1.0,
    }
