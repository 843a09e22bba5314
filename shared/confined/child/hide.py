"""Samples on their way through a copy: hidden where they are not to be heard, and measured."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from typing import Any

import av

RAMP_SECONDS = 0.005
"""A sound that is cut off at once clicks. The ramps lie inside of what is hidden."""
TONE_HERTZ, TONE_LOUDNESS = 1_000, 3_000
_WIDE = 2  # bytes of a sample


class Hider:
    """`spans` are milliseconds, in order and apart; in them all channels are silent, or a tone
    where that is the `fill`. Every other sample stays as it is."""

    def __init__(self, spans: Sequence[Sequence[int]], fill: str, rate: int) -> None:
        self._spans = [(start * rate // 1000, -(-end * rate // 1000)) for start, end in spans]
        self._ramp, self._at = max(1, round(RAMP_SECONDS * rate)), 0
        self._tone = _tone(rate) if fill == "tone" else array("h", [0])

    def hidden(self, frame: Any) -> Any:
        """The next frame, of signed samples of 16 bits. One of which something is hidden is a new
        one: the decoder may hold on to the old."""
        start, end = self._at, self._at + frame.samples
        self._at = end
        while self._spans and self._spans[0][1] <= start:
            self._spans.pop(0)
        mine = [span for span in self._spans if span[0] < end]
        return self._without(frame, start, mine) if mine else frame

    def _without(self, frame: Any, start: int, spans: Sequence[tuple[int, int]]) -> Any:
        clean = av.AudioFrame(
            format=frame.format.name, layout=frame.layout.name, samples=frame.samples
        )
        clean.sample_rate = frame.sample_rate
        width = 1 if frame.format.is_planar else frame.layout.nb_channels
        for old, new in zip(frame.planes, clean.planes, strict=True):
            samples = samples_of(old, frame.samples * width)
            for span in spans:
                self._fill(samples, width, start, span)
            new.update(samples.tobytes().ljust(new.buffer_size, b"\0"))
        return clean

    def _fill(self, samples: array[int], width: int, start: int, span: tuple[int, int]) -> None:
        first, last = max(span[0], start), min(span[1], start + len(samples) // width)
        for n in range(first, last):
            sound = self._tone[n % len(self._tone)]
            since = n - span[0] + 1 if span[0] else self._ramp  # nothing was heard before
            share = min(since, span[1] - n, self._ramp) / self._ramp
            for place in range((n - start) * width, (n - start + 1) * width):
                samples[place] = round(sound * share + samples[place] * (1 - share))


class Meter:
    """The lowest and the highest sample of each channel in every stretch of `step` samples."""

    def __init__(self, step: int) -> None:
        self._step = step
        self._held: list[array[int]] = []
        self.levels = array("h")
        """Stretch by stretch, in each of them channel by channel."""

    def measure(self, frame: Any) -> None:
        """The next frame."""
        tracks = list(tracks_of(frame))
        held = self._held or [array("h") for _ in tracks]
        for there, new in zip(held, tracks, strict=True):
            there.extend(new)
        whole = len(held[0]) // self._step * self._step
        for at in range(0, whole, self._step):
            self._note([track[at : at + self._step] for track in held])
        self._held = [track[whole:] for track in held]

    def finish(self) -> None:
        """The last stretch is shorter."""
        if self._held and self._held[0]:
            self._note(self._held)
        self._held = []

    def _note(self, tracks: Sequence[array[int]]) -> None:
        for track in tracks:
            self.levels.append(min(track))
            self.levels.append(max(track))


def tracks_of(frame: Any) -> Iterator[array[int]]:
    """The samples of each channel."""
    channels = frame.layout.nb_channels
    if frame.format.is_planar:
        for plane in frame.planes:
            yield samples_of(plane, frame.samples)
        return
    woven = samples_of(frame.planes[0], frame.samples * channels)
    for channel in range(channels):
        yield woven[channel::channels]


def samples_of(plane: Any, count: int) -> array[int]:
    """The first so many; the room of a plane is larger."""
    found = array("h")
    found.frombytes(memoryview(plane)[: count * _WIDE])
    return found


def _tone(rate: int) -> array[int]:
    """One swing of it."""
    length = max(2, round(rate / TONE_HERTZ))
    swing = (math.sin(2 * math.pi * n / length) for n in range(length))
    return array("h", [round(TONE_LOUDNESS * each) for each in swing])
