"""Fast transcription at the emulator: as strict and as lenient as the service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from local.emulators.azure_speech.fast import routes
from local.emulators.azure_speech.server import running
from tests.fakes.recogniser import FakePool
from tests.speech_emulator import KEY, V2024, Api, settings


@pytest.fixture
def api() -> Iterator[Api]:
    with running(FakePool(), settings()) as url, Api(url) as api:
        yield api


def call(api: Api, content: bytes | None = b"audio", **definition: Any) -> httpx.Response:
    parts: list[tuple[str, tuple[str | None, bytes | str]]] = [
        ("definition", (None, json.dumps(definition)))
    ]
    if content is not None:
        parts.append(("audio", ("call.wav", content)))
    return api.client.post(api.address("transcriptions:transcribe"), files=parts)


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["innerError"]["code"]


def test_phrases_come_channel_by_channel_each_with_its_words(api: Api) -> None:
    body = call(api, b"stereo", locales=["en-US"], channels=[0, 1]).json()
    assert body["durationMilliseconds"] == 65_250
    assert [(one["channel"], one["offsetMilliseconds"]) for one in body["phrases"]] == [
        (0, 500),
        (0, 4_000),
        (1, 500),
        (1, 4_000),
    ]
    assert [one["channel"] for one in body["combinedPhrases"]] == [0, 1]
    first = body["phrases"][0]
    assert first["text"].split() == [word["text"] for word in first["words"]]
    assert "****" in first["text"] and "speaker" not in first


def test_without_channels_all_are_heard_as_one(api: Api) -> None:
    phrases = call(api, b"stereo", locales=["en-US"]).json()["phrases"]
    assert [one["offsetMilliseconds"] for one in phrases] == [500, 4_000]
    assert not any("channel" in one for one in phrases)


def test_mono_ignores_the_channels(api: Api) -> None:
    phrases = call(api, locales=["en-US"], channels=[0, 1]).json()["phrases"]
    assert len(phrases) == 2 and not any("channel" in one for one in phrases)


@pytest.mark.parametrize("content_type", ["application/json", None])
def test_the_definition_may_come_last_and_with_a_type(api: Api, content_type: str | None) -> None:
    definition = (None, '{"locales": ["en-us"]}', content_type) if content_type else (None, "{}")
    parts = [("audio", ("call.wav", b"audio")), ("definition", definition)]
    answer = api.client.post(
        api.address("transcriptions:transcribe"),
        files=parts,  # type: ignore[arg-type]
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("definition", "code"),
    [
        ({"locales": ["xx-XX"]}, "InvalidLocale"),
        ({"channels": [0, 1, 2]}, "InvalidChannels"),
        ({"channels": [0, 1], "diarization": {"enabled": True}}, "InvalidChannels"),
        ({"diarization": {"maxSpeakers": 36}}, "InvalidParameterValue"),
        ({"profanityFilterMode": "Loud"}, "InvalidPayload"),
        ({"phraseList": {"phrases": "one"}}, "InvalidPayload"),
        ({"phraseList": {"phrases": [], "biasingWeight": 3}}, "InvalidPayload"),
        ({"enhancedMode": {"task": "sing"}}, "InvalidPayload"),
        ({"enhancedMode": {"prompt": ["x" * 4_097]}}, "InvalidParameterValue"),
        (
            {"enhancedMode": {"enabled": True}, "phraseList": {"phrases": ["x"]}},
            "InvalidParameterValue",
        ),
        ({"audioUrl": "ftp://x"}, "InvalidRecordingsUri"),
    ],
)
def test_what_is_asked_wrongly_is_refused(api: Api, definition: Any, code: str) -> None:
    assert refused(call(api, **definition)) == (400, code)
    assert api.ledger()["answered"] == []


@pytest.mark.parametrize(
    ("content", "definition", "expected"),
    [
        (b"", {"locales": ["en-US"]}, (400, "EmptyAudioFile")),
        (b"noise", {"locales": ["en-US"]}, (422, "InvalidAudioFormat")),
        (b"stereo", {"channels": [2]}, (422, "InvalidChannelSpecification")),
        (b"silence", {"locales": ["en-US", "de-DE"]}, (422, "NoLanguageIdentified")),
        (None, {"locales": ["en-US"]}, (400, "InvalidParameterValue")),
    ],
)
def test_what_cannot_be_heard_is_refused(
    api: Api, content: bytes | None, definition: Any, expected: tuple[int, str]
) -> None:
    assert refused(call(api, content, **definition)) == expected


def test_the_enhanced_mode_tells_no_confidence_and_writes_locales_small(api: Api) -> None:
    phrases = call(api, enhancedMode={"task": "transcribe", "prompt": ["x"]}).json()["phrases"]
    assert {(one["locale"], one["confidence"]) for one in phrases} == {("en-us", 0)}


def test_a_translation_gives_no_times_of_words(api: Api) -> None:
    mode = {"enabled": True, "task": "translate", "targetLanguage": "de"}
    phrases = call(api, enhancedMode=mode).json()["phrases"]
    assert {word["offsetMilliseconds"] for one in phrases for word in one["words"]} == {0}
    del mode["targetLanguage"]
    assert refused(call(api, enhancedMode=mode)) == (400, "InvalidPayload")


def test_silence_in_a_language_that_was_named_is_an_empty_answer(api: Api) -> None:
    body = call(api, b"silence", locales=["en-US"]).json()
    assert (body["durationMilliseconds"], body["phrases"]) == (2_000, [])


def test_what_is_too_long_or_too_large_is_refused(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "MOST_MS", 60_000)
    assert refused(call(api, locales=["en-US"])) == (422, "AudioLengthLimitExceeded")
    monkeypatch.setattr(routes, "MOST_SOUND_BYTES", 4)
    assert call(api, locales=["en-US"]).status_code == 413


def test_what_is_no_form_is_refused(api: Api) -> None:
    address = api.address("transcriptions:transcribe")
    assert api.client.post(address, json={}).status_code == 415
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    for body in (b"", b"--c\r\n", b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--"):
        answer = api.client.post(address, content=body, headers=headers)
        assert refused(answer) == (400, "InvalidRequestBodyFormat")


def test_the_older_version_knows_no_phrase_lists(api: Api) -> None:
    with Api(api.url, V2024) as older:
        assert call(older, locales=["en-US"], phraseList={"phrases": ["x"]}).status_code == 200
    assert api.ledger()["answered"][0]["unknownFields"] == ["phraseList"]


def test_calls_of_a_minute_are_counted_apart_from_others() -> None:
    limits = settings(fast_calls_per_minute=2)
    with running(FakePool(), limits) as url, Api(url) as api:
        statuses = [call(api, locales=["en-US"]).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        assert api.get("transcriptions").status_code == 200


def test_without_a_key_nothing_is_heard(api: Api) -> None:
    with Api(api.url, key=f"{KEY}0") as stranger:
        assert call(stranger, locales=["en-US"]).status_code == 401


def test_an_answer_that_is_lost_is_paid_for(api: Api) -> None:
    api.order("lose_answer", match={"call": r"transcriptions\.transcribe"}, how="cut")
    with pytest.raises(httpx.RemoteProtocolError):
        call(api, locales=["en-US"])
    assert len(api.ledger()["answered"]) == 1
