"""Which sound is in a file: asked of whatever can read containers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Sound:
    """The first audio stream. `duration_ms` is None where the container does not say;
    `has_pictures` tells that there are streams of pictures as well."""

    codec: str
    container: str
    channels: int
    sample_rate_hz: int
    duration_ms: int | None
    has_pictures: bool = False


@dataclass(frozen=True)
class Silent:
    """A readable file without an audio stream that could be used."""

    container: str
    has_video: bool


class TooCostly(Exception):
    """Reading that file costs more than a file may cost, or ends the process that reads it."""


@dataclass(frozen=True)
class Look:
    """`found` is None for what is nothing that is meant to be read. `missing_at` is the first place
    that was wanted and not held; there it seemed to end."""

    found: Sound | Silent | None
    missing_at: int | None = None


class Demuxer(Protocol):
    """Never raises on account of the content but `TooCostly`. Raises `ReaderUnavailable` where
    nothing can be read now."""

    def look(self, spans: Sequence[tuple[int, bytes]], size: int) -> Look:
        """What a file of `size` bytes holds, as far as `spans` tell: offsets, and the bytes
        there."""

    def end_of_packets_ms(self, data: bytes) -> int | None:
        """Where the last packet of the first audio stream ends, of a whole file."""
