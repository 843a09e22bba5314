"""How far the insights of a transcribed recording are.

    asked -> begun -> stored        what was paid for is stored before the row says so
               |  \
               |   back to asked    nothing was asked: the model's server did not take the call
               v
             begun again            nobody knows what became of the call; so often at most

The recording itself is over all the while, whatever becomes of them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

MOST_CALLS = 3
"""Of one recording: what nobody knows the outcome of may have been paid."""
STUCK = timedelta(minutes=10)
"""Who began so long ago has died: an execution lives no longer."""

Progress = Literal["asked", "made", "partly"]


class Understanding(msgspec.Struct, frozen=True, kw_only=True):
    """`calls` is how many were begun, `put_off_at` when it last was for later. `path` is where the
    insights lie, and `stored_at` since when; `has_all`: every one that was asked for was made.
    `sentiment` is that of the whole conversation, where it was asked for."""

    calls: int = 0
    began_at: datetime | None = None
    path: str | None = None
    stored_at: datetime | None = None
    put_off_at: datetime | None = None
    has_all: bool = False
    sentiment: str | None = None


def is_busy(there: Understanding | None, now: datetime) -> bool:
    """Somebody is at it."""
    return there is not None and there.began_at is not None and now - there.began_at < STUCK


def is_used_up(there: Understanding | None) -> bool:
    return there is not None and there.calls >= MOST_CALLS


def begun(there: Understanding | None, now: datetime) -> Understanding:
    calls = there.calls if there else 0
    return Understanding(calls=calls + 1, began_at=now)


def not_asked(there: Understanding, now: datetime) -> Understanding:
    """The call was not carried out, and counts for nothing."""
    return Understanding(calls=max(0, there.calls - 1), put_off_at=now)


def unanswered(there: Understanding, now: datetime) -> Understanding:
    """The call is over, and brought nothing."""
    return Understanding(calls=there.calls, put_off_at=now)


def last_sign_at(there: Understanding | None, transcribed_at: datetime) -> datetime:
    """When somebody last was at it."""
    return (there and (there.began_at or there.put_off_at)) or transcribed_at


def stored(
    there: Understanding, path: str, now: datetime, *, has_all: bool, sentiment: str | None = None
) -> Understanding:
    return Understanding(
        calls=there.calls, path=path, stored_at=now, has_all=has_all, sentiment=sentiment
    )
