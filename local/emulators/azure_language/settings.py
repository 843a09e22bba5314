"""What can be set on the emulator; `__main__` fills it from the command line."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Settings:
    """`calls_per_window` 0 switches the rate limit off. `names` are first names beside those that
    it knows, in small letters."""

    key: str = field(default="local", repr=False)
    calls_per_window: int = 1_000
    window_seconds: float = 60.0
    names: frozenset[str] = frozenset()
