"""Which sound is in a file: asked of whatever can read containers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Sound:
    """The first audio stream. `duration_ms` is None where the container does not say;
    `has_pictures` tells that there are streams of pictures as well. `is_heard` is False where
    nothing can be decoded of what is held, and None where that is too little to tell. `tracks`
    counts the audio streams."""

    codec: str
    container: str
    channels: int
    sample_rate_hz: int
    duration_ms: int | None
    has_pictures: bool = False
    is_heard: bool | None = None
    tracks: int = 1


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


@dataclass(frozen=True)
class End:
    """Where the last packet of the first audio stream ends, None where there is none, and whether
    that packet `is_whole`. `frames_ms` is what its packets last by their number, where that tells
    it. Where the packet does not tell how long it lasts, that is when it begins, and the one
    before lasted `before_ms`."""

    end_ms: int | None = None
    is_whole: bool = True
    frames_ms: int | None = None
    before_ms: int = 0


@dataclass(frozen=True)
class Heard:
    """How much sound can be decoded, None where that takes too long, where its clock stands at the
    end, and how many packets are `broken`, so that nothing comes out of them."""

    heard_ms: int | None = None
    end_ms: int = 0
    broken: int = 0


class Demuxer(Protocol):
    """Never raises on account of the content but `TooCostly`. Raises `ReaderUnavailable` where
    nothing can be read now."""

    def look(self, spans: Sequence[tuple[int, bytes]], size: int) -> Look:
        """What a file of `size` bytes holds, as far as `spans` tell: offsets, and the bytes
        there."""

    def end_of_packets(self, data: bytes, *, tries_last: bool = False) -> End:
        """Of a whole file. Whether the last packet is whole is found out where it `tries_last`."""

    def heard(self, data: bytes) -> Heard:
        """Of a whole file."""
