"""What all instances together know of a provider endpoint: how busy it is, and how well.

well --failures--> down until a moment --that moment--> probed by one call --> well | down

Beside that it may be closed to new jobs, which are refused for what the app chose, while it answers
all else: what was sent is still collected.

open --refusal--> closed until a moment --that moment--> probed by one create call --> open | closed

A refusal in words that blame nobody we know is in doubt: it may be the job's, or meet every job.
Once two recordings in a row met it, the endpoint is closed, too; once it takes another job, it was
the job's own.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from shared.model.endpoint.limits import Counted, Ramped

FAILURES_UNTIL_DOWN = 3
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=10)
UNFUNDED_PAUSE = timedelta(minutes=15)  # longer than a job that was turned away waits at most
THROTTLED = "throttled"
UNFUNDED = "unfunded"
DOUBTS_UNTIL_CLOSED = 2
_MOST_DOUBLED = 10
_LATELY = timedelta(hours=1)


class Trouble(NamedTuple):
    """Why an endpoint is given no job, and until when that is known."""

    reason: str
    until_at: datetime


class EndpointState(msgspec.Struct, frozen=True, kw_only=True):
    """One row. `counted` are the calls that are spoken for, by the seconds of each limit, and
    `ramped` the create calls. `failures` counts calls in a row that showed the endpoint unwell,
    `pauses` how often it was down since it last was well, `down_since_at` when that began. Until
    `unfunded_until_at` nobody else need find out that its account is empty. `closings` is how often
    it was closed to new jobs since it last took one, `closed_since_at` when that began, and
    `closed_why` what it said. `doubted` are marks of jobs that it refused since then in words that
    blame nobody, the first few; `taken_at` is when it last took a job after such a refusal.
    `version` is the row's ETag, "" for a row not yet stored."""

    name: str
    counted: dict[int, Counted] = {}
    ramped: Ramped | None = None
    failures: int = 0
    pauses: int = 0
    down_until_at: datetime | None = None
    down_since_at: datetime | None = None
    unfunded_until_at: datetime | None = None
    reason: str = ""
    closings: int = 0
    closed_until_at: datetime | None = None
    closed_since_at: datetime | None = None
    closed_why: str = ""
    doubted: tuple[str, ...] = ()
    taken_at: datetime | None = None
    version: str = ""

    def is_down(self, now: datetime) -> bool:
        return self.down_until_at is not None and now < self.down_until_at

    def is_closed(self, now: datetime) -> bool:
        """To new jobs."""
        return self.closed_until_at is not None and now < self.closed_until_at

    def is_unfunded(self, now: datetime) -> bool:
        return self.unfunded_until_at is not None and now < self.unfunded_until_at

    def is_well(self, now: datetime) -> bool:
        """Neither taken out nor closed since it last did its work, nor without money lately."""
        lately = self.unfunded_until_at is not None and now < self.unfunded_until_at + _LATELY
        return not (self.pauses or self.closed_since_at or lately)

    def trouble(self, now: datetime) -> Trouble | None:
        """The worst there is; None: it takes jobs."""
        if self.down_until_at is not None and self.is_down(now):
            return Trouble(self.reason, self.down_until_at)
        if self.closed_until_at is not None and self.is_closed(now):
            return Trouble(self.closed_why, self.closed_until_at)
        if self.unfunded_until_at is not None and self.is_unfunded(now):
            return Trouble(UNFUNDED, self.unfunded_until_at)
        return None


def of_finder(name: str) -> str:
    """The name under which it is known how a finder is. No endpoint's holds a dot, and no mode is
    called so."""
    return f"{name}.finder"


def of_analyst(name: str, insight: str) -> str:
    """The same of a finder of that insight."""
    return f"{name}.{insight}"


def of_prompter(name: str) -> str:
    """The same of a prompter."""
    return f"{name}.prompter"


def failed(
    state: EndpointState,
    now: datetime,
    reason: str,
    *,
    at_once: bool,
    is_probe: bool = False,
    first_pause: timedelta = FIRST_PAUSE,
) -> EndpointState:
    """After a call that showed the endpoint unwell. `at_once` takes it out without waiting for
    more of the same: a wrong key does not get better by itself. Calls that were under way when
    it was taken out add nothing to the pause; a probe that fails doubles it."""
    failures = state.failures + 1
    if state.is_down(now) and not is_probe:
        return msgspec.structs.replace(state, failures=failures)
    if not (at_once or failures >= FAILURES_UNTIL_DOWN or state.pauses):
        return msgspec.structs.replace(state, failures=failures, reason=reason)
    pause = min(first_pause * 2**state.pauses, LONGEST_PAUSE)
    return msgspec.structs.replace(
        state,
        failures=failures,
        pauses=min(state.pauses + 1, _MOST_DOUBLED),
        down_until_at=max(state.down_until_at or now, now + pause),
        down_since_at=state.down_since_at or now,
        reason=reason,
    )


def throttled(state: EndpointState, now: datetime, seconds: int) -> EndpointState:
    """The endpoint asked everybody to wait. That is no failure, and no pause is added to it.
    Create calls begin slowly again."""
    until_at = max(state.down_until_at or now, now + timedelta(seconds=seconds))
    return msgspec.structs.replace(state, down_until_at=until_at, reason=THROTTLED, ramped=None)


def well(state: EndpointState) -> EndpointState:
    """After a call that the endpoint answered as it should. What it asked of everybody, in the
    answer to another call, still holds."""
    state = msgspec.structs.replace(state, failures=0, pauses=0, down_since_at=None)
    if state.reason == THROTTLED:
        return state
    return msgspec.structs.replace(state, down_until_at=None, reason="")


def unfunded(state: EndpointState, now: datetime) -> EndpointState:
    """The account holds too little. The endpoint is well, and answers all else."""
    return msgspec.structs.replace(state, unfunded_until_at=now + UNFUNDED_PAUSE)


def probing(
    state: EndpointState, now: datetime, first_pause: timedelta = FIRST_PAUSE
) -> EndpointState:
    """The pause is over: one caller may look, and the others wait for what it finds."""
    return msgspec.structs.replace(state, down_until_at=now + first_pause)


def closed(
    state: EndpointState, now: datetime, why: str, *, is_probe: bool, first_pause: timedelta
) -> EndpointState:
    """After a create call that was refused for what the app chose. Calls that were under way when
    it was closed add nothing to the pause; a probe that is refused doubles it."""
    if state.is_closed(now) and not is_probe:
        return state
    pause = min(first_pause * 2**state.closings, LONGEST_PAUSE)
    return msgspec.structs.replace(
        state,
        closings=min(state.closings + 1, _MOST_DOUBLED),
        closed_until_at=now + pause,
        closed_since_at=state.closed_since_at or now,
        closed_why=why,
    )


def doubted(
    state: EndpointState,
    now: datetime,
    mark: str,
    why: str,
    first_pause: timedelta,
    *,
    is_several: bool,
) -> EndpointState:
    """After a create call that was refused in words that blame nobody; `is_several`: of several
    recordings, none of which may be to blame. The pause grows with time and not with the calls:
    each time other jobs are tried, which may show whose fault it is."""
    marks = tuple(dict.fromkeys((*state.doubted, mark)))[:DOUBTS_UNTIL_CLOSED]
    state = msgspec.structs.replace(state, doubted=marks)
    if len(marks) < DOUBTS_UNTIL_CLOSED and not is_several:
        return state
    since_at = state.closed_since_at or now
    pause = max(first_pause, min((now - since_at) / 4, LONGEST_PAUSE))
    return msgspec.structs.replace(
        state,
        closed_until_at=max(state.closed_until_at or now, now + pause),
        closed_since_at=since_at,
        closed_why=why,
    )


def opened(state: EndpointState, now: datetime) -> EndpointState:
    """After a create call that it took."""
    return msgspec.structs.replace(
        state,
        closings=0,
        closed_until_at=None,
        closed_since_at=None,
        closed_why="",
        doubted=(),
        taken_at=now if state.doubted else state.taken_at,
    )


def probing_for_jobs(
    state: EndpointState, now: datetime, first_pause: timedelta = FIRST_PAUSE
) -> EndpointState:
    """The same of one that is closed: one caller may try, and the others wait."""
    return msgspec.structs.replace(state, closed_until_at=now + first_pause)
