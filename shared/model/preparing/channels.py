"""What the channels of a recording hold, judged by short stretches of it.

Tried on made files and a real call of two channels: eight windows of two seconds are right where
four of one second are not, and are as good as the whole file.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import msgspec

WINDOWS = 8
_ENOUGH = 4  # windows with sound in them, of fewer nothing is said
_SILENT = 10 ** (-65 / 10)
_FAR_BELOW = 10 ** (-45 / 10)
_ALIKE = 0.98
_TRUE_COPY = 10 ** (-40 / 10)
_CLOSE_COPY = 10 ** (-14 / 10)
_CLOSE_DB, _LOUDER_DB, _LEAK_DB, _STEADY_DB = 9.0, 6.0, 40.0, 3.0
_TOGETHER = 0.8


class Window(msgspec.Struct, frozen=True):
    """Of each channel the mean power, 1 for the loudest there can be, and its mean product with
    the first channel."""

    powers: tuple[float, ...]
    products: tuple[float, ...]


Kind = Literal["unknown", "alike", "inverted", "one", "together", "apart"]


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """`channels` are those that are worth hearing. "alike": all hold the same; "inverted": the
    second is the first, turned round, so that their sum is silence; "one": only one holds anything;
    "together": two microphones in one room, both with everybody's voice; "apart": a voice each.
    `leak_db` is how far below its own channel a voice is heard on the other."""

    kind: Kind = "unknown"
    channels: tuple[int, ...] = ()
    leak_db: int | None = None


def judge(windows: Sequence[Window], channels: int) -> Heard:
    """Of a recording of so many channels; "unknown" where too little was heard."""
    all_ = tuple(range(channels))
    heard = [w for w in windows if len(w.powers) == channels and max(w.powers) > _SILENT]
    if channels < 2 or len(heard) < _ENOUGH:
        return Heard(channels=all_)
    powers = [sum(w.powers[one] for w in heard) for one in all_]
    loud = tuple(one for one in all_ if _is_loud(powers[one], max(powers), len(heard)))
    if len(loud) == 1:
        return Heard(kind="one", channels=loud)
    if channels == 2:
        return _of_two(heard)
    likes = {_likeness(heard, one) for one in loud if one != loud[0]}
    if loud[0] == 0 and likes == {"alike"}:
        return Heard(kind="alike", channels=loud[:1])
    return Heard(kind="apart", channels=loud)


def _is_loud(power: float, most: float, windows: int) -> bool:
    return power / windows > _SILENT and power > most * _FAR_BELOW


def _of_two(heard: Sequence[Window]) -> Heard:
    like = _likeness(heard, 1)
    if like == "alike" or like == "inverted":
        return Heard(kind=like, channels=(0,))
    gaps = [10 * math.log10(max(w.powers[0], 1e-12) / max(w.powers[1], 1e-12)) for w in heard]
    if sum(abs(gap) < _LOUDER_DB for gap in gaps) >= _TOGETHER * len(gaps):
        return Heard(kind="together", channels=(0, 1))
    return Heard(kind="apart", channels=(0, 1), leak_db=_leak(gaps))


def _likeness(heard: Sequence[Window], other: int) -> Kind:
    """Of a channel to the first: a copy, at another level perhaps."""
    x = sum(w.powers[0] for w in heard)
    y = sum(w.powers[other] for w in heard)
    xy = sum(w.products[other] for w in heard)
    if not x or not y:
        return "apart"
    correlation = xy / math.sqrt(x * y)
    left = max(0.0, 1 - correlation * correlation)  # of it, once the best copy is taken away
    level_db = abs(10 * math.log10(x / y))
    is_copy = left < _TRUE_COPY or (left < _CLOSE_COPY and level_db <= _CLOSE_DB)
    if not is_copy or abs(correlation) < _ALIKE:
        return "apart"
    return "alike" if correlation > 0 else "inverted"


def _leak(gaps: Sequence[float]) -> int | None:
    """How far below: where one voice is louder it is always by about as much."""
    louder = sorted(abs(gap) for gap in gaps if abs(gap) > _LOUDER_DB)
    if len(louder) < _ENOUGH:
        return None
    middle = louder[len(louder) // 2]
    spread = louder[len(louder) * 4 // 5] - louder[len(louder) // 5]
    return round(middle) if middle < _LEAK_DB and spread < _STEADY_DB else None
