"""The timer listener: due times, a status that outlives the host, past-due runs, never two at once.

Semantics of TimerListener in azure-webjobs-sdk-extensions: a run missed while no host was up is
made up for once, at start; a failed run advances the status like any other.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from azure.core.exceptions import ResourceNotFoundError

from local.host.bindings import timer_input
from local.host.executor import Executor
from local.host.index import Function
from local.host.ncrontab import Schedule
from local.host.storage import HOST_CONTAINER, Storage
from local.host.waiting import happens

Clock = Callable[[], datetime]
# A clock that was set, or a machine that slept, is noticed after this long at most.
_LONGEST_SLEEP_SECONDS = 15.0
_UNMONITORED = timedelta(minutes=1)


@dataclass(frozen=True)
class Status:
    """The last and the next occurrence, as they stood when it was written."""

    last: datetime | None
    next: datetime
    updated: datetime

    def as_json(self) -> dict[str, str]:
        """ISO 8601, as in the real host's status blob."""
        never = datetime.min.replace(tzinfo=UTC)
        return {
            "Last": (self.last or never).isoformat(),
            "Next": self.next.isoformat(),
            "LastUpdated": self.updated.isoformat(),
        }


class StatusStore:
    """One blob per timer."""

    def __init__(self, storage: Storage, connection: str, host_id: str) -> None:
        self._storage = storage
        self._container = storage.blobs(connection).get_container_client(HOST_CONTAINER)
        self._prefix = f"timers/{host_id}"

    async def read(self, function: Function) -> Status | None:
        """None when there is none yet, or none that can be read."""
        try:
            text = await self._storage.call(self._read, f"{self._prefix}/{function.full_name}")
            value = {name: datetime.fromisoformat(text) for name, text in json.loads(text).items()}
            last = None if value["Last"].year == 1 else value["Last"]
            return Status(last, value["Next"], value["LastUpdated"])
        except (ResourceNotFoundError, ValueError, KeyError):
            return None

    async def write(self, function: Function, status: Status) -> None:
        """Replace the status."""
        blob = self._container.get_blob_client(f"{self._prefix}/{function.full_name}/status")
        text = json.dumps(status.as_json())
        await self._storage.call(blob.upload_blob, text, overwrite=True)

    def _read(self, name: str) -> str:
        return self._container.get_blob_client(f"{name}/status").download_blob().readall().decode()


def is_monitored(function: Function, schedule: Schedule, now: datetime) -> bool:
    """Whether runs missed while the host was down are made up for: not under a minute."""
    if str(function.trigger.attributes.get("useMonitor", True)).lower() == "false":
        return False
    following = schedule.next_after(now)
    return schedule.next_after(following) - following >= _UNMONITORED


def is_current(status: Status, schedule: Schedule) -> bool:
    """Whether a status was written under this schedule: a changed one starts afresh."""
    return status.next == schedule.next_after(status.last or status.updated)


class TimerListener:
    """Runs one timer function when it is due; its caller sees to it that only one host does."""

    def __init__(
        self, function: Function, schedule: Schedule, store: StatusStore, executor: Executor,
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        self._function = function
        self._schedule = schedule
        self._store = store
        self._executor = executor
        self._clock = clock

    async def run(self, ending: asyncio.Event) -> None:
        """Wait and run, until told to end; a run under way is finished."""
        now = self._clock()
        monitored = is_monitored(self._function, self._schedule, now)
        status = await self._store.read(self._function) if monitored else None
        if status is None or not is_current(status, self._schedule):
            status = self._after(now, last=None)
            if monitored:
                await self._store.write(self._function, status)
        if status.next < now:
            status = await self._occur(status, base=now, past_due=True, monitored=monitored)
        elif str(self._function.trigger.attributes.get("runOnStartup")).lower() == "true":
            status = await self._occur(status, base=now, past_due=False, monitored=monitored)
        while await self._due(status.next, ending):
            base = max(self._clock(), status.next)  # the clock may have been set back
            status = await self._occur(status, base=base, past_due=False, monitored=monitored)

    async def run_now(self) -> None:
        """One run outside the schedule; the status stays as it is."""
        await self._execute(self._after(self._clock(), last=None).as_json(), past_due=False)

    async def _due(self, at: datetime, ending: asyncio.Event) -> bool:
        """Wait for a moment on the wall clock; False when the end came first."""
        while not ending.is_set():
            left = (at - self._clock()).total_seconds()
            if left <= 0:
                return True
            await happens(ending, min(left, _LONGEST_SLEEP_SECONDS))
        return False

    async def _occur(
        self, current: Status, *, base: datetime, past_due: bool, monitored: bool
    ) -> Status:
        """Run, then count on from `base`, or from the end of a run that outlasted its turn."""
        await self._execute(current.as_json(), past_due=past_due)
        following = self._after(base, last=base)
        if following.next <= self._clock():
            end = self._clock()
            following = self._after(end, last=end)
        if monitored:
            await self._store.write(self._function, following)
        return following

    async def _execute(self, status: Mapping[str, str], *, past_due: bool) -> None:
        await self._executor.execute(self._function, timer_input(past_due=past_due, status=status))

    def _after(self, moment: datetime, *, last: datetime | None) -> Status:
        return Status(last, self._schedule.next_after(moment), moment)
