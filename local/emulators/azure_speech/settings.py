"""What can be set on the emulator; `__main__` fills it from the command line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """`public_url` is the address in every link that the emulator hands out.

    `whole_audio` False reads only the head of each recording (one ranged GET that proves the
    URL works) and gives the recogniser a sparse file of the true name and size: all that the
    scripted engine looks at. `state` None keeps everything in memory. `calls_per_window` 0
    switches the rate limit off; the service allows 100 calls in 10 seconds, and 600 fast
    transcriptions in a minute (`fast_calls_per_minute`, 0 as above).
    """

    public_url: str
    key: str = field(default="local", repr=False)
    accept_bearer: bool = False
    whole_audio: bool = True
    state: Path | None = None
    jobs_at_once: int = 4
    recordings_at_once: int = 8
    calls_per_window: int = 100
    window_seconds: float = 10.0
    fast_calls_per_minute: int = 600
    retry_after_seconds: int = 1
    webhook_attempts: int = 3
    webhook_retry_seconds: float = 0.5
    webhook_timeout_seconds: float = 10.0
