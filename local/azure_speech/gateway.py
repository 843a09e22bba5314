"""What stands before the service: the key, and how many calls one may make."""

from __future__ import annotations

import hmac
import math
from collections import deque
from collections.abc import Mapping

from local.azure_speech.errors import throttled, unauthorised
from local.azure_speech.settings import Settings


def require_key(settings: Settings, headers: Mapping[str, str]) -> None:
    """Raises `GatewayError` 401 without the key (or, where accepted, a bearer token)."""
    key = headers.get("ocp-apim-subscription-key", "")
    if hmac.compare_digest(key.encode(), settings.key.encode()):
        return
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if settings.accept_bearer and scheme.lower() == "bearer" and token.strip():
        return
    raise unauthorised()


class RateLimit:
    """At most so many calls in any window of so many seconds."""

    def __init__(self, calls: int, window_seconds: float) -> None:
        self._calls = calls
        self._window_seconds = window_seconds
        self._recent: deque[float] = deque()

    def count(self, now: float) -> None:
        """Let a call pass or raise `GatewayError` 429 with the seconds until one may."""
        if not self._calls:
            return
        while self._recent and self._recent[0] <= now - self._window_seconds:
            self._recent.popleft()
        if len(self._recent) >= self._calls:
            raise throttled(max(1, math.ceil(self._recent[0] + self._window_seconds - now)))
        self._recent.append(now)
