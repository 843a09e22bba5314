"""What the loudness of a recording tells: how its wave looks, and where it is silent."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator
from typing import NamedTuple

from shared.model.listening.hiding import Span

MOST_STRETCHES = 1 << 16
"""Of a wave that is kept: 55 minutes of 50 ms. A longer one gets longer stretches."""
LEAST_SILENCE_MS = 1_000
_EDGE_MS = 100  # of a silence, at both ends: a voice fades, and breath comes before it
_BELOW = 10 ** (-32 / 20)
_FLOOR = 16  # of 32768: what is softer nobody hears
_LOUD_SHARE = 0.95
_VERSION, _EIGHT_BITS = 2, 1
_HEAD = struct.Struct("<iIiiIi")


class Levels(NamedTuple):
    """The lowest and the highest sample of 16 bits of each channel, stretch by stretch, each of
    `step` samples but the last."""

    values: array[int]
    channels: int
    rate: int
    step: int

    @property
    def stretches(self) -> int:
        """How many there are."""
        return len(self.values) // (2 * self.channels)


def wave_file(levels: Levels) -> bytes:
    """The wave as players of waves read it: the binary form, version 2 with 8 bits, that
    `audiowaveform` describes in doc/DataFormat.md."""
    coarse = coarser(levels)
    head = _HEAD.pack(
        _VERSION, _EIGHT_BITS, coarse.rate, coarse.step, coarse.stretches, coarse.channels
    )
    return head + array("b", [value >> 8 for value in coarse.values]).tobytes()


def coarser(levels: Levels, most: int = MOST_STRETCHES) -> Levels:
    """With twice as long stretches until there are no more than that."""
    while levels.stretches > most:
        levels = _halved(levels)
    return levels


def silences(levels: Levels, duration_ms: int) -> tuple[Span, ...]:
    """Where every channel is 32 dB softer than it gets, for at least a second; without the edges,
    in which a voice may fade."""
    step_ms = levels.step * 1000 / levels.rate
    found = []
    for first, last in _runs(_is_silent(levels)):
        start = 0 if first == 0 else round(first * step_ms) + _EDGE_MS
        end = round(last * step_ms)
        end = duration_ms if last == levels.stretches else end - _EDGE_MS
        if end - start >= LEAST_SILENCE_MS:
            found.append(Span(start, end))
    return tuple(found)


def _is_silent(levels: Levels) -> list[bool]:
    quiet = [True] * levels.stretches
    for channel in range(levels.channels):
        width = 2 * levels.channels
        lows = levels.values[2 * channel :: width]
        highs = levels.values[2 * channel + 1 :: width]
        peaks = [max(-low, high) for low, high in zip(lows, highs, strict=True)]
        limit = _limit(peaks)
        quiet = [was and peak < limit for was, peak in zip(quiet, peaks, strict=True)]
    return quiet


def _limit(peaks: list[int]) -> float:
    """What is softer counts as silent."""
    if not peaks:
        return _FLOOR
    loud = sorted(peaks)[min(len(peaks) - 1, int(len(peaks) * _LOUD_SHARE))]
    return max(_FLOOR, loud * _BELOW)


def _runs(quiet: list[bool]) -> Iterator[tuple[int, int]]:
    """From which stretch to before which."""
    first: int | None = None
    for at, is_quiet in enumerate([*quiet, False]):
        if is_quiet and first is None:
            first = at
        elif not is_quiet and first is not None:
            yield first, at
            first = None


def _halved(levels: Levels) -> Levels:
    """Two stretches become one."""
    width = 2 * levels.channels
    values = array("h")
    for at in range(0, len(levels.values), 2 * width):
        one, two = levels.values[at : at + width], levels.values[at + width : at + 2 * width]
        pairs = zip(one, two or one, strict=True)
        values.extend((max if place % 2 else min)(pair) for place, pair in enumerate(pairs))
    return levels._replace(values=values, step=2 * levels.step)
