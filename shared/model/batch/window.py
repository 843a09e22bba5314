"""The window in which a dropped recording's batch gathers what comes in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shared.model.batch.batch import Batch
from shared.model.profile.profile import Profile


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
