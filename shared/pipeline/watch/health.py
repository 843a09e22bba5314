"""How the deployment is doing, in one look: storage, endpoints, what is left to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Literal

import msgspec

from shared.errors import StoreUnavailable
from shared.model.endpoint.endpoint import THROTTLED, EndpointState
from shared.ports.provider import SpeechProvider
from shared.ports.queue import Clock
from shared.ports.state import ActiveJobs, BatchStore, EndpointBook
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
    """`status` is "degraded" while an endpoint is out of order, "down" without storage; `version`
    is that of the release that runs.
    `oldest_seconds` is the age of the oldest batch that has work to do. The numbers are None where
    storage did not answer."""

    status: Literal["ok", "degraded", "down"]
    version: str
    storage: Literal["ok", "unavailable"]
    endpoints: tuple[EndpointHealth, ...]
    open_batches: int | None
    active_jobs: int | None
    oldest_seconds: int | None
    measured_at: datetime


class HealthCheck:
    """Three queries, at most once in ten seconds of a process."""

    def __init__(
        self,
        *,
        store: BatchStore,
        active: ActiveJobs,
        book: EndpointBook,
        endpoints: Mapping[str, SpeechProvider],
        clock: Clock,
    ) -> None:
        self._store, self._active, self._book = store, active, book
        self._providers = {name: provider.name for name, provider in endpoints.items()}
        self._clock = clock
        self._lock = Lock()
        self._last: Health | None = None

    def __call__(self) -> Health:
        with self._lock:
            now = self._clock.now()
            if self._last is None or now - self._last.measured_at >= KNOWN_FOR:
                self._last = self._measured(now)
            return self._last

    def _measured(self, now: datetime) -> Health:
        try:
            open_since = [note.created_at for note in self._store.open_batches()]
            jobs = [entry.endpoint for entry in self._active.all()]
            states = self._book.all()
        except StoreUnavailable:
            return Health(
                status="down",
                version=VERSION,
                storage="unavailable",
                endpoints=(),
                open_batches=None,
                active_jobs=None,
                oldest_seconds=None,
                measured_at=now,
            )
        endpoints = tuple(
            _endpoint(name, provider, states.get(name), jobs.count(name), now)
            for name, provider in sorted(self._providers.items())
        )
        is_degraded = any(e.status == "paused" and e.reason != THROTTLED for e in endpoints)
        oldest_at = min((at for at in open_since if at is not None), default=now)
        return Health(
            status="degraded" if is_degraded else "ok",
            version=VERSION,
            storage="ok",
            endpoints=endpoints,
            open_batches=len(open_since),
            active_jobs=len(jobs),
            oldest_seconds=max(int((now - oldest_at).total_seconds()), 0),
            measured_at=now,
        )


def _endpoint(
    name: str, provider: str, state: EndpointState | None, active_jobs: int, now: datetime
) -> EndpointHealth:
    if state is None or not state.is_down(now):
        return EndpointHealth(name=name, provider=provider, status="ok", active_jobs=active_jobs)
    return EndpointHealth(
        name=name,
        provider=provider,
        status="paused",
        active_jobs=active_jobs,
        reason=state.reason,
        until_at=state.down_until_at,
    )
