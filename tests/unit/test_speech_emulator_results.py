"""The result and report files of the Azure Speech emulator, and its forms of time."""

import json
from typing import Any

import pytest

from local.emulators.azure_speech.models import BASE_MODELS
from local.emulators.azure_speech.results import report_body, report_line, result_body
from local.emulators.azure_speech.time_forms import iso_duration, read_duration_seconds, ticks
from local.emulators.azure_speech.transcriptions import Transcription, Wanted
from local.emulators.azure_speech.versions import V3_2, V2024, Version
from local.recogniser.types import Alternative, Heard, Phrase, Word
from tests.fakes.recogniser import hear

AT = 1_700_000_000


def transcription(version: Version = V2024, **wanted: Any) -> Transcription:
    return Transcription(
        id="x",
        version=version,
        display_name="calls",
        locale="en-US",
        created_at=AT,
        last_action_at=AT,
        wanted=Wanted(**wanted),
    )


def result(content: bytes = b"mono", version: Version = V2024, **wanted: Any) -> dict[str, Any]:
    one = transcription(version, **wanted)
    found: dict[str, Any] = json.loads(result_body(one, "https://h/a.wav?s=1", hear(content), AT))
    return found


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "PT0S"),
        (760, "PT0.76S"),
        (2580, "PT2.58S"),
        (60_000, "PT1M"),
        (65_250, "PT1M5.25S"),
        (3_600_000, "PT1H"),
        (3_661_001, "PT1H1M1.001S"),
        (90_000_000, "PT25H"),
    ],
)
def test_durations_are_written_in_iso_8601_and_read_back(ms: int, text: str) -> None:
    assert iso_duration(ms) == text
    assert read_duration_seconds(text) == pytest.approx(ms / 1000)


@pytest.mark.parametrize("text", ["", "P", "PT", "48", "P1Y", "PT-1S"])
def test_other_texts_are_no_durations(text: str) -> None:
    assert read_duration_seconds(text) is None


def test_ticks_are_floats_of_100_nanoseconds() -> None:
    assert repr(ticks(760)) == "7600000.0"


def test_a_result_of_2024_has_every_form_of_time() -> None:
    body = result()
    assert {name: body[name] for name in list(body)[:5]} == {
        "source": "https://h/a.wav?s=1",
        "timestamp": "2023-11-14T22:13:20Z",
        "durationInTicks": 652_500_000,
        "durationMilliseconds": 65_250,
        "duration": "PT1M5.25S",
    }
    first = body["recognizedPhrases"][0]
    assert {name: value for name, value in first.items() if name != "nBest"} == {
        "recognitionStatus": "Success",
        "channel": 0,
        "offset": "PT0.5S",
        "duration": "PT0.8S",
        "offsetInTicks": 5_000_000.0,
        "durationInTicks": 8_000_000.0,
        "offsetMilliseconds": 500,
        "durationMilliseconds": 800,
    }


def test_a_result_of_v32_has_no_milliseconds_anywhere() -> None:
    text = json.dumps(result(version=V3_2, word_times=True, display_word_times=True))
    assert "Milliseconds" not in text


def test_only_the_best_of_up_to_five_alternatives_has_words_and_only_when_asked() -> None:
    plain = result()["recognizedPhrases"][0]["nBest"]
    assert len(plain) == 5
    assert all("words" not in one and "displayWords" not in one for one in plain)
    best, *others = result(word_times=True, display_word_times=True)["recognizedPhrases"][0][
        "nBest"
    ]
    assert [word["word"] for word in best["words"]] == ["i", "say", "damn", "hello"]
    assert [word["displayText"] for word in best["displayWords"]] == ["I", "say", "****", "hello."]
    assert best["words"][1]["offset"] == "PT0.7S"
    assert all("words" not in one for one in others)
    assert all(one["lexical"] != best["lexical"] for one in others)


@pytest.mark.parametrize(
    ("mode", "masked", "display"),
    [
        ("None", "i say damn hello", "I say damn hello."),
        ("Masked", "i say **** hello", "I say **** hello."),
        ("Removed", "i say hello", "I say hello."),
        ("Tags", "i say <profanity>damn</profanity> hello", None),
    ],
)
def test_profanity_is_treated_as_asked(mode: str, masked: str, display: str | None) -> None:
    best = result(profanity=mode)["recognizedPhrases"][0]["nBest"][0]
    assert best["lexical"] == best["itn"] == "i say damn hello"
    assert best["maskedITN"] == masked
    assert display is None or best["display"] == display


def test_without_punctuation_there_is_no_full_stop() -> None:
    best = result(punctuation="None", profanity="None")["recognizedPhrases"][0]["nBest"][0]
    assert best["display"] == "I say damn hello"


def test_stereo_comes_grouped_by_channel_in_one_file() -> None:
    body = result(b"stereo")
    assert [p["channel"] for p in body["recognizedPhrases"]] == [0, 0, 1, 1]
    assert [c["channel"] for c in body["combinedRecognizedPhrases"]] == [0, 1]
    assert body["combinedRecognizedPhrases"][1]["lexical"] == "i say damn hello i say damn hello"
    right = result(b"stereo", channels=(1,))
    assert [p["channel"] for p in right["recognizedPhrases"]] == [1, 1]


def test_silence_gives_empty_lists() -> None:
    body = result(b"silence")
    assert body["recognizedPhrases"] == body["combinedRecognizedPhrases"] == []


def test_speakers_and_locales_are_told_only_when_asked_for() -> None:
    assert "speaker" not in result()["recognizedPhrases"][0]
    asked = result(most_speakers=2, candidate_locales=("en-US", "de-DE"))["recognizedPhrases"][0]
    assert (asked["speaker"], asked["locale"]) == (1, "en-US")


def test_whisper_gives_the_display_form_only() -> None:
    whisper = next(model.id for model in BASE_MODELS.values() if model.display_only)
    best = result(model=whisper, word_times=True)["recognizedPhrases"][0]["nBest"][0]
    assert (best["lexical"], best["itn"], best["maskedITN"]) == ("", "", "")
    assert best["display"] == "I say **** hello."
    assert "words" not in best


def test_the_report_counts_what_it_lists() -> None:
    lines = [report_line("a", None), report_line("b", ("InvalidUri", "No."))]
    assert json.loads(report_body(lines)) == {
        "successfulTranscriptionsCount": 1,
        "failedTranscriptionsCount": 1,
        "details": [
            {"source": "a", "status": "Succeeded"},
            {
                "source": "b",
                "status": "Failed",
                "errorMessage": "No.",
                "errorKind": "InvalidUri",
            },
        ],
    }


def test_the_words_are_shown_as_the_recogniser_writes_them() -> None:
    words = (Word("hello", 0, 400, 0.9, "Hello,"), Word("ann", 400, 800, 0.9, "Ann."))
    said = Phrase(0, 0, 800, "hello ann", 0.9, words, (Alternative("hello ann", 0.9),))
    found = json.loads(
        result_body(
            transcription(display_word_times=True), "https://h/a.wav", Heard(800, 1, (said,)), AT
        )
    )
    [best] = found["recognizedPhrases"][0]["nBest"]
    assert (best["lexical"], best["display"]) == ("hello ann", "Hello, Ann.")
    assert [word["displayText"] for word in best["displayWords"]] == ["Hello,", "Ann."]
