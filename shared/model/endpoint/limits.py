"""How many calls an endpoint may get, counted for all instances together.

A limit of N calls in S seconds holds for every stretch of S seconds, whenever it begins: calls
are counted by tenths of S, and what the last eleven hold together is never more than N. Create
calls may be limited further, by a ramp: few at first, and more with every window in which there
was work.
"""

from __future__ import annotations

from datetime import UTC, datetime
from math import ceil
from typing import NamedTuple

import msgspec

from shared.model.profile.capabilities import Capabilities, Ramp

TENTHS = 10
MOST_IN_HAND = 50  # of the limit of a provider that takes thousands
HANDFUL = 5  # calls that a process takes at a time, so that counting costs little
IDLE_WINDOWS = 4  # after so many without work a ramp begins anew


class Limit(NamedTuple):
    """So many calls in any stretch of so many seconds."""

    calls: int
    seconds: int

    @property
    def handful(self) -> int:
        return max(1, min(HANDFUL, self.calls // 10), min(MOST_IN_HAND, self.calls // 360))


class Limits(NamedTuple):
    """All that an endpoint's callers keep to."""

    calls: tuple[Limit, ...]
    ramp: Ramp | None = None
    calls_per_create: int = 1
    results_count: bool = False
    creates_only: bool = False


def limits_of(capabilities: Capabilities) -> Limits:
    """A tenth is left for people and programs that use the same resource."""
    pairs = [(capabilities.calls_per_window, capabilities.window_seconds)]
    pairs += capabilities.more_call_limits
    return Limits(
        calls=tuple(Limit(max(1, calls * 9 // 10), seconds) for calls, seconds in pairs),
        ramp=capabilities.ramp,
        calls_per_create=capabilities.calls_per_create,
        results_count=capabilities.results_count,
        creates_only=capabilities.answers_at_once,
    )


class Counted(msgspec.Struct, frozen=True):
    """Calls by tenths of a limit's seconds, the newest first; `tenth` numbers the newest."""

    tenth: int
    calls: tuple[int, ...] = (0,)


class Ramped(msgspec.Struct, frozen=True):
    """Create calls of the window that began at this second since 1970: taken, and at most."""

    began: int
    taken: int
    most: int


class Taken(NamedTuple):
    """What was taken, to be used until then; or how long to wait because there is too little."""

    counted: dict[int, Counted]
    ramped: Ramped | None
    calls: int
    creates: int
    until: datetime
    wait_seconds: int = 0


def take(
    counted: dict[int, Counted],
    ramped: Ramped | None,
    limits: Limits,
    now: datetime,
    *,
    calls: int,
    creates: int = 0,
    times: int = 1,
) -> Taken:
    """At least so many calls, and as many more as make `times` of that, or a handful, and are
    there. `counted` is by the seconds of each limit. A process whose clock lags counts its calls
    with the newest."""
    current = {
        limit.seconds: _move(counted.get(limit.seconds), limit, now) for limit in limits.calls
    }
    wanted = min([calls, *(limit.calls for limit in limits.calls)])
    room = min(limit.calls - sum(current[limit.seconds].calls) for limit in limits.calls)
    waits = [_wait(limit, current[limit.seconds], wanted, now) for limit in limits.calls]
    until = min(_end_of_tenth(limit, now) for limit in limits.calls)
    got_creates = 0
    if creates and limits.ramp is not None:
        ramped = _climb(ramped, limits.ramp, now)
        end = ramped.began + limits.ramp.seconds
        left = ramped.most - ramped.taken
        if left < creates:
            waits.append(max(1, ceil(end - now.timestamp())))
        got_creates = min(left, max(creates * times, min(HANDFUL, ramped.most // 10)))
        until = min(until, datetime.fromtimestamp(end, UTC))
        ramped = Ramped(ramped.began, ramped.taken + got_creates, ramped.most)
    got = min(room, max(wanted, calls * times, min(limit.handful for limit in limits.calls)))
    return Taken(
        {seconds: _add(there, got) for seconds, there in current.items()},
        ramped,
        calls=got,
        creates=got_creates,
        until=until,
        wait_seconds=max(waits),
    )


def _move(there: Counted | None, limit: Limit, now: datetime) -> Counted:
    tenth = _tenth(limit, now)
    passed = TENTHS + 1 if there is None else tenth - there.tenth
    if there is not None and -TENTHS <= passed <= 0:
        return there
    if there is not None and 0 < passed <= TENTHS:
        return Counted(tenth, ((0,) * passed + there.calls)[: TENTHS + 1])
    return Counted(tenth)  # all that was counted is over, or somebody's clock was far ahead


def _add(there: Counted, calls: int) -> Counted:
    return Counted(there.tenth, (there.calls[0] + calls, *there.calls[1:]))


def _wait(limit: Limit, there: Counted, wanted: int, now: datetime) -> int:
    """Seconds until so many calls have room, 0 if they have it now."""
    for tenths in range(TENTHS + 2):
        if sum(there.calls[: TENTHS + 1 - tenths]) + wanted <= limit.calls:
            break
    if not tenths:
        return 0
    due = (there.tenth + tenths) * limit.seconds / TENTHS
    return max(1, ceil(due - now.timestamp()))


def _tenth(limit: Limit, now: datetime) -> int:
    return int(now.timestamp() * 1000) * TENTHS // (limit.seconds * 1000)


def _end_of_tenth(limit: Limit, now: datetime) -> datetime:
    return datetime.fromtimestamp((_tenth(limit, now) + 1) * limit.seconds / TENTHS, UTC)


def _climb(there: Ramped | None, ramp: Ramp, now: datetime) -> Ramped:
    """The window that is open now. The first create call of a burst opens it."""
    second = int(now.timestamp())
    passed = IDLE_WINDOWS + 1 if there is None else (second - there.began) // ramp.seconds
    if there is None or passed > IDLE_WINDOWS or passed < -1:
        return Ramped(second, 0, ramp.first)
    if passed <= 0:
        return there
    most = min(ramp.most, ceil(there.most * ramp.growth)) if there.taken else there.most
    return Ramped(there.began + passed * ramp.seconds, 0, most)


def most_a_minute(calls: int) -> Limits:
    """Nine tenths of what the service allows, for others may call it, too."""
    return Limits((Limit(max(1, calls * 9 // 10), 60),))
