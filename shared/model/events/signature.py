"""Signatures by Standard Webhooks 1.0.0: HMAC-SHA256 over id, time and body, version v1.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable

PREFIX = "whsec_"
LEAST_BYTES, MOST_BYTES, USUAL_BYTES = 24, 64, 32


def make_secret(random_bytes: bytes) -> str:
    """The written form of a secret."""
    return PREFIX + base64.b64encode(random_bytes).decode()


def secret_bytes(secret: str) -> bytes:
    """Raises `ValueError`, which does not repeat it, for what is no secret of 24 to 64 bytes."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or not LEAST_BYTES <= len(key) <= MOST_BYTES:
        raise ValueError(f"no secret: {PREFIX} and {LEAST_BYTES} to {MOST_BYTES} bytes in base64")
    return key


def sign(secret: str, message_id: str, seconds: int, body: bytes) -> str:
    """One signature, with its version. `seconds` since 1970 is when the attempt is made."""
    signed = f"{message_id}.{seconds}.".encode() + body
    digest = hmac.new(secret_bytes(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def signed_headers(
    secrets: Iterable[str], message_id: str, seconds: int, body: bytes
) -> dict[str, str]:
    """The three headers; a signature for each secret, so that either verifies while one takes the
    place of the other. Without a secret there is no signature.

    Of several the first stands at the end once more: verifiers that are widely installed drop the
    last one (StandardWebhooks 1.1.2 for C#, and that of Svix before svix-webhooks PR 2393). Those
    who read all of them read one twice. A single one is not dropped, and stays alone.
    """
    headers = {"webhook-id": message_id, "webhook-timestamp": str(seconds)}
    signatures = [sign(secret, message_id, seconds, body) for secret in secrets]
    if len(signatures) > 1:
        signatures.append(signatures[0])
    return {**headers, "webhook-signature": " ".join(signatures)} if signatures else headers
