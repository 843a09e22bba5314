"""Ticks, milliseconds, seconds and ISO 8601 durations to integer milliseconds, rounded half up.

A tick is 100 ns. The service writes ticks as integers or as floats (400000.0). Everything goes
through ticks, so that a word's end and the next word's start, equal in ticks, stay equal.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

TICKS_PER_MS = 10_000
TICKS_PER_SECOND = 10_000_000
HALF_MS = 5_000

_DURATION = re.compile(
    r"(?P<sign>[-+]?)P(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:[.,]\d+)?)S)?)?"
)


def ticks_to_ms(ticks: float) -> int:
    return int((ticks + HALF_MS) // TICKS_PER_MS)


def duration_to_ticks(duration: str) -> int | None:
    """ISO 8601 days, hours, minutes and seconds ("PT1H0M3.5S"), None for anything else."""
    found = _DURATION.fullmatch(duration)
    if not found or not any(found.group("days", "hours", "minutes", "seconds")):
        return None
    days, hours, minutes = (int(found[name] or 0) for name in ("days", "hours", "minutes"))
    seconds = Decimal((found["seconds"] or "0").replace(",", "."))
    seconds += 60 * (minutes + 60 * (hours + 24 * days))
    ticks = math.floor(seconds * TICKS_PER_SECOND)
    return -ticks if found["sign"] == "-" else ticks
