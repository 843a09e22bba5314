"""What can be set on the emulator; `__main__` fills it from the command line."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Settings:
    """`calls_per_window` 0 switches the rate limit off."""

    key: str = field(default="local", repr=False)
    model: str = "small"
    calls_per_window: int = 1_000
    window_seconds: float = 60.0
    most_characters: int = 400_000
