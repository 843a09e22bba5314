"""A batch: the recordings that came in together. Users see batches.

A dropped recording's batch follows from its profile and its blob's last-modified time, so a
repeated event, a second instance and the sweep all arrive at the same partition and row.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from shared.model.profile import Profile

Origin = Literal["dropped", "manifest", "api"]


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """The header row. Progress is counted from the recordings, never stored here.

    `closes_at` is when its recordings are first planned; later arrivals are planned as they
    come. `reported` is how many recordings the last report held. `version` is the row's ETag,
    "" for a row not yet stored.
    """

    id: str
    profile: str
    origin: Origin = "dropped"
    title: str = ""
    created_at: datetime
    closes_at: datetime
    finished_at: datetime | None = None
    reported: int = 0
    version: str = ""


def window_start(last_modified_at: datetime, seconds: int) -> datetime:
    """The start of the coalescing window that a moment falls into."""
    stamp = int(last_modified_at.timestamp())
    return datetime.fromtimestamp(stamp - stamp % seconds, UTC)


DAY = 86_400


def dropped_batch(
    profile: Profile,
    last_modified_at: datetime,
    *,
    seconds: int,
    settle_seconds: int,
    now: datetime,
    by_day: bool = False,
) -> Batch:
    """The batch of a dropped recording. `settle_seconds` is how long after the window's end
    events of that window are still expected. `by_day` is for audio that lay there before anybody
    looked: a window of seconds each would make a job of almost every one."""
    start = window_start(last_modified_at, DAY if by_day else seconds)
    ending = f"{start:%Y%m%d}-day" if by_day else f"{start:%Y%m%dT%H%M%SZ}"
    opened_at = now if by_day else start
    return Batch(
        id=f"{profile.name}-{ending}",
        profile=profile.name,
        created_at=now,
        closes_at=opened_at + timedelta(seconds=seconds + settle_seconds),
    )
