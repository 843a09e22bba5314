"""Which endpoint takes a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from shared.model.endpoint.endpoint import EndpointState
from shared.model.job.active_job import ActiveJob
from shared.model.job.job import BULK, Job
from shared.model.job.job_key import may_go_to
from shared.model.policy import Policy
from shared.ports.provider import SpeechProvider


def choose_endpoint(
    job: Job,
    running: Sequence[ActiveJob],
    endpoints: Mapping[str, SpeechProvider],
    policy: Policy,
) -> str | None:
    """Of the endpoints that may do the job the one with the least audio outstanding that has room.
    One that did not take the job before comes last."""
    audio_ms = dict.fromkeys(
        (name for name, provider in endpoints.items() if may_go_to(job, name, provider.name)), 0
    )
    jobs = dict.fromkeys(audio_ms, 0)
    for entry in running:
        if entry.endpoint in jobs and entry.job_id != job.id:
            audio_ms[entry.endpoint] += entry.audio_ms
            jobs[entry.endpoint] += 1
    most = policy.room_for(job.waits_for, is_bulk=job.rank >= BULK)
    free = [name for name in jobs if jobs[name] < most]
    return min(free, key=lambda name: (name == job.endpoint, audio_ms[name], name), default=None)


def down(states: Mapping[str, EndpointState], now: datetime) -> dict[str, timedelta]:
    """The endpoints that are taken out, or closed to new jobs, and for how long yet."""
    untils = {
        name: [
            until_at
            for until_at in (state.down_until_at, state.closed_until_at)
            if until_at is not None and now < until_at
        ]
        for name, state in states.items()
    }
    return {name: max(found) - now for name, found in untils.items() if found}


def well(
    endpoints: Mapping[str, SpeechProvider], states: Mapping[str, EndpointState], now: datetime
) -> dict[str, SpeechProvider]:
    """The endpoints that take jobs."""
    out = down(states, now)
    return {name: provider for name, provider in endpoints.items() if name not in out}
