"""The forms in which the API writes time: ISO 8601 durations, ticks, UTC to the second."""

from __future__ import annotations

import re
from datetime import UTC, datetime

TICKS_PER_MS = 10_000

_DURATION = re.compile(
    r"P(?:(?P<days>\d{1,9})D)?"
    r"(?:T(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?"
    r"(?:(?P<seconds>\d{1,9}(?:\.\d{1,7})?)S)?)?",
    re.ASCII,
)


def iso_duration(ms: int) -> str:
    """1234 -> `PT1.234S`, 3661000 -> `PT1H1M1S`, 0 -> `PT0S`."""
    sign, ms = ("-", -ms) if ms < 0 else ("", ms)
    minutes, ms = divmod(ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{ms // 1000}.{ms % 1000:03}".rstrip("0").rstrip(".")
    parts = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if ms or not parts:
        parts += f"{seconds}S"
    return f"{sign}PT{parts}"


def read_duration_seconds(text: str) -> float | None:
    """The seconds of an ISO 8601 duration of days, hours, minutes and seconds; else None."""
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()):
        return None
    days, hours, minutes, seconds = (
        float(found[part] or 0) for part in ("days", "hours", "minutes", "seconds")
    )
    return days * 86_400 + hours * 3_600 + minutes * 60 + seconds


def ticks(ms: int) -> float:
    """100 ns units, as the floats with `.0` that the service writes on phrases and words."""
    return float(ms * TICKS_PER_MS)


def utc(epoch_seconds: float) -> str:
    """`YYYY-MM-DDThh:mm:ssZ`."""
    return datetime.fromtimestamp(epoch_seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
