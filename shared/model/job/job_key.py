"""Which recordings may go in one job, and which jobs in one call."""

from __future__ import annotations

import hashlib

import msgspec

from shared.model.job.job import Job
from shared.model.job.lane import lane_at, without_lane
from shared.model.profile.profile import Profile
from shared.model.profile.spread import NOW


def job_key(profile: Profile, cohort: str) -> str:
    """Recordings with equal keys may share a job."""
    order = (profile.provider, profile.next_providers)
    shared: tuple[object, ...] = (
        profile.name,
        order,
        profile.mode,
        profile.options,
        profile.keep_provider_copy,
        cohort,
    )
    if profile.endpoints:  # else as before, so that jobs of a release before go on
        shared += (sorted(profile.endpoints),)
    if profile.priority != "normal":
        shared += (profile.priority,)
    if profile.send != NOW:
        shared += (profile.send,)
    return hashlib.sha256(msgspec.msgpack.encode(shared)).hexdigest()[:16]


def call_key(profile: Profile, cohort: str) -> str:
    """Jobs with equal keys may share a create call, whatever their profiles are called, and however
    long they waited for their turn."""
    return job_key(msgspec.structs.replace(profile, name="", send=NOW), cohort)


def may_go_to(job: Job, endpoint: str, provider: str) -> bool:
    """Whether this endpoint, which is the provider's, may do the job."""
    is_meant = not job.endpoints or without_lane(endpoint) in job.endpoints
    return is_meant and lane_at(endpoint, provider) == job.waits_for
