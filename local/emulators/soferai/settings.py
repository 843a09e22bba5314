"""What can be set on the emulator; `__main__` fills it from the command line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """`whole_audio` False reads only the head of each recording, all that the scripted engine
    looks at. `state` None keeps everything in memory. `calls_per_window` 0 switches the rate
    limit off. `standard_seconds` is how long a standard batch waits before it is begun.
    `balance_cents` is what the account holds at the start."""

    key: str = field(default="local", repr=False)
    whole_audio: bool = True
    state: Path | None = None
    items_at_once: int = 8
    calls_per_window: int = 0
    window_seconds: float = 60.0
    standard_seconds: float = 0.0
    balance_cents: int = 100_000
