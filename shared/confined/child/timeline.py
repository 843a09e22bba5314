"""Every sound at its own time: what starts late, or has holes, is filled with silence.

Times are those of the whole file. A time stamp may be 50 ms off before it is believed, and a jump
beyond ten minutes is a clock that was set.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import av

TOLERANCE_SECONDS = 0.05
LONGEST_GAP_SECONDS = 600
_MICROSECONDS = 1_000_000
_FROM_ZERO = "mov,mp4,m4a,3gp,3g2,mj2"
"""Its edit lists say when each stream begins; elsewhere the first of all begins the file."""


class Clock:
    """How far what was heard has come, against what the time stamps say."""

    def __init__(self, start_seconds: float | None) -> None:
        self._start, self._heard = start_seconds, 0.0
        self._samples, self._rate = 0, 1

    def drift(self, at_seconds: float) -> float:
        """How far that time is from where what was heard has come."""
        return at_seconds - (self._start or 0.0) - self._now

    def gap(self, at_seconds: float | None) -> float:
        """The silence that is missing before what begins at that time; 0 where none is."""
        if at_seconds is None:
            return 0.0
        if self._start is None:
            self._start = at_seconds
        gap = at_seconds - self._start - self._now
        if TOLERANCE_SECONDS < gap <= LONGEST_GAP_SECONDS:
            self._heard += gap
            return gap
        if abs(gap) > TOLERANCE_SECONDS:
            self._start = at_seconds - self._now
        return 0.0

    def passes(self, samples: int, rate: int) -> None:
        """So much was heard."""
        if rate != self._rate:
            self._heard, self._samples, self._rate = self._now, 0, rate
        self._samples += samples

    @property
    def _now(self) -> float:
        return self._heard + self._samples / self._rate


def start_seconds(container: Any) -> float | None:
    """The time at which the file begins, by its own clock."""
    if container.format.name == _FROM_ZERO:
        return 0.0
    return None if container.start_time is None else container.start_time / _MICROSECONDS


class Packets:
    """Those of one stream, as many as can be had. `bad` are those that could not be."""

    def __init__(self, container: Any, stream: Any) -> None:
        self._demuxed = container.demux(stream)
        self.count = self.bad = 0

    def __iter__(self) -> Iterator[Any]:
        while True:
            try:
                packet = next(self._demuxed, None)
            except av.FFmpegError:  # the rest of the file is beyond reach
                self.bad += 1
                return
            if packet is None:
                return
            self.count += 1
            yield packet

    def frames(self) -> Iterator[Any]:
        """What can be decoded of them; `container.decode` would end at the first bad packet."""
        for packet in self:
            try:
                decoded = packet.decode()
            except av.FFmpegError:
                self.bad += 1
                continue
            yield from decoded
