"""AssemblyAI's own Python SDK as a client of the emulator: it works unchanged."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.emulators.assemblyai.server import running
from tests.assemblyai_emulator import KEY, OVER, settings
from tests.soferai_emulator import ReadingPool
from tests.speech_emulator import audio_host

with warnings.catch_warnings():  # it is written for pydantic 1 and tells so, at every other call
    warnings.simplefilter("ignore")
    import assemblyai as aai

pytestmark = pytest.mark.filterwarnings("ignore")
SAID = "good morning mary\nsee you on monday"


@pytest.fixture(scope="module")
def audio() -> Iterator[str]:
    files = {f"{name}.wav": SAID.replace("mary", name).encode() for name in ("anna", "bob", "carl")}
    with audio_host(files | {"noise.wav": b"noise"}) as url:
        yield url


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[aai.Client]:
    """The SDK as a program sets it up, in front of an emulator of its own."""
    with running(ReadingPool(), settings()) as url:
        chosen = aai.settings.copy()
        chosen.base_url, chosen.api_key, chosen.polling_interval = url, KEY, 0.05
        monkeypatch.setattr(aai, "settings", chosen)
        monkeypatch.setattr(aai.Client, "_default", None)
        found = aai.Client.get_default()
        yield found
        found.http_client.close()  # which the SDK itself never does


@pytest.fixture
def transcriber(client: aai.Client) -> aai.Transcriber:
    config = aai.TranscriptionConfig(
        speech_models=["universal-3-pro", "universal-2"],
        speaker_labels=True,
        sentiment_analysis=True,
        entity_detection=True,
        auto_highlights=True,
    )
    return aai.Transcriber(client=client, config=config)


def test_transcribe_by_url_and_by_upload(
    transcriber: aai.Transcriber, audio: str, tmp_path: Path
) -> None:
    found = transcriber.transcribe(f"{audio}/anna.wav")
    assert (found.status, found.error) == (aai.TranscriptStatus.completed, None)
    assert found.text == "Good morning anna. See you on monday."
    assert found.utterances is not None and found.utterances[0].speaker == "A"
    assert found.entities is not None and found.entities[0].text == "morning"
    assert found.sentiment_analysis is not None and found.auto_highlights is not None
    file = tmp_path / "local.wav"
    file.write_text("from a file")
    assert transcriber.transcribe(str(file)).text == "From a file."


def test_a_failure_is_told_with_its_reason(transcriber: aai.Transcriber, audio: str) -> None:
    found = transcriber.transcribe(f"{audio}/noise.wav")
    assert found.status == aai.TranscriptStatus.error
    assert found.error is not None and "does not appear to contain audio" in found.error


def test_a_group_of_recordings(transcriber: aai.Transcriber, audio: str) -> None:
    urls = [f"{audio}/{name}.wav" for name in ("anna", "bob", "carl")]
    group = transcriber.transcribe_group(urls)
    assert group.status == aai.TranscriptStatus.completed
    assert {one.audio_url for one in group} == set(urls)


def test_subtitles_sentences_paragraphs_and_words(transcriber: aai.Transcriber, audio: str) -> None:
    found = transcriber.transcribe(f"{audio}/bob.wav")
    assert found.export_subtitles_srt().startswith("1\n00:00:00,500 --> ")
    assert found.export_subtitles_vtt(chars_per_caption=20).startswith("WEBVTT\n")
    assert [s.text for s in found.get_sentences()] == ["Good morning bob.", "See you on monday."]
    assert len(found.get_paragraphs()) == 1
    assert [(m.text, m.count) for m in found.word_search(["monday"])] == [("monday", 1)]


def test_the_list_and_deleting(transcriber: aai.Transcriber, audio: str) -> None:
    found = transcriber.transcribe(f"{audio}/carl.wav")
    assert found.id is not None
    transcriber.transcribe(f"{audio}/anna.wav")
    page = transcriber.list_transcripts(aai.ListTranscriptParameters(limit=1))
    assert page.page_details.before_id_of_prev_url is not None
    before = aai.ListTranscriptParameters(before_id=page.page_details.before_id_of_prev_url)
    [older] = transcriber.list_transcripts(before).transcripts
    assert (older.id, older.status in OVER) == (found.id, True)
    assert aai.Transcript.delete_by_id(found.id).text == "Deleted by user."
    assert aai.Transcript.get_by_id(found.id).text == "Deleted by user."


def test_a_wrong_key_is_told(client: aai.Client, audio: str) -> None:
    stranger = aai.Client(settings=client.settings, api_key="wrong")
    with stranger.http_client, pytest.raises(aai.TranscriptError, match="Authentication error"):
        aai.Transcriber(client=stranger).submit(f"{audio}/anna.wav")
