"""What all instances together know of a provider endpoint: how busy it is, and how well.

    well --failures--> down until a moment --that moment--> probed by one call --> well | down

Calls are counted in windows; a process takes a handful at a time, so that counting costs little.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

WINDOW = timedelta(seconds=10)
HANDFUL = 5  # calls that a process takes from the window at a time
FAILURES_UNTIL_DOWN = 3
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=10)
THROTTLED = "throttled"


class EndpointState(msgspec.Struct, frozen=True, kw_only=True):
    """One row. `taken` calls of the window that began at `window_at` are spoken for. `failures`
    counts calls in a row that showed the endpoint unwell, `pauses` how often it was down since
    it last was well. `version` is the row's ETag, "" for a row not yet stored."""

    name: str
    window_at: datetime | None = None
    taken: int = 0
    failures: int = 0
    pauses: int = 0
    down_until_at: datetime | None = None
    reason: str = ""
    version: str = ""

    def is_down(self, now: datetime) -> bool:
        return self.down_until_at is not None and now < self.down_until_at


def take(state: EndpointState, now: datetime, most: int) -> tuple[EndpointState, int]:
    """The state with a handful of calls taken from the window, and how many there were.

    A process whose clock lags, or that waited for its turn, may come with the moment of the
    window before; it takes from the one that is open, and never opens a used one again."""
    window_at = window(now)
    if state.window_at == window_at + WINDOW:
        window_at = state.window_at
    taken = state.taken if state.window_at == window_at else 0
    got = max(0, min(HANDFUL, most - taken))
    return msgspec.structs.replace(state, window_at=window_at, taken=taken + got), got


def seconds_to_next_window(now: datetime) -> int:
    """At least one."""
    return max(1, int((window(now) + WINDOW - now).total_seconds() + 0.999))


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
        pauses=min(state.pauses + 1, 10),
        down_until_at=max(state.down_until_at or now, now + pause),
        reason=reason,
    )


def throttled(state: EndpointState, now: datetime, seconds: int) -> EndpointState:
    """The endpoint asked everybody to wait. That is no failure, and no pause is added to it."""
    until_at = max(state.down_until_at or now, now + timedelta(seconds=seconds))
    return msgspec.structs.replace(state, down_until_at=until_at, reason=THROTTLED)


def well(state: EndpointState) -> EndpointState:
    """After a call that the endpoint answered as it should. What it asked of everybody, in the
    answer to another call, still holds."""
    if state.reason == THROTTLED:
        return msgspec.structs.replace(state, failures=0, pauses=0)
    return msgspec.structs.replace(state, failures=0, pauses=0, down_until_at=None, reason="")


def probing(
    state: EndpointState, now: datetime, first_pause: timedelta = FIRST_PAUSE
) -> EndpointState:
    """The pause is over: one caller may look, and the others wait for what it finds."""
    return msgspec.structs.replace(state, down_until_at=now + first_pause)


def window(now: datetime) -> datetime:
    """The start of the window that a moment falls into."""
    seconds = int(WINDOW.total_seconds())
    stamp = int(now.timestamp())
    return datetime.fromtimestamp(stamp - stamp % seconds, now.tzinfo)
