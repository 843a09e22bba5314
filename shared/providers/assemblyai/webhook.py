"""Webhooks: each transcript brings its own, which its create call asks for. No I/O.

Nothing is signed. The call carries one header of ours, whose value only the provider and we know;
it is made for the mark that the address carries, so that one that leaks opens nothing else. The
body holds the transcript's id. Calls are repeated ten times in two minutes, and not at all after
an answer of 4xx; whoever misses them has to ask.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from shared.errors import ProviderUnauthorised
from shared.ports.provider import WebhookHint
from shared.providers.assemblyai.marks import MARK, with_mark
from shared.providers.decoding import Undecodable, decode

_HEADER = "X-Dropscribe-Webhook"


class _Notification(msgspec.Struct, frozen=True):
    transcript_id: str | None = None
    status: str | None = None


_notification = msgspec.json.Decoder(_Notification)


class Webhook(NamedTuple):
    """Where an endpoint may call us, and the secret that all its calls are derived from."""

    url: str
    secret: str

    def fields(self, mark: str, *, keep: bool, instead: bool = False) -> dict[str, object]:
        """The part of a create call that asks for a call of ours."""
        return {
            "webhook_url": with_mark(self.url, mark, keep=keep, instead=instead),
            "webhook_auth_header_name": _HEADER,
            "webhook_auth_header_value": _value(self.secret, mark),
        }


def read_webhook(
    headers: Mapping[str, str], query: Mapping[str, str], body: bytes, secret: str
) -> WebhookHint:
    """Verify and decode a call. A hint whose body names no transcript (that of redacted audio,
    say) has "" for its id. Raises `ProviderUnauthorised`."""
    given = next((value for name, value in headers.items() if name.lower() == _HEADER.lower()), "")
    mark = query.get(MARK, "")
    expected = _value(secret, mark).encode()
    is_right = hmac.compare_digest(expected, given.strip().encode("utf-8", "replace"))
    if not (is_right and secret and mark):
        raise ProviderUnauthorised("A webhook call lacks its secret.", code="bad_secret")
    try:
        said = decode(_notification, body)
    except Undecodable:
        said = _Notification()
    return WebhookHint(transcription_id=said.transcript_id or "", event=said.status or "")


def _value(secret: str, mark: str) -> str:
    return hmac.new(secret.encode(), f"assemblyai {mark}".encode(), hashlib.sha256).hexdigest()
