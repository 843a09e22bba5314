"""Webhook calls are believed only with a valid signature, and ours is registered once."""

import base64
import hashlib
import hmac
import json

import pytest

from shared.errors import ProviderUnauthorised
from shared.ports.provider import WebhookChallenge, WebhookHint
from shared.providers.azure_speech import webhook
from shared.providers.azure_speech.versions import version
from tests.samples.azure_speech import sample

SECRET = "correct horse"
SELF = "https://a.example/speechtotext/transcriptions/77-88?api-version=2025-10-15"
BODY = json.dumps({"self": SELF, "invocationId": "i-1"}).encode()
HOOK = "https://app.example/api/hook"


def signature(content: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), content, hashlib.sha256)).decode()


def headers(event: str, content: bytes) -> dict[str, str]:
    return {
        "X-MicrosoftSpeechServices-Event": event,
        "X-MicrosoftSpeechServices-Signature": signature(content),
    }


def test_a19_a_signed_notification_is_a_hint_with_its_invocation() -> None:
    found = webhook.read_webhook(headers("TranscriptionCompletion", BODY), {}, BODY, SECRET)
    assert found == WebhookHint(
        transcription_id="77-88", event="TranscriptionCompletion", invocation_id="i-1"
    )


def test_header_names_may_come_in_any_case() -> None:
    lowered = {name.lower(): v for name, v in headers("transcriptioncompletion", BODY).items()}
    found = webhook.read_webhook(lowered, {}, BODY, SECRET)
    assert found == WebhookHint(
        transcription_id="77-88", event="transcriptioncompletion", invocation_id="i-1"
    )


@pytest.mark.parametrize("event", ["Challenge", "challenge"])
@pytest.mark.parametrize("parameter", ["validationToken", "validationtoken"])
def test_a19_a_signed_challenge_is_answered_with_its_token(event: str, parameter: str) -> None:
    query = {"code": "ours", parameter: "0123abc", "more": "x"}
    found = webhook.read_webhook(headers(event, b"0123abc"), query, b"", SECRET)
    assert found == WebhookChallenge(answer="0123abc")


@pytest.mark.parametrize(
    "given",
    ["", "AAAA", signature(BODY, "other secret"), signature(BODY + b" "), "\udcff", "päss"],
)
def test_a19_a_bad_or_missing_signature_is_refused(given: str) -> None:
    sent = {
        **headers("TranscriptionCompletion", BODY),
        "X-MicrosoftSpeechServices-Signature": given,
    }
    with pytest.raises(ProviderUnauthorised):
        webhook.read_webhook(sent, {}, BODY, SECRET)


def test_a19_a_call_without_any_of_the_headers_is_refused() -> None:
    with pytest.raises(ProviderUnauthorised):
        webhook.read_webhook({}, {}, BODY, SECRET)


def test_a19_an_unsigned_challenge_is_refused() -> None:
    sent = {"X-MicrosoftSpeechServices-Event": "Challenge"}
    with pytest.raises(ProviderUnauthorised):
        webhook.read_webhook(sent, {"validationToken": "0123abc"}, b"", SECRET)


def test_a_signature_over_the_body_does_not_cover_a_challenge() -> None:
    query = {"validationToken": "0123abc"}
    with pytest.raises(ProviderUnauthorised):
        webhook.read_webhook(headers("Challenge", BODY), query, BODY, SECRET)


def test_a_challenge_without_a_token_is_refused() -> None:
    with pytest.raises(ProviderUnauthorised):
        webhook.read_webhook(headers("Challenge", b""), {}, b"", SECRET)


def test_without_a_secret_nothing_is_believed() -> None:
    sent = {**headers("TranscriptionCompletion", BODY)}
    sent["X-MicrosoftSpeechServices-Signature"] = signature(BODY, "")
    with pytest.raises(ProviderUnauthorised):
        webhook.read_webhook(sent, {}, BODY, "")


@pytest.mark.parametrize(
    "body", [b'{"self": "https://a.example/webhooks/1"}', b"{}", b"not JSON", b'{"self": 1}']
)
def test_a_signed_call_about_something_else_is_a_hint_without_an_id(body: bytes) -> None:
    found = webhook.read_webhook(headers("Ping", body), {}, body, SECRET)
    assert found == WebhookHint(transcription_id="", event="Ping")


def test_ours_are_those_that_call_our_address_in_our_version_oldest_first() -> None:
    found, link = webhook.read_page(sample("webhooks.json"))
    ours = webhook.ours_among(found, f"{HOOK}?code=second", version("2025-10-15"))
    assert [registered.id for registered in ours] == ["old", "newer"]
    older = webhook.ours_among(found, HOOK, version("v3.2"))
    assert [registered.id for registered in older] == ["v32", "newer"]
    assert link is None


def registered(url: str = HOOK, secret: str = SECRET, **changes: object) -> webhook.Webhook:
    body = json.loads(webhook.registration(url, secret))
    return webhook.Webhook(
        self="https://a.example/webhooks/1",
        web_url=body["webUrl"],
        events={**body["events"], **changes.get("events", {})},  # type: ignore[dict-item]
        status=changes.get("status", "Succeeded"),  # type: ignore[arg-type]
        custom_properties=body["customProperties"],
    )


def test_a_webhook_is_up_to_date_until_something_changes() -> None:
    assert webhook.is_up_to_date(registered(), HOOK, SECRET)
    assert not webhook.is_up_to_date(registered(), HOOK, "new secret")
    assert not webhook.is_up_to_date(registered(), f"{HOOK}?code=new", SECRET)
    assert not webhook.is_up_to_date(registered(status="Failed"), HOOK, SECRET)
    switched_off = registered(events={"transcriptionCompletion": False})
    assert not webhook.is_up_to_date(switched_off, HOOK, SECRET)
    assert not webhook.is_up_to_date(webhook.Webhook(), HOOK, SECRET)


def test_a_registration_asks_for_completion_and_gives_the_secret_only_as_the_secret() -> None:
    body = json.loads(webhook.registration(HOOK, SECRET))
    assert body["webUrl"] == HOOK
    assert body["events"] == {"transcriptionCompletion": True}
    assert body["properties"] == {"secret": SECRET}
    assert len(body["customProperties"]["dropscribe"]) == 32
    assert SECRET not in json.dumps({**body, "properties": None})
