"""What stands before the service: the key."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from local.emulators.azure_speech.errors import unauthorised
from local.emulators.azure_speech.settings import Settings


def require_key(settings: Settings, headers: Mapping[str, str]) -> None:
    """Raises `GatewayError` 401 without the key (or, where accepted, a bearer token)."""
    key = headers.get("ocp-apim-subscription-key", "")
    if hmac.compare_digest(key.encode(), settings.key.encode()):
        return
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if settings.accept_bearer and scheme.lower() == "bearer" and token.strip():
        return
    raise unauthorised()
