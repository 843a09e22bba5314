"""How the deployment is doing, in one look: storage, endpoints, what is left to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Literal

import msgspec

from shared.errors import StoreUnavailable
from shared.model.endpoint.endpoint import THROTTLED, EndpointState
from shared.model.money.brakes import Held
from shared.pipeline.watch.brakes import ReadBrakes
from shared.pipeline.watch.profiles import ProfilesInForce, in_force
from shared.pipeline.watch.timers import LookAtTimers, TimerHealth
from shared.ports.ground import ProfilesFile, UseCase
from shared.ports.indices import EndpointBook
from shared.ports.queue import Clock
from shared.version import VERSION

KNOWN_FOR = timedelta(seconds=10)  # anybody may ask, as often as they like


class EndpointHealth(msgspec.Struct, frozen=True, kw_only=True):
    """`status` is "paused" while nothing is sent to it; `reason` says why, `until_at` how long."""

    name: str
    provider: str
    status: Literal["ok", "paused"]
    active_jobs: int
    reason: str = ""
    until_at: datetime | None = None


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """`status` is "degraded" while an endpoint is out of order, a timer silent or a file of
    profiles refused, "down" without storage; `version` is that of the release that runs,
    `functions` how many it has. `problems` is what is wrong with settings and profiles: while
    "down" nothing is done, and `storage` is not even asked; else the profiles of before are in
    force. `warnings` is what is odd about the settings and stops nothing. `held` is what people or
    ceilings hold back, which is no disorder. `oldest_seconds` is the age of the oldest batch that
    has work to do. The numbers are None where storage did not answer."""

    status: Literal["ok", "degraded", "down"]
    version: str
    storage: Literal["ok", "unavailable", "unknown"]
    endpoints: tuple[EndpointHealth, ...]
    open_batches: int | None
    active_jobs: int | None
    oldest_seconds: int | None
    measured_at: datetime
    held: tuple[Held, ...] = ()
    problems: tuple[str, ...] = ()
    timers: tuple[TimerHealth, ...] = ()
    warnings: tuple[str, ...] = ()
    functions: int | None = None
    profiles: ProfilesInForce | None = None


@dataclass(frozen=True, kw_only=True)
class MeasureHealth(UseCase):
    """Four queries, and a read for each timer. `endpoints` says whose each is, by its name."""

    book: EndpointBook
    endpoints: Mapping[str, str]
    read_brakes: ReadBrakes
    look_at_timers: LookAtTimers
    warnings: Sequence[str]
    profiles_file: ProfilesFile

    def __call__(self) -> Health:
        try:
            open_since = [note.created_at for note in self.store.open_batches()]
            jobs = [entry.endpoint for entry in self.active.all()]
            states = self.book.all()
            held = tuple(self.read_brakes())
            now = self.clock.now()
            oldest_at = min((at for at in open_since if at is not None), default=now)
            timers = self.look_at_timers(oldest_at)
        except StoreUnavailable:
            return _down(self.clock.now(), self.warnings)
        endpoints = tuple(
            _endpoint(name, provider, states.get(name), jobs.count(name), now)
            for name, provider in sorted(self.endpoints.items())
        )
        is_out = any(e.status == "paused" and e.reason != THROTTLED for e in endpoints) or any(
            timer.status == "silent" for timer in timers
        )
        return Health(
            status="degraded" if is_out or self.profiles_file.problems else "ok",
            version=VERSION,
            storage="ok",
            endpoints=endpoints,
            open_batches=len(open_since),
            active_jobs=len(jobs),
            oldest_seconds=max(int((now - oldest_at).total_seconds()), 0),
            measured_at=now,
            held=held,
            problems=self.profiles_file.problems,
            timers=timers,
            warnings=tuple(self.warnings),
            profiles=in_force(self.profiles_file),
        )


class HealthCheck:
    """Measures at most once in ten seconds of a process."""

    def __init__(self, measure: MeasureHealth, clock: Clock) -> None:
        self._measure, self._clock = measure, clock
        self._lock = Lock()
        self._last: Health | None = None

    def __call__(self) -> Health:
        with self._lock:
            now = self._clock.now()
            if self._last is None or now - self._last.measured_at >= KNOWN_FOR:
                self._last = self._measure()
            return self._last


def unreachable(now: datetime) -> Health:
    """Of a deployment whose storage does not even tell which profiles are in force."""
    return _down(now)


def misconfigured(problems: Sequence[str], now: datetime) -> Health:
    """Of a deployment that cannot even start to work."""
    return msgspec.structs.replace(_down(now), storage="unknown", problems=tuple(problems))


def _down(now: datetime, warnings: Sequence[str] = ()) -> Health:
    return Health(
        status="down",
        version=VERSION,
        storage="unavailable",
        endpoints=(),
        open_batches=None,
        active_jobs=None,
        oldest_seconds=None,
        measured_at=now,
        warnings=tuple(warnings),
    )


def _endpoint(
    name: str, provider: str, state: EndpointState | None, active_jobs: int, now: datetime
) -> EndpointHealth:
    trouble = None if state is None else state.trouble(now)
    if trouble is None:
        return EndpointHealth(name=name, provider=provider, status="ok", active_jobs=active_jobs)
    return EndpointHealth(
        name=name,
        provider=provider,
        status="paused",
        active_jobs=active_jobs,
        reason=trouble.reason,
        until_at=trouble.until_at,
    )
