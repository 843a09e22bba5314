"""Numbers as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

from shared.model.transcript.transcript import Cost

# strftime would take them from the locale of the machine.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def stretch(start_ms: int, end_ms: int) -> str:
    """A part of a recording: 0:07.3–0:09.0. Rounded outwards, so that who listens to it
    misses nothing."""
    return f"{_clock(start_ms // 100)}–{_clock(-(-end_ms // 100))}"


def _clock(tenths: int) -> str:
    """0:07.3, 12:05.0, 1:02:03.4."""
    seconds, tenth = divmod(tenths, 10)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    head = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{head}:{seconds:02}.{tenth}"


def duration(ms: int) -> str:
    """A length: 4.2 s, 42 s, 3 min 07 s, 12 h 05 min, 1,234 h."""
    if ms < 10_000:
        return f"{max(ms, 0) / 1000:.1f} s"
    seconds = round(ms / 1000)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60:02} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes < 6000 else f"{minutes // 60:,} h"


def money(cost: Cost, places: int = 2) -> str:
    """1,234.50 USD."""
    return f"{cost.amount:,.{places}f} {cost.currency}"


def size(count: int) -> str:
    """Bytes in decimal units, as storage accounts bill them."""
    if count < 1000:
        return f"{count} bytes"
    value, units = count / 1000, ["GB", "MB", "kB"]
    while value >= 999.5 and len(units) > 1:
        value /= 1000
        units.pop()
    return f"{value:.1f} {units[-1]}" if value < 10 else f"{value:,.0f} {units[-1]}"


def percent(confidence: float) -> str:
    """Whole percents, and never 100 for what is not quite certain."""
    rounded = round(confidence * 100)
    return f"{99 if rounded == 100 and confidence < 1 else rounded} %"


def moment(at: datetime) -> str:
    """20 Nov 2026, 21:59 UTC."""
    at = at.astimezone(UTC)
    month = _MONTHS[at.month - 1]
    return f"{at.day} {month} {at.year}, {at:%H:%M} UTC"


def how_many(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
