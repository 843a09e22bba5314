"""The one place that writes a time of day of a recording."""

from __future__ import annotations


def timestamp(ms: int, decimal_mark: str) -> str:
    """`HH:MM:SS.mmm` with the given mark; hours have two digits or as many as they need."""
    seconds, ms = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    # Twice as quick as an f-string, and every cue has two.
    return "%02d:%02d:%02d%s%03d" % (hours, minutes, seconds, decimal_mark, ms)  # noqa: UP031


def clock(ms: int) -> str:
    """`HH:MM:SS`, cut to the second, as a reader wants to find the place."""
    return timestamp(ms, ".")[:-4]
