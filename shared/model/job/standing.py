"""How long a job has stood where it is, and what follows from that."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from shared.model.job.job import Job
from shared.model.policy import Policy

Standing = Literal["fresh", "stuck", "last round", "late"]


def standing(job: Job, policy: Policy, now: datetime) -> Standing:
    """How long the job has stood where it is, and what follows.

    "stuck": nothing was heard for too long, and somebody has to look. "last round": results that
    could not be had are asked for once more (`last_round_at` tells whether they were). "late":
    nothing more is waited for. As far as the job's row tells: a recording that got its result
    meanwhile is progress, too.
    """
    patience = timedelta(seconds=policy.stuck_after_seconds)
    if job.state == "collecting":
        if job.last_round_at is not None:
            return "late" if now - job.last_round_at > patience else "last round"
        since = job.collecting_at
        if since is not None and now - since > timedelta(seconds=policy.give_up_seconds):
            return "last round"
    elif now - (job.submitted_at or job.changed_at) > timedelta(seconds=policy.submitted_seconds):
        return "late"
    return "stuck" if is_silent(job, policy, now) else "fresh"


def is_silent(job: Job, policy: Policy, now: datetime) -> bool:
    """Whether nothing was heard of it for too long, however long it stands there altogether."""
    return now - job.changed_at >= timedelta(seconds=policy.stuck_after_seconds)


def is_being_collected(job: Job, policy: Policy, now: datetime) -> bool:
    """Whether somebody is at it, so that one more hint changes nothing."""
    if job.state != "collecting":
        return False
    stands = standing(job, policy, now)
    return stands == "fresh" or (stands == "last round" and job.last_round_at is not None)
