"""AssemblyAI's transcripts become recognitions, and these valid transcripts of ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from shared.errors import ResultMalformed, ResultMissing
from shared.model.profile.options import Options
from shared.model.transcript.insights import Insights, Sentiment, Span
from shared.model.transcript.normalise import build_transcript
from shared.model.transcript.recognition import Recognition
from shared.model.transcript.transcript import Job, Provider, Source, Transcript
from shared.providers.assemblyai.results import read_result

SCHEMA = Draft202012Validator(
    json.loads((Path(__file__).parents[2] / "docs" / "transcript-1.schema.json").read_text("utf-8"))
)
USUAL = Options()
AUDIO = "https://acct.blob.core.windows.net/audio/a.wav"


def read(**fields: Any) -> Recognition:
    usual = {"status": "completed", "audio_url": f"{AUDIO}?sv=1&sig=s", "audio_duration": 30}
    return read_result(json.dumps({**usual, **fields}).encode())


def word(text: str, start: int | None, end: int | None = None, **fields: Any) -> dict[str, Any]:
    return {"text": text, "start": start, "end": end, "confidence": 0.9, **fields}


def transcript(recognition: Recognition, options: Options = USUAL, channels: int = 1) -> Transcript:
    """As it would be written, checked against the published schema."""
    found = build_transcript(
        recognition,
        job=Job(id="j", batch_id="b", recording_id="r", attempt=1, profile="default"),
        source=Source(
            uri=AUDIO, container="audio", name="a.wav", etag="e", bytes=1, channels=channels
        ),
        provider=Provider(
            name="assemblyai", endpoint="us", api_version="v2", transcription_id="t-1"
        ),
        options=options,
        roles={},
        review_below=None,
    )
    SCHEMA.validate(json.loads(msgspec.json.encode(found)))
    return found


# --- utterances -------------------------------------------------------------------------------


def test_speakers_of_one_channel_keep_their_letters() -> None:
    one = {"start": 250, "end": 900, "confidence": 0.93, "text": "Good day.", "speaker": "A"}
    two = {**one, "start": 950, "end": 1700, "text": "Hello.", "speaker": "B", "channel": None}
    found = transcript(read(utterances=[one, two], words=[], text="Good day. Hello."))
    assert [(u.speaker, u.start_ms, u.end_ms) for u in found.utterances] == [
        ("S1", 250, 900),
        ("S2", 950, 1700),
    ]
    assert [speaker.provider_label for speaker in found.speakers] == ["A", "B"]
    assert found.text == "Good day.\nHello."


def test_channels_are_counted_from_zero_and_hold_speakers_of_their_own() -> None:
    said = [
        {"start": 120, "end": 860, "text": "Hello there.", "channel": "1", "speaker": "1A"},
        {"start": 900, "end": 1100, "text": "Hi,", "channel": "2", "speaker": "2A"},
        {"start": 1140, "end": 1700, "text": "bonjour.", "channel": "2", "speaker": "2B"},
    ]
    recognition = read(utterances=said, multichannel=True)
    found = transcript(recognition, channels=2)
    assert [(u.channel, u.speaker) for u in found.utterances] == [(0, "S1"), (1, "S2"), (1, "S3")]
    assert not recognition.is_mixed


def test_a_speaker_that_is_only_the_channel_is_no_label() -> None:
    said = [{"start": 0, "end": 9, "text": "Yes.", "channel": "2", "speaker": "2"}]
    [utterance] = read(utterances=said, multichannel=True).utterances
    assert (utterance.channel, utterance.speaker) == (1, "")


def test_stereo_that_was_heard_as_one_says_so() -> None:
    recognition = read(text="Yes.", words=[word("Yes.", 0, 400)])
    assert recognition.is_mixed
    assert any(
        "all channels as one" in w for w in transcript(recognition, channels=2).provider.warnings
    )


def test_without_speakers_sentences_are_made_of_the_words() -> None:
    words = [
        word("Good", 0, 200),
        word("day.", 210, 400),
        word("It", 500, 600),
        word("is.", 610, 800),
    ]
    found = read(words=words, text="Good day. It is.", utterances=None)
    assert [(u.text, u.start_ms, u.end_ms) for u in found.utterances] == [
        ("Good day.", 0, 400),
        ("It is.", 500, 800),
    ]
    assert found.utterances[0].confidence == 0.9
    assert [w.text for w in found.utterances[1].words] == ["It", "is."]


def test_words_without_sentences_are_cut_at_pauses_and_after_many() -> None:
    words = [word("um", 400 * n, 400 * n + 100) for n in range(130)]
    assert [len(u.words) for u in read(words=words).utterances] == [60, 60, 10]
    paused = [word("one", 0, 300), word("two", 1_800, 2_000)]
    assert [u.text for u in read(words=paused).utterances] == ["one", "two"]


@pytest.mark.parametrize("mark", ["?", "!", "\uff1f", "؟", '."'])
def test_sentences_end_in_other_scripts_and_in_quotes_too(mark: str) -> None:
    words = [word(f"a{mark}", 0, 100), word("B", 110, 200)]
    assert len(read(words=words).utterances) == 2


def test_languages_without_spaces_are_joined_without() -> None:
    words = [word("今日", 0, 200), word("は", 200, 300), word("晴れ。", 300, 500)]
    assert read(words=words, language_code="ja").utterances[0].text == "今日は晴れ。"


def test_a_word_without_a_time_stands_where_the_one_before_it_ended() -> None:
    words = [word("one", 100, 300), word("two", None), word("three", 400, 390)]
    [utterance] = read(words=words).utterances
    assert [(w.start_ms, w.end_ms, w.timing) for w in utterance.words] == [
        (100, 300, "provider"),
        (300, 300, "interpolated"),
        (400, 400, "provider"),
    ]


def test_silence_is_a_success_and_its_confidence_of_nothing_is_none() -> None:
    found = transcript(read(text="", words=[], utterances=[], confidence=0.0))
    assert (found.text, found.utterances, found.confidence) == ("", (), None)
    assert found.source.duration_ms == 30_000


def test_text_alone_is_not_lost() -> None:
    [utterance] = read(text="Said somewhere.", words=None, confidence=0.7).utterances
    assert (utterance.start_ms, utterance.end_ms, utterance.confidence) == (0, 30_000, 0.7)


def test_the_source_is_the_link_without_its_query_and_unknown_of_an_upload() -> None:
    assert read().source == AUDIO
    assert read(audio_url="https://cdn.assemblyai.com/upload/8c2d").source == ""


def test_seconds_may_be_fractions() -> None:
    assert read(audio_duration=12.0345).duration_ms == 12_034


def test_a_language_is_told_where_it_was_detected() -> None:
    words = [word("Hallo.", 0, 300)]
    options = Options(locale="de-DE", candidate_locales=("de-DE", "en-US"))
    detected = read(words=words, language_code="de", language_detection=True)
    found = transcript(detected, options)
    assert (found.language.code, found.language.detected) == ("de", True)
    given_one = read(words=words, language_code="en_us", language_detection=False)
    assert transcript(given_one).language.code == "en-US"


def test_warnings_are_for_the_reader() -> None:
    said = {"warning": "Short audio.", "warnings": [{"message": "Short audio."}, {"code": 3}]}
    assert read(metadata=said).warnings == ("AssemblyAI: Short audio.",)


# --- what is no result ------------------------------------------------------------------------


def test_what_was_deleted_is_missing_although_it_reads_completed() -> None:
    with pytest.raises(ResultMissing):
        read(audio_url="http://deleted_by_user", text="Deleted by user.", words=None)


@pytest.mark.parametrize("status", ["queued", "processing", "error", None])
def test_what_is_not_completed_has_no_result(status: str | None) -> None:
    with pytest.raises(ResultMissing):
        read(status=status)


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"words": 3}', b'{"status": "comp'])
def test_what_cannot_be_read_is_malformed_and_quotes_nothing(body: bytes) -> None:
    with pytest.raises(ResultMalformed):
        read_result(body)


def test_fields_and_values_that_nobody_knows_are_let_through() -> None:
    found = read(
        words=[word("Yes.", 0, 300, mood="sure")],
        new_feature={"deep": [1]},
        entities=[{"entity_type": "location_state", "text": "Ohio", "start": 1, "end": 2}],
        speech_model="universal-9",
    )
    assert found.insights.entities[0].kind == "location_state"


# --- what was found beside the text ---------------------------------------------------------------

EVERYTHING = {
    "entities": [
        {"entity_type": "location", "text": "Canada", "start": 2548, "end": 3130},
        {"entity_type": "location", "text": None, "start": 1, "end": 2},
    ],
    "auto_highlights_result": {
        "status": "success",
        "results": [
            {
                "count": 1,
                "rank": 0.08,
                "text": "air quality",
                "timestamps": [{"start": 9, "end": 8}],
            },
            {"count": 2, "text": "wildfires", "timestamps": None},
        ],
    },
    "chapters": [
        {"headline": "Smoke", "gist": "s", "summary": "It smokes.", "start": 250, "end": 28840}
    ],
    "sentiment_analysis_results": [
        {"text": "Bad.", "start": 250, "end": 6350, "sentiment": "NEGATIVE", "confidence": 0.8},
        {"text": "Odd.", "start": None, "end": 9, "sentiment": "NEUTRAL", "confidence": 0.5},
    ],
}
WANTED = Options(sentiments=True, entities=True, chapters=True, highlights=True)


def test_features_are_carried_into_the_transcript() -> None:
    found = transcript(read(**EVERYTHING), WANTED).insights
    assert found is not None
    assert [(e.kind, e.text, e.start_ms) for e in found.entities] == [("location", "Canada", 2548)]
    assert [(h.text, h.rank, h.spans) for h in found.highlights] == [
        ("air quality", 0.08, (Span(9, 9),)),
        ("wildfires", None, ()),
    ]
    assert [(c.title, c.summary) for c in found.chapters] == [("Smoke", "It smokes.")]
    negative = Sentiment(start_ms=250, end_ms=6350, label="negative", confidence=0.8)
    assert found.sentiments == (negative,)


def test_only_what_was_asked_for_is_carried() -> None:
    found = transcript(read(**EVERYTHING), Options(chapters=True)).insights
    assert found is not None and found.chapters and not (found.entities or found.sentiments)
    assert transcript(read(**EVERYTHING)).insights is None


@pytest.mark.parametrize(
    "options", [WANTED, Options(**msgspec.to_builtins(WANTED) | {"redact": ("date",)})]
)
def test_where_the_text_was_redacted_nothing_else_tells(options: Options) -> None:
    """Whether the provider's own word says so, or ours."""
    said = {"text": "In ####.", "words": [word("In", 0, 90), word("####.", 90, 400)]}
    redacted = not options.redact
    found = transcript(read(**EVERYTHING, **said, redact_pii=redacted), options)
    assert found.insights is not None
    assert not (found.insights.entities or found.insights.chapters or found.insights.highlights)
    assert found.insights.sentiments
    written = msgspec.json.encode(found).decode()
    assert not any(text in written for text in ("Canada", "air quality", "Smoke", "Bad."))


@pytest.mark.parametrize("off", [None, {}, {"status": "unavailable", "results": [], "summary": {}}])
def test_a_feature_that_is_off_has_many_forms(off: object) -> None:
    assert read(auto_highlights_result=off, entities=None, chapters=[]).insights == Insights()


@pytest.mark.long
@given(
    st.lists(
        st.tuples(
            st.text(max_size=5),
            st.one_of(st.none(), st.integers(-5, 60_000)),
            st.one_of(st.none(), st.integers(-5, 60_000)),
            st.sampled_from([None, "1", "2"]),
        ),
        max_size=40,
    )
)
def test_whatever_words_come_a_valid_transcript_goes(
    said: list[tuple[str, int | None, int | None, str | None]],
) -> None:
    words = [word(text, start, end, channel=channel) for text, start, end, channel in said]
    transcript(read(words=words, multichannel=True), channels=2)
