"""The Azure Speech client before its emulator: what is peculiar to this provider. What all have
in common is in the contract suite."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import httpx
import msgspec
import pytest
from azure.storage.blob import (
    BlobServiceClient,
    ContainerClient,
    ContainerSasPermissions,
    generate_container_sas,
)

from local.emulators.azure_speech.server import running
from local.recogniser.pool import RecogniserPool
from local.stack.azurite import Azurite
from shared.errors import ProviderRefused, ProviderUnauthorised
from shared.model.profile.options import Options
from shared.ports.provider import JobRequest, WebhookChallenge, WebhookHint
from shared.providers.azure_speech.client import AzureSpeech
from shared.providers.identity import by_key, by_token
from tests.speech_emulator import (
    KEY,
    VERSIONS,
    Api,
    Arrival,
    Receiver,
    audio_host,
    settings,
    until,
    webhook_receiver,
)

SECRET = "a secret of sixteen characters or more"
USUAL = Options()
EVERYTHING = Options(
    locale="de-DE",
    candidate_locales=("de-DE", "en-GB"),
    channels=(0, 1),
    punctuation="dictated",
    profanity="tags",
    word_times=False,
    time_to_live_hours=12,
)
_numbers = count()


@pytest.fixture(scope="module")
def audio() -> Iterator[str]:
    with audio_host({"a.wav": b"some audio", "b.wav": b"more audio"}) as url:
        yield url


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with RecogniserPool("scripted") as pool, running(pool, settings()) as address:
        yield address


@pytest.fixture(params=VERSIONS)
def api(request: pytest.FixtureRequest, url: str) -> Iterator[Api]:
    with Api(url, request.param) as client:
        yield client


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client() as client:
        yield client


@pytest.fixture
def speech(api: Api, http: httpx.Client) -> AzureSpeech:
    return AzureSpeech(http=http, endpoint=api.url, auth=by_key(KEY), api_version=api.version)


@pytest.fixture
def container(azurite: Azurite) -> Iterator[ContainerClient]:
    with BlobServiceClient.from_connection_string(azurite.connection_string) as blobs:
        container = blobs.create_container(f"whole-{next(_numbers)}-{id(blobs):x}")
        yield container
        container.delete_container()


def asked(*urls: str, options: Options = USUAL, **where: str) -> JobRequest:
    mark = f"mark-{next(_numbers)}"
    return JobRequest(mark=mark, display_name="Calls", options=options, content_urls=urls, **where)


def test_every_option_is_understood_by_every_version(
    api: Api, speech: AzureSpeech, audio: str
) -> None:
    """The emulator refuses values it does not know, and notes fields that it does not know."""
    diarized = Options(max_speakers=3)
    for options in (EVERYTHING, diarized):
        transcription_id = speech.submit(asked(f"{audio}/a.wav", options=options))
        [create] = [one for one in api.ledger()["creates"] if one["id"] == transcription_id]
        assert create["unknownFields"] == []
        assert api.ended(transcription_id)["status"] == "Succeeded"


def test_the_list_of_the_service_shows_the_title(api: Api, speech: AzureSpeech, audio: str) -> None:
    request = msgspec.structs.replace(asked(f"{audio}/a.wav"), title="Calls of March")
    transcription_id = speech.submit(request)
    shown = api.get(f"transcriptions/{transcription_id}").json()
    assert (shown["displayName"], shown["description"]) == ("Calls of March", request.mark)
    assert [found for found in speech.find(request.mark) if found] == [transcription_id]


def test_a_wrong_key_is_unauthorised_whatever_is_asked(
    api: Api, http: httpx.Client, audio: str
) -> None:
    stranger = AzureSpeech(
        http=http, endpoint=api.url, auth=by_key("0f1e2d3c4b5a"), api_version=api.version
    )
    asks = (
        lambda: stranger.submit(asked(f"{audio}/a.wav")),
        lambda: list(stranger.find("mark")),
        lambda: stranger.status("0a1b2c3d-0000-4000-8000-0123456789ab"),
        lambda: stranger.delete("0a1b2c3d-0000-4000-8000-0123456789ab"),
        lambda: list(stranger.ensure_webhook("http://127.0.0.1/hook", SECRET)),
    )
    for ask in asks:
        with pytest.raises(ProviderUnauthorised) as caught:
            ask()
        assert "0f1e2d3c4b5a" not in str(caught.value)


def test_a_token_opens_where_tokens_are_taken(http: httpx.Client, audio: str) -> None:
    with (
        RecogniserPool("scripted") as pool,
        running(pool, settings(accept_bearer=True)) as address,
    ):
        speech = AzureSpeech(http=http, endpoint=address, auth=by_token(lambda: "token"))
        request = asked(f"{audio}/a.wav")
        assert not any(speech.find(request.mark))
        assert speech.submit(request) in speech.find(request.mark)


def test_a_request_that_cannot_be_carried_out_is_refused_with_the_inner_code(
    speech: AzureSpeech,
) -> None:
    with pytest.raises(ProviderRefused) as caught:
        speech.submit(asked("https://a.example/a.wav", options=Options(locale="xx-XX")))
    assert caught.value.code == "InvalidLocale"
    assert not caught.value.names_an_input


def test_a_whole_container_is_one_job_with_results_by_name(
    azurite: Azurite, container: ContainerClient, api: Api, speech: AzureSpeech
) -> None:
    names = {"call #1 +50%.wav", "deep/er/ü.wav", "שלום.wav"}
    for name in names:
        container.upload_blob(name, name.encode())
    transcription_id = speech.submit(asked(container_url=_with_sas(container, azurite)))
    api.ended(transcription_id)
    files = [file for page in speech.files(transcription_id) for file in page]
    results = {file.name: file for file in files if file.kind == "result"}
    assert set(results) == {f"{name}.json" for name in names}
    assert all(file.index is None for file in results.values())
    assert {speech.result(file).source for file in results.values()} == names
    [create] = [one for one in api.ledger()["creates"] if one["id"] == transcription_id]
    assert (create["container"], create["inputs"]) == (True, len(names))


def _with_sas(container: ContainerClient, azurite: Azurite) -> str:
    sas = generate_container_sas(
        azurite.account,
        container.container_name,
        account_key=azurite.key,
        permission=ContainerSasPermissions(read=True, list=True),
        expiry=datetime.now(UTC) + timedelta(hours=1),
    )
    return f"{container.url}?{sas}"


# --- the webhook ----------------------------------------------------------------------------


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with webhook_receiver() as found:
        yield found


def adopted(api: Api, speech: AzureSpeech, receiver: Receiver, secret: str) -> None:
    """Register the receiver and wait until the emulator has taken its answer to the challenge."""
    assert any([*speech.ensure_webhook(receiver.url, secret)])
    until(lambda: _status(api, receiver) == "Succeeded")


def _status(api: Api, receiver: Receiver) -> str:
    hooks = api.get("webhooks").json()["values"]
    return next(hook["status"] for hook in hooks if hook["webUrl"] == receiver.url)


def arrived(receiver: Receiver, event: str) -> tuple[Arrival, dict[str, str]]:
    """The first arrival of that kind, and its headers."""
    arrival = until(lambda: receiver.of(event))[0]
    return arrival, {
        "X-MicrosoftSpeechServices-Event": arrival.event,
        "X-MicrosoftSpeechServices-Signature": arrival.signature or "",
    }


def test_the_webhook_answers_the_challenge_and_hears_of_the_end(
    api: Api, speech: AzureSpeech, receiver: Receiver, audio: str
) -> None:
    adopted(api, speech, receiver, SECRET)
    assert not any([*speech.ensure_webhook(receiver.url, SECRET)])
    challenge, headers = arrived(receiver, "Challenge")
    query = {name: values[0] for name, values in challenge.query.items()}
    answer = speech.read_webhook(headers, query, challenge.body, SECRET)
    assert answer == WebhookChallenge(answer=query["validationToken"])

    transcription_id = speech.submit(asked(f"{audio}/a.wav"))
    arrival, headers = arrived(receiver, "TranscriptionCompletion")
    hint = speech.read_webhook(headers, {}, arrival.body, SECRET)
    assert isinstance(hint, WebhookHint)
    assert hint.transcription_id == transcription_id
    assert hint.event == "TranscriptionCompletion"
    assert hint.invocation_id


def test_a_new_secret_signs_from_then_on_and_the_old_one_does_not(
    api: Api, speech: AzureSpeech, receiver: Receiver, audio: str
) -> None:
    old = "an older secret, long enough"
    adopted(api, speech, receiver, old)
    adopted(api, speech, receiver, SECRET)
    speech.submit(asked(f"{audio}/a.wav"))
    arrival, headers = arrived(receiver, "TranscriptionCompletion")
    assert isinstance(speech.read_webhook(headers, {}, arrival.body, SECRET), WebhookHint)
    with pytest.raises(ProviderUnauthorised):
        speech.read_webhook(headers, {}, arrival.body, old)
    with pytest.raises(ProviderUnauthorised):
        speech.read_webhook(headers, {}, arrival.body + b" ", SECRET)
