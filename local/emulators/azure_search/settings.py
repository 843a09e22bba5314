"""What can be set on the emulator; `__main__` fills it from the command line."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Settings:
    """`page` is the most documents of one answer, whatever is asked for."""

    key: str = field(default="local", repr=False)
    page: int = 1_000
