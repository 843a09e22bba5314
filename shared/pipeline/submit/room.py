"""Where there is room for the jobs of a step, and how long to wait where there is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from shared.endpoints.choose import choose_endpoint
from shared.errors import EndpointDown, ProviderThrottled
from shared.model.job.active_job import ActiveJob
from shared.model.job.carrier import MOST_PARTS
from shared.model.job.job import Job
from shared.model.job.job_key import may_go_to
from shared.model.job.lane import answers_at_once
from shared.model.policy import Policy
from shared.model.profile.capabilities import Capabilities
from shared.ports.provider import Limited, SpeechProvider
from shared.ports.queue import Clock

AT_ONCE = 25
"""Create calls of one step at most."""
MOMENT = timedelta(seconds=1)
Endpoints = Mapping[str, SpeechProvider]


class Place(NamedTuple):
    """The endpoint that one create call goes to, and the jobs that share it."""

    jobs: tuple[Job, ...]
    endpoint: str

    @property
    def job(self) -> Job:
        """The one that has waited the longest."""
        return self.jobs[0]


def entry_of(job: Job, endpoint: str, since_at: datetime) -> ActiveJob:
    """For the index of active jobs."""
    return ActiveJob(
        job_id=job.id,
        batch_id=job.batch_id,
        endpoint=endpoint,
        audio_ms=job.audio_ms,
        since_at=since_at,
    )


def gathered(
    waiting: Sequence[Job], capabilities: Mapping[str, Capabilities]
) -> list[tuple[Job, ...]]:
    """Jobs that share a create call, in the order of the first of each: those of one kind, up to
    what a call takes. What would fit but stands behind another of its kind that does not stays
    behind it."""
    calls: list[list[Job]] = []
    open_of: dict[str, int] = {}
    for job in waiting:
        at = open_of.get(job.kind)
        if at is not None and job.kind and _has_room(calls[at], job, capabilities):
            calls[at].append(job)
        else:
            open_of[job.kind] = len(calls)
            calls.append([job])
    return [tuple(call) for call in calls]


def _has_room(call: Sequence[Job], job: Job, capabilities: Mapping[str, Capabilities]) -> bool:
    most = capabilities[job.provider].most_files(job.mode)
    return len(call) < MOST_PARTS and sum(one.recordings for one in call) + job.recordings <= most


def find_places(
    calls: Sequence[tuple[Job, ...]],
    running: Sequence[ActiveJob],
    endpoints: Endpoints,
    policy: Policy,
) -> list[Place]:
    """Where each goes, for as long as there is room. What may go to some endpoints only does not
    hold up what may go elsewhere."""
    running, places = list(running), list[Place]()
    full: set[tuple[int, tuple[str, ...]]] = set()
    for jobs in calls:
        if len(places) == AT_ONCE:
            break
        kind = (jobs[0].rank, jobs[0].endpoints)
        if kind in full:
            continue
        endpoint = choose_endpoint(jobs[0], running, endpoints, policy)
        if endpoint is None:
            full.add(kind)
            continue
        places.append(Place(jobs, endpoint))
        entry = entry_of(jobs[0], endpoint, jobs[0].changed_at)
        audio_ms = sum(job.audio_ms for job in jobs)
        running.append(msgspec.structs.replace(entry, audio_ms=audio_ms))
    return places


def reserve(
    places: Sequence[Place], endpoints: Endpoints, clock: Clock
) -> tuple[list[Place], dict[str, timedelta]]:
    """Those for which a create call is allowed now, and how long the endpoints want to be left
    alone that said so. In a lane whoever makes the call sees to that."""
    reserved: list[Place] = []
    pauses: dict[str, timedelta] = {}
    for endpoint, count in Counter(place.endpoint for place in places).items():
        try:
            lane = answers_at_once(endpoint)
            most = count if lane else _most_calls(endpoints[endpoint], count)
        except EndpointDown as error:
            pauses[endpoint] = error.until_at - clock.now()
        except ProviderThrottled as error:
            pauses[endpoint] = timedelta(seconds=error.retry_after_seconds or 1)
        else:
            reserved += [place for place in places if place.endpoint == endpoint][:most]
    return sorted(reserved, key=places.index), pauses


def crowded(
    mine: Sequence[ActiveJob], listed: Sequence[ActiveJob], provider: str, policy: Policy
) -> set[str]:
    """The ids of my jobs for which there is no room after all. Who lists jobs at the same moment
    saw the same room as we did; whoever looks again last sees both, and steps back."""
    ids = {entry.job_id for entry in mine}
    room = dict.fromkeys((entry.endpoint for entry in mine), policy.most_active_jobs(provider))
    for entry in listed:
        if entry.endpoint in room and entry.job_id not in ids:
            room[entry.endpoint] -= 1
    too_many = set()
    for entry in mine:
        room[entry.endpoint] -= 1
        if room[entry.endpoint] < 0:
            too_many.add(entry.job_id)
    return too_many


def outage(job: Job, endpoints: Endpoints, out: Mapping[str, timedelta]) -> timedelta | None:
    """How long yet none of its endpoints can take the job, where `out` are those that are taken
    out; None: one of them is only full."""
    mine = _endpoints_of(job, endpoints)
    if not mine or any(name not in out for name in mine):
        return None
    return min(out[name] for name in mine)


def shortest(pauses: Mapping[str, timedelta], job: Job, endpoints: Endpoints) -> timedelta:
    """Until the first of these endpoints may take more: one that is to be left alone for an hour
    does not keep the line from the others."""
    mine = _endpoints_of(job, endpoints)
    return min((pauses.get(name, MOMENT) for name in mine), default=MOMENT)


def _endpoints_of(job: Job, endpoints: Endpoints) -> list[str]:
    return [name for name, found in endpoints.items() if may_go_to(job, name, found.name)]


def _most_calls(provider: SpeechProvider, most: int) -> int:
    return provider.reserve(most) if isinstance(provider, Limited) else most
