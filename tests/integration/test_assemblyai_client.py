"""The AssemblyAI client before its emulator: what is peculiar to this provider. What all have in
common is in the contract suite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest

from local.emulators.assemblyai.server import running
from shared.errors import (
    ChoiceRefused,
    ConfigurationError,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnauthorised,
    ProviderUnavailable,
    ProviderUnfunded,
    TranscriptionMissing,
)
from shared.model.profile.options import Options
from shared.ports.provider import JobRequest
from shared.providers.assemblyai.client import AssemblyAI
from shared.providers.assemblyai.webhook import Webhook
from tests.assemblyai_emulator import KEY, AssemblyApi, settings
from tests.fakes.recogniser import FakePool
from tests.speech_emulator import Receiver, audio_host, until, webhook_receiver

SECRET = "a secret of sixteen characters or more"
SIGNED = "sv=2026&sig=not-a-signature"
_numbers = count()


@pytest.fixture(scope="module")
def audio() -> Iterator[str]:
    files = {"a.wav": b"mono", "stereo.wav": b"stereo", "slow.wav": b"mono" * 1_000_000}
    with audio_host(files) as url:
        yield url


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(FakePool(), settings()) as address:
        yield address


@pytest.fixture
def api(url: str) -> Iterator[AssemblyApi]:
    with AssemblyApi(url) as client:
        yield client
        client.client.delete("/_emulator/faults")


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client() as client:
        yield client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with webhook_receiver() as found:
        yield found


Make = Callable[..., AssemblyAI]


@pytest.fixture
def made(api: AssemblyApi, http: httpx.Client) -> Make:
    """Makes clients of the emulator."""

    def make(**options: Any) -> AssemblyAI:
        return AssemblyAI(http=http, endpoint=api.url, **{"key": KEY, **options})

    return make


def asked(url: str, keep: bool = False, **options: Any) -> JobRequest:
    mark = f"mark-{next(_numbers)}"
    return JobRequest(
        mark=mark, display_name="", options=Options(**options), keep=keep, content_urls=(url,)
    )


def found_by(provider: AssemblyAI, mark: str, since: datetime | None = None) -> str | None:
    return next((found for found in provider.find(mark, since) if found), None)


@pytest.mark.parametrize(
    "options",
    [
        {
            "locale": "de-DE",
            "candidate_locales": ("de-DE", "en-GB"),
            "min_language_confidence": 0.3,
            "models": ("universal-3-5-pro", "universal-2"),
            "expected_speakers": 2,
            "key_terms": ("Dropscribe",),
            "prompt": "A call.",
            "spelling": {"drop scribe": "Dropscribe"},
            "punctuation": "none",
            "formatting": False,
            "profanity": "none",
            "sentiments": True,
            "entities": True,
            "chapters": True,
            "highlights": True,
        },
        {"min_speakers": 1, "max_speakers": 4, "channels": (0, 1)},
        {"redact": ("person_name", "date"), "redact_with": "kind"},
        {"locale": "nb-NO"},
    ],
)
def test_every_option_is_understood(
    api: AssemblyApi, made: Make, audio: str, options: dict[str, Any]
) -> None:
    """The emulator refuses values it does not know, and notes fields that it does not know."""
    provider = made()
    transcript_id = provider.submit(asked(f"{audio}/stereo.wav?{SIGNED}", **options))
    [create] = [one for one in api.ledger()["creates"] if one["id"] == transcript_id]
    assert create["unknownFields"] == []
    api.await_end(transcript_id)
    assert provider.status(transcript_id).state == "succeeded"


def test_a_wrong_key_is_unauthorised_whatever_is_asked_and_is_not_told(
    made: Make, audio: str
) -> None:
    stranger = made(key="0f1e2d3c4b5a")
    asks: tuple[Callable[[], object], ...] = (
        lambda: stranger.submit(asked(f"{audio}/a.wav")),
        lambda: found_by(stranger, "mark"),
        lambda: stranger.status("unknown"),
        lambda: stranger.delete("unknown"),
    )
    for ask in asks:
        with pytest.raises(ProviderUnauthorised) as caught:
            ask()
        assert "0f1e2d3c4b5a" not in str(caught.value)


def test_an_account_without_funds_is_no_fault_of_the_recording(
    api: AssemblyApi, made: Make, audio: str
) -> None:
    api.order("refuse", status=400, error="Your current account balance is negative.")
    with pytest.raises(ProviderUnfunded):
        made().submit(asked(f"{audio}/a.wav"))


def test_what_was_deleted_elsewhere_is_missing_and_found_no_more(
    api: AssemblyApi, made: Make, audio: str
) -> None:
    provider, request = made(), asked(f"{audio}/a.wav")
    transcript_id = provider.submit(request)
    api.client.delete(f"/v2/transcript/{transcript_id}")
    with pytest.raises(TranscriptionMissing):
        provider.status(transcript_id)
    assert found_by(provider, request.mark) is None


def test_the_search_ends_with_what_is_older_than_the_call(
    api: AssemblyApi, made: Make, audio: str
) -> None:
    provider = made()
    transcript_id = provider.submit(request := asked(f"{audio}/a.wav"))
    now = datetime.now(UTC)
    before = api.ledger()["calls"]["transcripts.list"]["200"]
    assert found_by(provider, request.mark, now) == transcript_id
    assert found_by(provider, "never", now + timedelta(days=1)) is None
    assert api.ledger()["calls"]["transcripts.list"]["200"] == before + 2


def test_hundreds_of_transcripts_are_looked_through_page_by_page(
    http: httpx.Client, audio: str
) -> None:
    with running(FakePool(), settings()) as url, AssemblyApi(url) as api:
        provider = AssemblyAI(http=http, endpoint=url, key=KEY)
        oldest = provider.submit(request := asked(f"{audio}/a.wav"))
        for _ in range(210):
            api.created(f"{audio}/a.wav?dropscribe=other")
        assert list(provider.find(request.mark)) == [None, oldest]
        assert len([copy for page in provider.copies("other") for copy in page]) == 210


# --- webhooks ---------------------------------------------------------------------------------


def test_a_webhook_that_was_asked_for_is_believed_and_no_other(
    made: Make, audio: str, receiver: Receiver
) -> None:
    provider = made(webhook=Webhook(receiver.url, SECRET))
    transcript_id = provider.submit(asked(f"{audio}/a.wav"))
    [arrival] = until(lambda: receiver.arrivals)
    query = {name: values[0] for name, values in arrival.query.items()}
    hint = provider.read_webhook(arrival.headers, query, arrival.body, SECRET)
    assert (hint.transcription_id, hint.event) == (transcript_id, "completed")
    for headers, secret in (({}, SECRET), (arrival.headers, "another")):
        with pytest.raises(ProviderUnauthorised):
            provider.read_webhook(headers, query, arrival.body, secret)
    assert list(provider.ensure_webhook(receiver.url, SECRET)) == []


# --- links that cannot carry a mark, and uploads -----------------------------------------------

FOREIGN = "X-Amz-Signature=of-the-whole-query"


def test_a_link_that_others_signed_is_left_alone_and_the_webhook_carries_the_mark(
    api: AssemblyApi, made: Make, audio: str, receiver: Receiver
) -> None:
    provider = made(webhook=Webhook(receiver.url, SECRET))
    request = asked(f"{audio}/a.wav?{FOREIGN}")
    api.order("lose_answer", how="cut", match={"call": "create"})
    with pytest.raises(OutcomeUnknown):
        provider.submit(request)
    transcript_id = found_by(provider, request.mark, datetime.now(UTC))
    assert transcript_id is not None
    assert provider.status(transcript_id).mark == request.mark
    assert api.ended(transcript_id)["audio_url"] == f"{audio}/a.wav?{FOREIGN}"


def test_a_call_that_could_not_be_found_again_is_not_made(made: Make, audio: str) -> None:
    with pytest.raises(ProviderRefused) as caught:
        made().submit(asked(f"{audio}/a.wav?{FOREIGN}"))
    assert (caught.value.code, caught.value.names_an_input) == ("nowhere_to_mark", True)


@pytest.fixture
def uploader(made: Make, receiver: Receiver) -> AssemblyAI:
    return made(webhook=Webhook(receiver.url, SECRET), uploads=True)


def test_an_upload_is_transcribed_and_its_copy_is_known_by_its_mark(
    api: AssemblyApi, uploader: AssemblyAI, audio: str
) -> None:
    request, kept = asked(f"{audio}/slow.wav?{SIGNED}"), asked(f"{audio}/a.wav", keep=True)
    transcript_id = uploader.submit(request)
    uploader.submit(kept)
    copies = {copy.mark: copy for page in uploader.copies("mark-") for copy in page}
    assert copies[request.mark].transcription_id == transcript_id
    assert kept.mark not in copies
    body = api.ended(transcript_id)
    assert body["audio_url"].startswith(f"{api.url}/upload/")
    [file] = next(uploader.files(transcript_id))
    assert uploader.result(file).source == ""


@pytest.mark.parametrize(
    ("path", "seconds", "code"),
    [("nothing.wav", 60.0, "recording_unreachable"), ("slow.wav", -1.0, "upload_too_slow")],
)
def test_what_cannot_be_handed_over_is_refused_and_nothing_is_created(
    api: AssemblyApi,
    made: Make,
    audio: str,
    receiver: Receiver,
    path: str,
    seconds: float,
    code: str,
) -> None:
    provider = made(webhook=Webhook(receiver.url, SECRET), uploads=True, upload_seconds=seconds)
    before = len(api.ledger()["creates"])
    with pytest.raises(ProviderRefused) as caught:
        provider.submit(asked(f"{audio}/{path}?{SIGNED}"))
    assert (caught.value.code, caught.value.names_an_input) == (code, True)
    assert "sig=" not in str(caught.value)
    assert len(api.ledger()["creates"]) == before


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "refuse", "status": 503}, ProviderUnavailable),
        ({"kind": "lose_answer", "how": "cut"}, ProviderUnavailable),
        ({"kind": "refuse", "status": 401}, ProviderUnauthorised),
    ],
)
def test_an_upload_that_fails_has_created_nothing_and_may_be_repeated(
    api: AssemblyApi,
    uploader: AssemblyAI,
    audio: str,
    fault: dict[str, Any],
    error: type[ProviderError],
) -> None:
    api.order(**fault, match={"call": "upload"})
    request = asked(f"{audio}/a.wav")
    with pytest.raises(error):
        uploader.submit(request)
    assert found_by(uploader, request.mark, datetime.now(UTC)) is None
    assert uploader.submit(request)


def test_uploads_need_a_webhook(made: Make) -> None:
    with pytest.raises(ConfigurationError, match="ASSEMBLYAI_UPLOADS"):
        made(uploads=True)


RETIRED = "assemblyai-stt-3-7"


def test_a_model_retired_in_the_middle_of_a_batch_is_replaced_by_one_that_the_answer_names(
    api: AssemblyApi, made: Make, audio: str
) -> None:
    api.client.delete("/_emulator/ledger")
    api.order("retire_model", match={"model": RETIRED}, times=None, skip=5)
    provider = made()
    ids = [provider.submit(asked(f"{audio}/a.wav?{SIGNED}")) for _ in range(10)]
    ledger = api.ledger()
    assert [one["id"] for one in ledger["creates"]] == ids
    assert ledger["calls"]["transcripts.create"] == {"200": 10, "400": 1}
    for transcript_id in (ids[4], ids[5], ids[9]):
        api.await_end(transcript_id)
    file = next(iter(provider.files(ids[4])))[0]
    assert provider.result(file).warnings == ()
    file = next(iter(provider.files(ids[9])))[0]
    assert provider.result(file).warnings == (
        "AssemblyAI does not take the usual models any more; it was asked for universal-3-5-pro, "
        "universal-3-pro, universal-2.",
    )


@pytest.mark.parametrize("status", [400, 404, 410, 422])
def test_a_refused_model_without_another_in_its_place_blames_no_recording(
    api: AssemblyApi, made: Make, audio: str, status: int
) -> None:
    api.client.delete("/_emulator/ledger")
    api.order("retire_model", match={"model": RETIRED}, times=None, silent=True, status=status)
    with pytest.raises(ChoiceRefused):
        made().submit(asked(f"{audio}/a.wav"))
    assert api.ledger()["creates"] == []


def test_a_model_of_the_profile_that_is_retired_is_the_profiles_to_mend(
    api: AssemblyApi, made: Make, audio: str
) -> None:
    api.order("retire_model", match={"model": RETIRED}, times=None)
    with pytest.raises(ProviderRefused):
        made().submit(asked(f"{audio}/a.wav", models=(RETIRED,)))


@pytest.mark.parametrize("status", [400, 402, 403])
def test_insufficient_credits_are_lack_of_money(
    api: AssemblyApi, made: Make, audio: str, status: int
) -> None:
    api.order("refuse", status=status, error="Insufficient credits.")
    with pytest.raises(ProviderUnfunded):
        made().submit(asked(f"{audio}/a.wav"))
