"""How long a call to storage may take, and how often it was sent.

The SDKs' own limits never apply to a transport that is handed to them, and azure-core's are five
minutes to connect and five to read. A call that hangs for longer than others wait for what it was
to write is worse than one that fails.
"""

from __future__ import annotations

import threading
from typing import Any, NamedTuple

SLACK_SECONDS = 4  # pauses between the tries, with their jitter


class CallLimits(NamedTuple):
    """Seconds to connect, and between two pieces of an answer; and how often a call is repeated
    that got none, or 5xx."""

    connect_seconds: float = 5
    read_seconds: float = 20
    repeats: int = 2

    @property
    def longest_seconds(self) -> float:
        """Of one call with all its tries, where nothing comes back at all."""
        return (self.repeats + 1) * (self.connect_seconds + self.read_seconds) + SLACK_SECONDS


def limits_within(patience_seconds: float) -> CallLimits:
    """The usual limits; or such that a call takes less than half of `patience_seconds`, but never
    less than a second each way: slow is not down."""
    usual = CallLimits()
    if usual.longest_seconds <= patience_seconds / 2:
        return usual
    each = (patience_seconds / 2 - SLACK_SECONDS) / (usual.repeats + 1)
    connect = max(1.0, min(usual.connect_seconds, each / 4))
    return CallLimits(connect, max(1.0, each - connect), usual.repeats)


class Attempts(threading.local):
    """How often the last call of this thread was sent, as the hook of a client tells. A conflict
    after the first time may be with ourselves: the answer was lost, the change was made."""

    made: int = 0

    def begin(self) -> None:
        """A call is about to be sent: what the last one took says nothing of it."""
        self.made = 0

    def note(self, request: Any) -> None:
        """A `raw_request_hook`, called for every try; all tries of a call share a context."""
        self.made = request.context.get("attempts", 0) + 1
        request.context["attempts"] = self.made


ATTEMPTS = Attempts()
