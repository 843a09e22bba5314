"""Brakes: what keeps work from being sent, although nothing is wrong with it.

A stop is asked for by a person; a ceiling is what a day may cost, or hold of audio, for the
deployment or for a profile. What is held waits, and goes on by itself once the brake is let go:
the next day, or when somebody says so. What was sent before is fetched all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import msgspec

from shared.model.job.job import Job
from shared.model.job.lane import without_lane

DEPLOYMENT = "deployment"
_MS_PER_HOUR = 3_600_000
Amount = Annotated[float, msgspec.Meta(gt=0, le=1_000_000_000)]
Why = Literal["stopped", "ceiling"]
Action = Literal["stop", "go_on", "lift_ceiling"]


class Ceiling(msgspec.Struct, frozen=True, kw_only=True):
    """Of a day, which begins at midnight UTC. None: there is none. `amount` is in the currency of
    the deployment."""

    amount: Amount | None = None
    hours: Amount | None = None

    @property
    def is_set(self) -> bool:
        return self.amount is not None or self.hours is not None


class Brake(msgspec.Struct, frozen=True, kw_only=True):
    """Of one `scope`: "deployment", "profile/<name>" or "endpoint/<name>". `stopped_at` is since
    when nothing of it is sent, `reason` what whoever stopped it said. `amount` and `audio_ms` are
    what was sent on `day`; `lifted_on` is the day on which its ceiling does not hold, `reached_on`
    the last one on which it held something back. `version` is the row's ETag, "" for a row not yet
    stored."""

    scope: str
    stopped_at: datetime | None = None
    reason: str = ""
    day: str = ""
    amount: float = 0.0
    audio_ms: int = 0
    lifted_on: str = ""
    reached_on: str = ""
    version: str = ""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What holds a scope back, and since or until when, as far as that is known."""

    scope: str
    why: Why
    reason: str = ""
    since_at: datetime | None = None
    until_at: datetime | None = None


def day_of(now: datetime) -> str:
    return now.astimezone(UTC).date().isoformat()


def next_day(now: datetime) -> datetime:
    """When it begins."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1)


def profile_scope(name: str) -> str:
    return f"profile/{name}"


def endpoint_scope(name: str) -> str:
    return f"endpoint/{name}"


def endpoint_scopes(name: str) -> tuple[str, ...]:
    """Those of it: who stops an endpoint stops what lanes have of it, too."""
    return tuple(dict.fromkeys((endpoint_scope(name), endpoint_scope(without_lane(name)))))


def scopes_of(job: Job) -> tuple[str, ...]:
    """Those whose ceilings the job counts for."""
    return (DEPLOYMENT, profile_scope(job.profile))


def is_stopped(job: Job, endpoint: str, stopped: Iterable[str]) -> bool:
    return not set(stopped).isdisjoint((*scopes_of(job), *endpoint_scopes(endpoint)))


def stopped(brakes: Iterable[Brake], always: Iterable[str] = ()) -> set[str]:
    """The scopes of which nothing is sent; `always` are those that a setting names."""
    return {brake.scope for brake in brakes if brake.stopped_at is not None} | set(always)


def today(brake: Brake, now: datetime) -> Brake:
    """With the counts of today."""
    if brake.day == day_of(now):
        return brake
    return msgspec.structs.replace(brake, day=day_of(now), amount=0.0, audio_ms=0)


def has_room(brake: Brake, ceiling: Ceiling, job: Job, now: datetime) -> bool:
    """Whether the job may be sent today. The first of a day may, whatever it costs: one that is
    dearer than a ceiling would wait for ever. A job without a price counts by its hours alone."""
    brake = today(brake, now)
    if brake.lifted_on == brake.day or not (brake.amount or brake.audio_ms):
        return True
    is_dear = ceiling.amount is not None and brake.amount + job.price > ceiling.amount
    hours = (brake.audio_ms + job.audio_ms) / _MS_PER_HOUR
    return not is_dear and not (ceiling.hours is not None and hours > ceiling.hours)


def counted(brake: Brake, job: Job, now: datetime) -> Brake:
    brake = today(brake, now)
    return msgspec.structs.replace(
        brake,
        amount=round(brake.amount + job.price, 6),
        audio_ms=brake.audio_ms + job.audio_ms,
    )


def held(
    brakes: Iterable[Brake], ceilings: Mapping[str, Ceiling], always: Iterable[str], now: datetime
) -> list[Held]:
    """What holds something back at the moment, by scope."""
    found = [Held(scope=scope, why="stopped", reason="By a setting.") for scope in set(always)]
    for brake in brakes:
        if brake.stopped_at is not None:
            stop = Held(
                scope=brake.scope, why="stopped", reason=brake.reason, since_at=brake.stopped_at
            )
            found.append(stop)
        is_reached = brake.reached_on == day_of(now) != brake.lifted_on
        if is_reached and brake.scope in ceilings:
            found.append(Held(scope=brake.scope, why="ceiling", until_at=next_day(now)))
    return sorted(found, key=lambda one: (one.scope, one.why))
