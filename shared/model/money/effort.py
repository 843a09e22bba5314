"""How much work something is for a provider: jobs, calls, and about how long.

The figures of a provider are what it documents, and are no promise: where it does not say how long
it takes, nobody guesses.
"""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

import msgspec

from shared.model.profile.capabilities import Capabilities
from shared.model.profile.options import Mode

CALLS_A_JOB = 4  # two questions, a list of results, a deletion


class Room(NamedTuple):
    """What a deployment has of a provider: so many endpoints, with so many jobs at once each."""

    endpoints: int
    jobs_at_once: int


class Effort(msgspec.Struct, frozen=True, kw_only=True):
    """`calls` are those of the provider's API. `usual_seconds` is about how long it takes from the
    first call on, if nobody else is ahead; `longest_seconds` how long a job may take in the
    provider's own words. Both are None where the provider does not say."""

    jobs: int
    calls: int
    usual_seconds: int | None = None
    longest_seconds: int | None = None


def effort(recordings: int, audio_ms: int, mode: Mode, limits: Capabilities, room: Room) -> Effort:
    """Of so many recordings of that length together."""
    after = 0 if mode in limits.in_mode else CALLS_A_JOB
    jobs, limits = ceil(recordings / limits.most_files(mode)), limits.of(mode)
    results = recordings if limits.results_count else 0
    calls = jobs * (limits.calls_per_create + after) + results
    pace = limits.pace.get(mode)
    if pace is None or not jobs:
        return Effort(jobs=jobs, calls=calls)
    at_once = max(room.endpoints, 1) * (pace.at_once or room.jobs_at_once)
    rounds = ceil(jobs / (max(room.endpoints, 1) * room.jobs_at_once))
    hearing = audio_ms / 1_000 * pace.share / min(at_once, recordings)
    usual = max(rounds * pace.start_seconds + hearing, _calling_seconds(calls, limits, room))
    return Effort(
        jobs=jobs,
        calls=calls,
        usual_seconds=round(usual),
        longest_seconds=pace.longest_seconds,
    )


def _calling_seconds(calls: int, limits: Capabilities, room: Room) -> float:
    """How long the calls alone take within the provider's limits."""
    windows = calls / (limits.calls_per_window * max(room.endpoints, 1))
    return max(windows - 1, 0.0) * limits.window_seconds
