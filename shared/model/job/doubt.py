"""A job whose create call was refused in words that do not tell whose fault it is."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from shared.errors import RefusedInDoubt
from shared.model.job.job import Job
from shared.model.job.transitions import put_back_alone

ALONE_FOR, AMONG_OTHERS_FOR = timedelta(hours=1), timedelta(days=7)
"""How long a refusal is in doubt where it met this job alone, and where it met all that came."""


def put_last(job: Job, now: datetime, *, refused_at: datetime) -> Job:
    """It goes alone, behind all others, whose calls will show whether it was the job's own."""
    doubted_at = job.doubted_at or refused_at
    return msgspec.structs.replace(put_back_alone(job, now), since_at=now, doubted_at=doubted_at)


def is_its_own(job: Job, error: RefusedInDoubt, now: datetime) -> bool:
    """Whether one more such refusal is the job's own: its endpoint took another one meanwhile, or
    nobody could show it for long."""
    since_at, taken_at = job.doubted_at, error.taken_at
    if since_at is None:
        return False
    patience = AMONG_OTHERS_FOR if error.meets_all else ALONE_FOR
    return (taken_at is not None and taken_at >= since_at) or now - since_at > patience


def has_been_in_doubt(job: Job, patience: timedelta, now: datetime) -> bool:
    """For so long that another provider may take it."""
    return job.doubted_at is not None and now - job.doubted_at >= patience
