"""How long the pauses of a timer are, by its schedule.

Six fields of NCRONTAB: second, minute, hour, day, month, day of the week. Each is `*`, a number, a
range, one of these with `/step`, or several of them with commas between.
https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
"""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

_DAY = 86_400


def longest_pause(schedule: str) -> timedelta | None:
    """Between two times of a timer. None where it does not run every day, or is not understood."""
    fields = schedule.split()
    if len(fields) != 6 or fields[3:] != ["*"] * 3:
        return None
    try:
        seconds, minutes, hours = (
            _values(f, top) for f, top in zip(fields[:3], (59, 59, 23), strict=True)
        )
    except ValueError:
        return None
    times = [3600 * h + 60 * m + s for h in hours for m in minutes for s in seconds]
    if not times:
        return None
    return timedelta(seconds=max(b - a for a, b in pairwise([*times, times[0] + _DAY])))


def _values(field: str, top: int) -> list[int]:
    """In their order. Raises `ValueError`."""
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = ("0", "-", str(top)) if span == "*" else span.partition("-")
        end = int(last) if last else (top if step else int(first))
        found |= set(range(int(first), end + 1, int(step or 1)))
    return sorted(found)
