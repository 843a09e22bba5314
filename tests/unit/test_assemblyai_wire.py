"""What AssemblyAI's answers mean: states, lists, errors, calls of the webhook."""

# ruff: noqa: E501
# Sentences of the provider are written out whole, each beside what it means.

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.errors import (
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
    ProviderUnfunded,
    TranscriptionMissing,
)
from shared.model.profile.options import Options
from shared.ports.provider import JobRequest, RemoteStatus
from shared.providers.answers import outcome_of_create
from shared.providers.assemblyai import wire
from shared.providers.assemblyai.answers import error_of
from shared.providers.assemblyai.calls import create_body
from shared.providers.assemblyai.failures import read_failure
from shared.providers.assemblyai.webhook import Webhook, read_webhook
from shared.providers.decoding import Undecodable

AUDIO = "https://acct.blob.core.windows.net/audio/a.wav?sv=1&sig=s&dropscribe=m-1"


def status(**fields: Any) -> RemoteStatus:
    return wire.read_status(json.dumps({"audio_url": AUDIO, **fields}).encode())


# --- states -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("queued", "running"),
        ("processing", "running"),
        ("completed", "succeeded"),
        ("error", "failed"),
        ("held_by_a_moderator", "running"),
    ],
)
def test_a_status_that_nobody_knows_counts_as_running(said: str, state: str) -> None:
    found = status(status=said, error="Server error, developers have been alerted.")
    assert (found.state, found.provider_status, found.mark) == (state, said, "m-1")
    assert (found.failure is not None) == (state == "failed")


def test_the_model_that_was_used_is_told() -> None:
    assert status(status="completed", speech_model_used="universal-2").model == "universal-2"


def test_the_webhooks_address_tells_the_mark_of_an_upload() -> None:
    found = status(
        status="queued",
        audio_url="https://cdn.assemblyai.com/upload/8c2d",
        webhook_url="https://app.example/api/webhooks/assemblyai/us?dropscribe=m-2",
    )
    assert found.mark == "m-2"


def test_what_was_deleted_is_missing_although_it_reads_completed() -> None:
    with pytest.raises(TranscriptionMissing):
        status(status="completed", audio_url="http://deleted_by_user", text="Deleted by user.")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"status": 1}'])
def test_an_answer_that_makes_no_sense_is_not_taken_for_a_status(body: bytes) -> None:
    with pytest.raises(Undecodable):
        wire.read_status(body)


# --- why it failed ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code", "retryable"),
    [
        (f"Download error, unable to download {AUDIO}. Make sure it exists.", "recording_unreachable", True),
        ("File does not appear to contain audio. File type is text/html (HTML).", "audio_unreadable", False),
        ("Audio duration is too short.", "audio_empty", False),
        ("Audio speech threshold 0.2 is below the requested speech threshold value 0.5", "audio_empty", False),
        ("The language confidence 0.4 is below the requested confidence threshold value of 0.7", "language_unknown", False),
        ("Server error, developers have been alerted.", "provider_trouble", True),
        ("Something that was never heard of.", "provider_failed", True),
        ("", "provider_failed", True),
    ],
)  # fmt: skip
def test_an_error_is_told_apart_by_its_words(error: str, code: str, retryable: bool) -> None:
    failure = read_failure(error)
    assert (failure.code, failure.retryable) == (code, retryable)
    assert failure.reason.startswith("AssemblyAI: ") and failure.advice
    assert "sig=" not in failure.reason


# --- error answers --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answered", "said", "kind", "code"),
    [
        (401, "Authentication error, API token missing/invalid", ProviderUnauthorised, ""),
        (403, "Cannot access uploaded file", ProviderUnauthorised, "upload_of_another_project"),
        (400, "Your current account balance is negative. Please top up.", ProviderUnfunded, "insufficient_funds"),
        (400, "The following models are not available in this language: speaker_labels", ProviderRefused, "feature_not_in_language"),
        (400, "format_text must be a Boolean", ProviderRefused, "bad_request"),
        (404, "Not found", ProviderRefused, ""),
        (500, "Internal Server Error", ProviderUnavailable, ""),
    ],
)  # fmt: skip
def test_an_error_answer_is_told_apart(
    answered: int, said: str, kind: type[ProviderError], code: str
) -> None:
    error = error_of(answered, {}, json.dumps({"error": said}).encode(), what="ask")
    assert type(error) is kind
    assert error.code == code
    assert said.split(".")[0] in str(error)


@pytest.mark.parametrize("body", [b"", b"<html>upstream</html>", b'{"error": {"a": 1}}', b"[1]"])
@pytest.mark.parametrize("answered", [500, 503, 504])
def test_a_create_call_that_a_gateway_gave_up_on_may_have_been_carried_out(
    answered: int, body: bytes
) -> None:
    error = outcome_of_create(error_of(answered, {}, body, what="create"))
    assert isinstance(error, OutcomeUnknown)


def test_throttling_says_how_long_to_wait() -> None:
    error = error_of(429, {"retry-after": "17"}, b'{"error": "Too Many Requests"}', what="ask")
    assert isinstance(error, ProviderThrottled)
    assert error.retry_after_seconds == 17


# --- lists ------------------------------------------------------------------------------------


def test_a_page_of_the_list_tells_marks_and_where_the_older_ones_are() -> None:
    def item(name: str, url: str) -> dict[str, Any]:
        return {"id": name, "audio_url": url, "created": "2026-11-20T21:29:59.936851"}

    page = {
        "page_details": {
            "limit": 200,
            "prev_url": "https://api.assemblyai.com/v2/transcript?limit=200&before_id=older",
            "next_url": None,
        },
        "transcripts": [
            item("ours", f"{AUDIO}&dropscribe-keep=1"),
            item("gone", "http://deleted_by_user"),
            item("upload", "https://cdn.assemblyai.com/upload/8c2d"),
            item("other", "https://audio.example/x.wav"),
        ],
    }
    found, before_id = wire.read_list(json.dumps(page).encode())
    assert before_id == "older"
    assert found[0].mark == ("m-1", True)
    assert [one.id for one in found if one.may_be_marked] == ["upload", "other"]
    assert [one.id for one in found if one.is_upload] == ["upload"]
    assert found[0].created_at == datetime(2026, 11, 20, 21, 29, 59, 936851, UTC)
    assert wire.read_list(b'{"transcripts": []}') == ((), None)


# --- the webhook ----------------------------------------------------------------------------

SECRET = "a secret of ours, long enough"


def asked(mark: str) -> tuple[dict[str, str], dict[str, str]]:
    """The headers and the query of a call, as the create call ordered them."""
    request = JobRequest(mark=mark, display_name="", options=Options(), content_urls=(AUDIO,))
    hook = Webhook("https://app.example/hook", SECRET)
    body = json.loads(create_body(AUDIO, request, hook))
    headers = {body["webhook_auth_header_name"].lower(): body["webhook_auth_header_value"]}
    return headers, {"dropscribe": mark}


def test_a_call_with_its_secret_is_a_hint() -> None:
    headers, query = asked("m-1")
    hint = read_webhook(headers, query, b'{"transcript_id": "t-1", "status": "error"}', SECRET)
    assert (hint.transcription_id, hint.event) == ("t-1", "error")


@pytest.mark.parametrize(
    "body", [b'{"status": "redacted_audio_ready", "redacted_audio_url": "https://x"}', b"", b"[]"]
)
def test_a_call_that_names_no_transcript_hints_at_nothing(body: bytes) -> None:
    assert read_webhook(*asked("m-1"), body, SECRET).transcription_id == ""


def test_a_call_without_the_secret_of_its_mark_is_refused() -> None:
    headers, query = asked("m-1")
    body = b'{"transcript_id": "t-1", "status": "completed"}'
    for wrong_headers, wrong_query, secret in (
        ({}, query, SECRET),
        (headers, {}, SECRET),
        (headers, {"dropscribe": "m-2"}, SECRET),
        (headers, query, "another secret"),
        (asked("")[0], {"dropscribe": ""}, SECRET),
        ({"X-Dropscribe-Webhook": "ü"}, query, SECRET),
    ):
        with pytest.raises(ProviderUnauthorised):
            read_webhook(wrong_headers, wrong_query, body, secret)


def test_odd_values_beside_a_status_cost_only_themselves() -> None:
    body = {"status": "completed", "speech_model_used": ["odd"], "audio_url": 7}
    assert wire.read_status(json.dumps(body).encode()).state == "succeeded"
