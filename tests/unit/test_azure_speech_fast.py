"""Fast transcription: what is sent, what is understood, and what of it is certain."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from shared.errors import (
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    ResultMalformed,
    StoreConflict,
    StoreUnavailable,
)
from shared.model.profile.options import Options
from shared.ports.provider import JobRequest
from shared.providers.azure_speech.fast.answer import read_answer
from shared.providers.azure_speech.fast.client import STORE_TRIES, FastTranscription
from shared.providers.azure_speech.fast.definition import form, write_definition
from shared.providers.identity import by_key
from tests.fakes.answers import FakeAnswers
from tests.fakes.fast import InMemory

ANSWER: dict[str, Any] = {
    "durationMilliseconds": 65_250,
    "combinedPhrases": [{"channel": 0, "text": "Hello."}, {"channel": 1, "text": "Good day."}],
    "phrases": [
        {
            "channel": 1,
            "offsetMilliseconds": 2_000,
            "durationMilliseconds": 900,
            "text": "Good day.",
            "words": [
                {"text": "Good", "offsetMilliseconds": 2_000, "durationMilliseconds": 400},
                {"text": "day.", "offsetMilliseconds": 2_400, "durationMilliseconds": 500},
            ],
            "locale": "en-us",
            "confidence": 0.91,
        }
    ],
}


def written(**options: Any) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(write_definition(Options(**options)))
    return made


# --- what is sent ------------------------------------------------------------------------------


def test_the_usual_recording_names_its_locale_and_little_else() -> None:
    assert written() == {"locales": ["en-US"], "profanityFilterMode": "Masked"}


def test_options_are_said_in_the_words_of_the_service() -> None:
    found = written(key_terms=("Dropscribe",), max_speakers=3, channels=(1,), profanity="none")
    assert found["phraseList"] == {"phrases": ["Dropscribe"]}
    assert found["diarization"] == {"enabled": True, "maxSpeakers": 3}
    assert found["channels"] == [1]
    assert found["profanityFilterMode"] == "None"


@pytest.mark.parametrize(
    ("mode", "expected"), [("single", ["en-US", "de-DE", "fr-FR"]), ("continuous", [])]
)
def test_of_several_languages_one_is_found_or_all_are_followed(
    mode: str, expected: list[str]
) -> None:
    found = written(candidate_locales=("de-DE", "en-US", "fr-FR"), language_mode=mode)
    assert found["locales"] == expected


@pytest.mark.parametrize(
    ("options", "mode"),
    [
        ({"models": ("llm-speech",)}, {"enabled": True, "task": "transcribe"}),
        (
            {"prompt": "A call about a claim"},
            {"enabled": True, "task": "transcribe", "prompt": ["A call about a claim"]},
        ),
        (
            {"translate_to": "de-DE"},
            {"enabled": True, "task": "translate", "targetLanguage": "de"},
        ),
    ],
)
def test_a_model_or_a_prompt_asks_for_the_enhanced_mode(
    options: dict[str, Any], mode: dict[str, Any]
) -> None:
    found = written(**options)
    assert (found["enhancedMode"], found["locales"]) == (mode, [])


def test_a_prompt_is_no_longer_than_the_service_takes() -> None:
    assert len(written(prompt="x" * 9_000)["enhancedMode"]["prompt"][0]) == 4_096


def test_the_form_holds_the_definition_and_then_the_sound() -> None:
    made = form(b'{"locales":[]}', "b0undary", 'a folder/Grüße "1".wav')
    assert (made.head + b"SOUND" + made.tail).decode() == (
        "--b0undary\r\n"
        'Content-Disposition: form-data; name="definition"\r\n\r\n'
        '{"locales":[]}\r\n'
        "--b0undary\r\n"
        'Content-Disposition: form-data; name="audio"; filename="Gr__e__1_.wav"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
        "SOUND\r\n"
        "--b0undary--\r\n"
    )


# --- what is understood ------------------------------------------------------------------------


def test_a_phrase_becomes_an_utterance_with_the_times_of_its_words() -> None:
    recognition = read_answer(json.dumps(ANSWER).encode())
    assert recognition.duration_ms == 65_250 and recognition.source == ""
    (one,) = recognition.utterances
    assert (one.channel, one.start_ms, one.end_ms, one.text) == (1, 2_000, 2_900, "Good day.")
    assert (one.language, one.confidence) == ("en-US", 0.91)
    assert [(w.text, w.start_ms, w.end_ms, w.confidence) for w in one.words] == [
        ("Good", 2_000, 2_400, None),
        ("day.", 2_400, 2_900, None),
    ]


def test_a_translation_has_no_words_with_times() -> None:
    nowhere = {"offsetMilliseconds": 0, "durationMilliseconds": 0}
    words = [{"text": "Guten", **nowhere}, {"text": "Tag.", **nowhere}]
    phrase = {**ANSWER["phrases"][0], "text": "Guten Tag.", "words": words}
    (one,) = read_answer(json.dumps({**ANSWER, "phrases": [phrase]}).encode()).utterances
    assert (one.text, one.start_ms, one.words) == ("Guten Tag.", 2_000, ())


def test_silence_is_a_recognition_without_utterances() -> None:
    silent = {"durationMilliseconds": 2_000, "combinedPhrases": [{"text": ""}], "phrases": []}
    recognition = read_answer(json.dumps(silent).encode())
    assert (recognition.duration_ms, recognition.utterances) == (2_000, ())


def test_where_no_phrase_says_it_the_text_of_the_whole_does() -> None:
    recognition = read_answer(json.dumps({**ANSWER, "phrases": []}).encode())
    assert [(one.channel, one.text) for one in recognition.utterances] == [
        (0, "Hello."),
        (1, "Good day."),
    ]


def test_a_confidence_of_nothing_is_none() -> None:
    phrase = {**ANSWER["phrases"][0], "confidence": 0}
    (one,) = read_answer(json.dumps({**ANSWER, "phrases": [phrase]}).encode()).utterances
    assert one.confidence is None


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"durationMilliseconds": 1}'])
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    with pytest.raises(ResultMalformed):
        read_answer(body)


# --- what is certain ---------------------------------------------------------------------------


class Breaking(InMemory):
    """Reading it fails in the middle."""

    def chunks(self) -> Iterator[bytes]:
        yield b"aud"
        raise StoreConflict("read range")


def provider(
    handle: Callable[[httpx.Request], httpx.Response], answers: FakeAnswers
) -> FastTranscription:
    return over(httpx.MockTransport(handle), answers)


def over(transport: httpx.BaseTransport, answers: FakeAnswers) -> FastTranscription:
    return FastTranscription(
        http=httpx.Client(transport=transport),
        endpoint="https://speech.example",
        auth=by_key("key"),
        answers=answers,
        pause=lambda _: None,
    )


def asked(**changes: Any) -> JobRequest:
    usual: dict[str, Any] = {
        "mark": "d1job",
        "display_name": "A call",
        "options": Options(),
        "sound": InMemory(),
        "answer_seconds": 5.0,
    }
    return JobRequest(**{**usual, **changes})


def answering(status: int, body: Any) -> Callable[[httpx.Request], httpx.Response]:
    def handle(request: httpx.Request) -> httpx.Response:
        request.read()
        return httpx.Response(status, json=body)

    return handle


def test_the_answer_is_stored_as_it_came() -> None:
    answers = FakeAnswers()
    assert provider(answering(200, ANSWER), answers).submit(asked()) == "d1job"
    assert json.loads(answers.answers["d1job"]) == ANSWER
    assert not answers.sealed


def test_what_is_to_be_redacted_is_sealed_by_a_key_in_hand() -> None:
    answers = FakeAnswers()
    request = asked(options=Options(redact=("number_sequence",)))
    provider(answering(200, ANSWER), answers).submit(request)
    assert answers.sealed == {"d1job"}


def test_without_the_key_nothing_is_sent() -> None:
    answers, sent = FakeAnswers(), list[httpx.Request]()
    answers.is_shut = True

    def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=ANSWER)

    with pytest.raises(StoreUnavailable):
        provider(handle, answers).submit(asked())
    assert not sent


def test_storage_that_is_out_is_asked_again_for_what_was_paid() -> None:
    answers = FakeAnswers()
    answers.refusals = STORE_TRIES - 1
    provider(answering(200, ANSWER), answers).submit(asked())
    assert answers.has("d1job")
    answers.refusals = STORE_TRIES
    with pytest.raises(OutcomeUnknown):
        provider(answering(200, ANSWER), answers).submit(asked(mark="d1other"))


def test_where_no_language_is_found_nobody_spoke() -> None:
    answers = FakeAnswers()
    inner = {"code": "NoLanguageIdentified", "message": "No language was identified."}
    body = {"code": "UnprocessableEntity", "message": "No language.", "innerError": inner}
    provider(answering(422, body), answers).submit(asked())
    assert read_answer(answers.answers["d1job"]).utterances == ()


@pytest.mark.parametrize(
    ("status", "error"),
    [(408, OutcomeUnknown), (500, OutcomeUnknown), (503, OutcomeUnknown), (400, ProviderRefused)],
)
def test_what_a_gateway_says_leaves_the_outcome_open(
    status: int, error: type[ProviderError]
) -> None:
    answers = FakeAnswers()
    with pytest.raises(error):
        provider(answering(status, {"code": "x", "message": "audio"}), answers).submit(asked())
    assert not answers.answers


def test_audio_that_cannot_be_read_is_blamed_on_the_recording() -> None:
    inner = {"code": "InvalidAudioFormat", "message": "The format is not supported."}
    body = {"code": "UnprocessableEntity", "message": "No.", "innerError": inner}
    with pytest.raises(ProviderRefused) as caught:
        provider(answering(422, body), FakeAnswers()).submit(asked())
    assert caught.value.names_an_input and caught.value.code == "InvalidAudioFormat"


class Cutting(httpx.BaseTransport):
    """The connection breaks after the first part of the form, or after all of it."""

    def __init__(self, *, takes_all: bool) -> None:
        self._takes_all = takes_all

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.SyncByteStream)
        parts = iter(request.stream)
        next(parts)
        if self._takes_all:
            list(parts)
        raise httpx.RemoteProtocolError("cut", request=request)


@pytest.mark.parametrize(
    ("takes_all", "error"), [(False, ProviderUnavailable), (True, OutcomeUnknown)]
)
def test_a_broken_connection_carried_nothing_out_unless_all_was_sent(
    takes_all: bool, error: type[ProviderError]
) -> None:
    with pytest.raises(error):
        over(Cutting(takes_all=takes_all), FakeAnswers()).submit(asked())


def test_what_reading_the_sound_raises_comes_through() -> None:
    with pytest.raises(StoreConflict):
        provider(answering(200, ANSWER), FakeAnswers()).submit(asked(sound=Breaking()))


def test_the_whole_length_is_said_beforehand_and_an_address_goes_without_sound() -> None:
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        assert int(request.headers["content-length"]) == len(request.read())
        seen.append(request)
        return httpx.Response(200, json=ANSWER)

    made = provider(handle, FakeAnswers())
    made.submit(asked())
    made.submit(asked(sound=None, content_urls=("https://files.example/a.wav?sig=1",), mark="d2"))
    assert [b'name="audio"' in request.content for request in seen] == [True, False]
    assert b'"audioUrl":"https://files.example/a.wav?sig=1"' in seen[1].content
    assert seen[0].url.params["api-version"] == "2025-10-15"
