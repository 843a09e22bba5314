"""The vendor's own client, unchanged, against the emulator."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator

import httpx
import pytest
from soferai import SoferAI
from soferai.core.api_error import ApiError
from soferai.transcribe import (
    BatchAudioSource,
    BatchFileMetadata,
    BatchManifestAudioSource,
    TranscriptionRequestInfo,
)
from soferai.transcribe.errors import AuthenticationError

from local.emulators.soferai.server import running
from tests.soferai_emulator import KEY, OVER, ReadingPool, settings
from tests.speech_emulator import audio_host, until

INFO = TranscriptionRequestInfo(primary_language="en", hebrew_word_format=["en", "he"])


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with audio_host({"talk.mp3": b"shalom to all of you", "other.mp3": b"a short one"}) as url:
        yield url


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(ReadingPool(), settings()) as address:
        yield address


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with httpx.Client() as client:
        yield client


@pytest.fixture
def client(url: str, http: httpx.Client) -> SoferAI:
    return SoferAI(base_url=url, api_key=KEY, httpx_client=http)


def ended(client: SoferAI, batch_id: uuid.UUID) -> list[uuid.UUID]:
    def look() -> list[uuid.UUID] | None:
        found = client.batch_transcribe.get_batch_status(batch_id)
        return [one.id for one in found.transcriptions] if found.status == "COMPLETED" else None

    return until(look)


def test_a_single_recording_by_its_address(client: SoferAI, base: str) -> None:
    new = client.transcribe.create_transcription(audio_url=f"{base}/talk.mp3", info=INFO)
    until(lambda: client.transcribe.get_transcription_status(new).status in OVER)
    found = client.transcribe.get_transcription(new)
    assert found.text == "<i>shalom</i> שלום to all of you."
    assert found.timestamps is not None
    assert (found.timestamps[1].word, found.timestamps[1].hebrew_word_format) == ("שלום", ["he"])
    filtered = client.transcribe.get_transcription(new, filter_hebrew_word_format="en")
    assert filtered.text == "<i>shalom</i> to all of you."
    assert new in [one.id for one in client.transcribe.list_transcriptions()]


def test_a_single_recording_as_content(client: SoferAI) -> None:
    new = client.transcribe.create_transcription(
        audio_file=base64.b64encode(b"sent along").decode(), info=INFO
    )
    until(lambda: client.transcribe.get_transcription_status(new).status in OVER)
    assert client.transcribe.get_transcription(new).text == "Sent along."


def test_a_standard_batch(client: SoferAI, base: str) -> None:
    uploaded = client.batch_transcribe.upload_batch_file(
        content_type="json",
        json_items=[
            BatchManifestAudioSource(audio_url=f"{base}/talk.mp3", title="A talk"),
            BatchManifestAudioSource(audio_url=f"{base}/other.mp3"),
        ],
        metadata=BatchFileMetadata(title="Week 1"),
    )
    assert uploaded.status == "VALID"
    shown = client.batch_transcribe.get_batch_file(uploaded.batch_file_id)
    assert shown.title == "Week 1"
    listed = client.batch_transcribe.list_batch_files().files
    assert uploaded.batch_file_id in [one.id for one in listed]
    made = client.batch_transcribe.create_batch_transcription(
        info=INFO, processing_mode="standard", batch_file_id=uploaded.batch_file_id
    )
    assert made.total_count == 2
    assert ended(client, made.batch_id) == made.transcription_ids


def test_an_express_batch(client: SoferAI, base: str) -> None:
    made = client.batch_transcribe.create_batch_transcription(
        info=INFO,
        processing_mode="express",
        audio_sources=[BatchAudioSource(audio_url=f"{base}/other.mp3", title="Short")],
    )
    [one] = ended(client, made.batch_id)
    assert client.transcribe.get_transcription(one).info.title == "Short"


def test_balance_and_health(client: SoferAI) -> None:
    assert client.health.get_health().status == "ok"
    assert client.balance.get_balance().available_balance > 0


def test_errors_are_understood(client: SoferAI, url: str, http: httpx.Client) -> None:
    stranger = SoferAI(base_url=url, api_key="wrong", httpx_client=http)
    with pytest.raises(AuthenticationError):
        stranger.transcribe.list_transcriptions()
    with pytest.raises(ApiError) as caught:
        client.batch_transcribe.get_batch_status(uuid.uuid4())
    assert caught.value.status_code == 404
