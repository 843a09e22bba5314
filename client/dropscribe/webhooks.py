"""Deliveries of events: verified, and waited for.

The signature is that of Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over id,
time and body, several of them while a secret is replaced.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import Any

from dropscribe.errors import NotGenuine

TOLERANCE_SECONDS = 300


def verify(
    secrets: str | Iterable[str],
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """The event that was delivered. `secrets` as the API gave them (`whsec_...`); while one is
    replaced, both. `body` as it came, before anything read it. Raises `NotGenuine`."""
    known = {name.lower(): value for name, value in headers.items()}
    at, given = known.get("webhook-timestamp", ""), known.get("webhook-signature", "")
    if not at.isdigit() or abs(now() - int(at)) > TOLERANCE_SECONDS:
        raise NotGenuine("The delivery has no time, or an old one.")
    signed = f"{known.get('webhook-id', '')}.{at}.".encode() + body
    found = [part.partition(",")[2] for part in given.split() if part.startswith("v1,")]
    each = (secrets,) if isinstance(secrets, str) else tuple(secrets)
    mine = [_signature(secret, signed) for secret in each]
    if not any(hmac.compare_digest(a, b) for a in mine for b in found):
        raise NotGenuine("The delivery is signed with another secret, or not at all.")
    event: dict[str, Any] = json.loads(body)
    return event


def _signature(secret: str, signed: bytes) -> str:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        raise NotGenuine("The secret is not one: it begins with whsec_ .") from None
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


class Inbox:
    """Where your own web server puts deliveries, and `wait` looks for the end of a batch:

        inbox = Inbox(secret)
        inbox.take(request.headers, await request.body())   # in the route; then answer 204
        service.wait(batch["id"], inbox=inbox)

    The same delivery may come twice, and in any order."""

    def __init__(self, secrets: str | Iterable[str]) -> None:
        self._secrets = (secrets,) if isinstance(secrets, str) else tuple(secrets)
        self._over: set[str] = set()
        self._lock = Lock()

    def take(self, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        """The event. Raises `NotGenuine`: answer 401 then."""
        event = verify(self._secrets, headers, body)
        if event.get("type") == "batch.completed":
            data = event.get("data", {})
            with self._lock:
                self._over.add(str(data.get("batch_id", "")))
        return event

    def has_ended(self, batch_id: str) -> bool:
        """Said once: a batch that is tried again ends again."""
        with self._lock:
            if batch_id not in self._over:
                return False
            self._over.remove(batch_id)
            return True
