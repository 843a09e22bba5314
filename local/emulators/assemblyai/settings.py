"""What can be set on the emulator; `__main__` fills it from the command line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """`public_url` is the address in every link that the emulator hands out.

    `keys` are the keys of the account's projects; what one uploads another cannot read.
    `whole_audio` False reads only the head of each recording, all that the scripted engine looks
    at. `state` None keeps everything in memory. `jobs_at_once` is the account's concurrency;
    what is more waits its turn. The service allows 20,000 calls in 5 minutes; 0 for no limit.
    """

    public_url: str
    keys: tuple[str, ...] = field(default=("local",), repr=False)
    whole_audio: bool = True
    state: Path | None = None
    jobs_at_once: int = 8
    calls_per_window: int = 20_000
    window_seconds: float = 300.0
    webhook_attempts: int = 10
    webhook_retry_seconds: float = 10.0
    webhook_timeout_seconds: float = 10.0
