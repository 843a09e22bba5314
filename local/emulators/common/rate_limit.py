"""How many calls one may make."""

from __future__ import annotations

import math
from collections import deque


class RateLimit:
    """At most `calls` in any window of so many seconds; 0 means no limit."""

    def __init__(self, calls: int, window_seconds: float) -> None:
        self._calls = calls
        self._window_seconds = window_seconds
        self._recent: deque[float] = deque()

    def seconds_to_wait(self, now: float) -> int:
        """0 lets the call pass and counts it; else how long until one may."""
        if not self._calls:
            return 0
        while self._recent and self._recent[0] <= now - self._window_seconds:
            self._recent.popleft()
        if len(self._recent) >= self._calls:
            return max(1, math.ceil(self._recent[0] + self._window_seconds - now))
        self._recent.append(now)
        return 0
