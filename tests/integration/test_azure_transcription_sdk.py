"""Azure's own client of fast transcription in front of the emulator: it works unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from azure.ai.transcription import TranscriptionClient, models
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import HttpResponseError

from local.emulators.azure_speech.server import running
from tests.fakes.recogniser import FakePool
from tests.speech_emulator import KEY, Api, audio_host, settings


@pytest.fixture
def api() -> Iterator[Api]:
    with running(FakePool(), settings()) as url, Api(url) as api:
        yield api


@pytest.fixture
def client(api: Api) -> Iterator[TranscriptionClient]:
    with TranscriptionClient(api.url, AzureKeyCredential(KEY)) as client:
        yield client


def heard(
    client: TranscriptionClient, content: bytes, **options: Any
) -> models.TranscriptionResult:
    asked = models.TranscriptionContent(
        definition=models.TranscriptionOptions(**options), audio=("call.wav", content)
    )
    return client.transcribe(asked)


def test_a_file_is_heard(client: TranscriptionClient, api: Api) -> None:
    result = heard(client, b"audio", locales=["en-US"])
    assert result.duration_milliseconds == 65_250
    assert [one.text for one in result.combined_phrases]
    assert [one.offset_milliseconds for one in result.phrases] == [500, 4_000]
    assert len(api.ledger()["answered"]) == 1


def test_an_address_is_heard(client: TranscriptionClient) -> None:
    with audio_host({"call.wav": b"audio"}) as url:
        result = client.transcribe_from_url(f"{url}/call.wav")
    assert len(result.phrases) == 2


def test_its_options_are_taken(client: TranscriptionClient, api: Api) -> None:
    result = heard(
        client,
        b"stereo",
        locales=["en-US"],
        active_channels=[0, 1],
        phrase_list=models.PhraseListProperties(phrases=["Dropscribe"], biasing_weight=1.0),
        profanity_filter_mode="Masked",
    )
    assert {one.channel for one in result.phrases} == {0, 1}
    assert api.ledger()["answered"][0]["unknownFields"] == []


def test_speakers_are_told_apart_by_their_number_alone(client: TranscriptionClient) -> None:
    speakers = models.TranscriptionDiarizationOptions(max_speakers=2)
    result = heard(client, b"audio", locales=["en-US"], diarization_options=speakers)
    assert {one.speaker for one in result.phrases} == {0}


def test_what_is_refused_is_told_with_its_code(client: TranscriptionClient) -> None:
    with pytest.raises(HttpResponseError) as caught:
        heard(client, b"noise", locales=["en-US"])
    assert caught.value.status_code == 422


def test_a_throttled_call_is_repeated_and_paid_once(client: TranscriptionClient, api: Api) -> None:
    api.order("refuse", match={"call": r"transcriptions\.transcribe"}, status=429, retryAfter=0)
    assert heard(client, b"audio", locales=["en-US"])
    assert len(api.ledger()["answered"]) == 1
