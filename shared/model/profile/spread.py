"""When what need not be there soon is sent: at night, or evenly until some time of the day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated, NamedTuple

import msgspec

NOW = "now"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]"
Send = Annotated[str, msgspec.Meta(pattern=rf"^({NOW}|by {_TIME}|{_TIME}-{_TIME})$")]
"""`now`, `by 06:00` or `22:00-06:00`; the times are those of UTC."""
_DAY = timedelta(days=1)


class Span(NamedTuple):
    """Of time, in which jobs are sent; `ends_at` is not of it."""

    begins_at: datetime
    ends_at: datetime


def span_of(send: str, now: datetime, deadline_at: datetime | None = None) -> Span | None:
    """The next one, or what is left of the one that is. It does not go beyond the deadline. None:
    nothing is to wait."""
    if send == NOW:
        return None
    first, _, last = send.removeprefix("by ").rpartition("-")
    ends_at = _next(last, now)
    begins_at = now
    if first:
        length = (ends_at - _next(first, now)) % _DAY or _DAY
        begins_at = max(now, ends_at - length)
    if deadline_at is not None:
        ends_at = min(ends_at, deadline_at)
    return Span(begins_at, ends_at) if begins_at < ends_at else None


def turns(job_ids: Sequence[str], span: Span) -> list[datetime]:
    """When each of these jobs is sent: the span is divided among them, and within its share the
    time of each follows from its id, so that jobs of many small batches lie evenly, too."""
    share = (span.ends_at - span.begins_at) / max(len(job_ids), 1)
    return [
        span.begins_at + share * (number + _fraction(job_id))
        for number, job_id in enumerate(job_ids)
    ]


def _fraction(job_id: str) -> float:
    """From 0 to 1, the same however often it is computed."""
    return int.from_bytes(sha256(job_id.encode()).digest()[:4]) / 2**32


def _next(time: str, now: datetime) -> datetime:
    """The next moment at which it is so late."""
    hour, minute = map(int, time.split(":"))
    at = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return at if at > now else at + _DAY
