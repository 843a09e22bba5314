"""When the timers ran last, and whether they still do: on the platform all of them have been seen
to stop while queues, blob events and HTTP went on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from shared.errors import DropscribeError
from shared.model.ncrontab import longest_pause
from shared.ports.indices import Diaries
from shared.ports.queue import Clock

SLACK = timedelta(minutes=5)


class TimerHealth(msgspec.Struct, frozen=True, kw_only=True):
    """`last_at` is when it ran last, None where it never did. It is "silent" where it has not run
    for more than twice the longest pause of its schedule and five minutes."""

    name: str
    status: Literal["ok", "silent"]
    last_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class NoteRun:
    """One write. That it does not succeed is no reason to fail what ran."""

    diaries: Diaries
    clock: Clock

    def __call__(self, timer: str) -> None:
        with suppress(DropscribeError):
            self.diaries.note(_diary(timer), self.clock.now())


@dataclass(frozen=True, kw_only=True)
class LookAtTimers:
    """`schedules` are by the name of the timer. One read for each."""

    diaries: Diaries
    schedules: Mapping[str, str]
    clock: Clock

    def __call__(self, since_at: datetime) -> tuple[TimerHealth, ...]:
        """The deployment is known to have been there at `since_at`: a timer that never ran should
        have, if that is long ago."""
        last = {name: self._last(name) for name in self.schedules}
        since_at = min([since_at, *_known(last.values())])
        return tuple(self._judged(last, since_at))

    def _last(self, timer: str) -> datetime | None:
        diary = self.diaries.get(_diary(timer))
        return None if diary is None else diary.done_at

    def _judged(
        self, last: Mapping[str, datetime | None], since_at: datetime
    ) -> Iterator[TimerHealth]:
        for name, last_at in last.items():
            pause, quiet = longest_pause(self.schedules[name]), self.clock.now() - since_at
            if last_at is not None:
                quiet = self.clock.now() - last_at
            is_silent = pause is not None and quiet > 2 * pause + SLACK
            status: Literal["ok", "silent"] = "silent" if is_silent else "ok"
            yield TimerHealth(name=name, status=status, last_at=last_at)


def _known(times: Iterable[datetime | None]) -> list[datetime]:
    return [at for at in times if at is not None]


def _diary(timer: str) -> str:
    return f"timer {timer}"
