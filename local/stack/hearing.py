"""How far the recogniser behind an emulator has listened."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import httpx
import msgspec

_PATIENCE_SECONDS = 2.0


class Heard(NamedTuple):
    """Ms of speech: listened to, and found in the recordings that were looked at."""

    heard_ms: int = 0
    speech_ms: int = 0

    def __str__(self) -> str:
        return f"listened to {_clock(self.heard_ms)} of {_clock(self.speech_ms)} of speech"


NOTHING = Heard()


def listening(speech_url: str) -> Callable[[], Heard]:
    """Tells how far the emulator at `speech_url` has come since now; nothing while it does not
    answer, for it may be busy."""
    before = _look(speech_url)

    def since() -> Heard:
        now = _look(speech_url)
        return Heard(
            max(0, now.heard_ms - before.heard_ms), max(0, now.speech_ms - before.speech_ms)
        )

    return since


def _look(url: str) -> Heard:
    try:
        answer = httpx.get(f"{url}/_emulator/heard", timeout=_PATIENCE_SECONDS)
        found = msgspec.json.decode(answer.content, type=dict[str, int])
    except (httpx.HTTPError, httpx.InvalidURL, msgspec.DecodeError):
        return NOTHING
    return Heard(found.get("heardMs", 0), found.get("speechMs", 0))


def _clock(ms: int) -> str:
    return f"{ms // 60_000}:{ms // 1000 % 60:02}"
