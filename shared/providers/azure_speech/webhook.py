"""Webhooks of the service: registering ours, and believing nobody else's calls. No I/O.

The secret is the key of an HMAC-SHA256, in base64, over the raw body; for the challenge over the
validation token. Event names come in either case. The service switches a webhook off after too
many failed deliveries and on again when its URL is patched; it never promises delivery.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence

import msgspec

from shared.errors import ProviderUnauthorised
from shared.ports.provider import WebhookChallenge, WebhookHint
from shared.providers.azure_speech.calls import MARK
from shared.providers.azure_speech.versions import Version
from shared.providers.azure_speech.wire import Page, transcription_id_in
from shared.providers.decoding import Undecodable, decode
from shared.providers.redaction import without_query

_EVENT = "x-microsoftspeechservices-event"
_SIGNATURE = "x-microsoftspeechservices-signature"
_ID = re.compile(r"/webhooks/([A-Za-z0-9_-]+)/?$", re.IGNORECASE)
_NAME = "Dropscribe: transcription completed"


# --- calls that reach us --------------------------------------------------------------------


class _Notification(msgspec.Struct, frozen=True, rename="camel"):
    self: str | None = None
    invocation_id: str | None = None


_notification = msgspec.json.Decoder(_Notification)


def read_webhook(
    headers: Mapping[str, str], query: Mapping[str, str], body: bytes, secret: str
) -> WebhookHint | WebhookChallenge:
    """Verify and decode a call of our webhook.

    A hint whose body names no transcription (a ping, say) has "" for its id. Raises
    `ProviderUnauthorised` where the signature is missing or wrong, for challenges too: echoing
    a token that nobody signed would let a stranger's resource adopt our address.
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    event = lowered.get(_EVENT, "").strip()
    is_challenge = event.lower() == "challenge"
    token = next((v for name, v in query.items() if name.lower() == "validationtoken"), "")
    signed = token.encode(errors="replace") if is_challenge else body
    if not _is_signed(signed, lowered.get(_SIGNATURE, ""), secret):
        raise ProviderUnauthorised("A webhook call has no valid signature.", code="bad_signature")
    return WebhookChallenge(answer=token) if is_challenge else _hint(event, body)


def _hint(event: str, body: bytes) -> WebhookHint:
    try:
        said = decode(_notification, body)
    except Undecodable:
        said = _Notification()
    return WebhookHint(
        transcription_id=transcription_id_in(said.self or "") or "",
        event=event,
        invocation_id=said.invocation_id,
    )


def _is_signed(content: bytes, signature: str, secret: str) -> bool:
    """In constant time. Nothing is signed where there is no secret or nothing to sign."""
    expected = base64.b64encode(_hmac(secret, content))
    given = signature.strip().encode("utf-8", "replace")
    return hmac.compare_digest(expected, given) and bool(secret) and bool(content)


def _hmac(secret: str, content: bytes) -> bytes:
    return hmac.new(secret.encode(), content, hashlib.sha256).digest()


# --- registering ours -----------------------------------------------------------------------


class _Properties(msgspec.Struct, frozen=True, rename="camel"):
    api_version: str | None = None


class Webhook(msgspec.Struct, frozen=True, rename="camel"):
    """A registered webhook, as far as it matters here."""

    self: str | None = None
    web_url: str | None = None
    events: dict[str, bool | None] | None = None
    status: str | None = None
    created_date_time: str | None = None
    custom_properties: dict[str, str | None] | None = None
    properties: _Properties | None = None

    @property
    def id(self) -> str:
        found = _ID.search(without_query(self.self or ""))
        return found[1] if found else ""


_page = msgspec.json.Decoder(Page[Webhook])


def list_path(version: Version) -> str:
    return version.url("/webhooks")


def webhook_path(webhook_id: str, version: Version) -> str:
    return version.url(f"/webhooks/{webhook_id}")


def read_page(body: bytes) -> tuple[tuple[Webhook, ...], str | None]:
    """Webhooks, and the link to the next page. Raises `Undecodable`."""
    page = decode(_page, body)
    return page.values, page.next_link


def ours_among(webhooks: Sequence[Webhook], url: str, version: Version) -> list[Webhook]:
    """Those that call `url`, whatever its query, oldest first.

    A webhook hears only of transcriptions made with its own API version, so one that was
    registered through another version is not ours.
    """
    wanted = version.name.removeprefix("v")
    found = [
        webhook
        for webhook in webhooks
        if webhook.id
        and without_query(webhook.web_url or "") == without_query(url)
        and (_api_version(webhook) or wanted) == wanted
    ]
    return sorted(found, key=lambda webhook: (webhook.created_date_time or "", webhook.id))


def _api_version(webhook: Webhook) -> str:
    said = webhook.properties.api_version if webhook.properties else None
    return (said or "").lower().removeprefix("v")


def is_up_to_date(webhook: Webhook, url: str, secret: str) -> bool:
    events = {name.lower(): on for name, on in (webhook.events or {}).items()}
    return (
        (webhook.status or "").lower() != "failed"
        and events.get("transcriptioncompletion") is True
        and (webhook.custom_properties or {}).get(MARK) == _fingerprint(url, secret)
    )


def registration(url: str, secret: str) -> bytes:
    """The body that creates a webhook, and that brings one up to date when it is patched in."""
    return msgspec.json.encode(
        {
            "displayName": _NAME,
            "webUrl": url,
            "events": {"transcriptionCompletion": True},
            "properties": {"secret": secret},
            "customProperties": {MARK: _fingerprint(url, secret)},
        }
    )


def _fingerprint(url: str, secret: str) -> str:
    """Tells whether URL or secret have changed since, and gives neither away."""
    return _hmac(secret, url.encode()).hex()[:32]
