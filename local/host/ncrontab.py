"""Timer schedules: NCRONTAB expressions of five or six fields, and fixed intervals.

Semantics of the NCrontab library the real host uses: second, minute, hour, day of month, month, day
of week; five fields mean second 0; both day fields must match (and, not or); Sunday is 0; names of
months and days may be used. An interval is a .NET TimeSpan, `[days.]hh:mm:ss`.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import product
from typing import Protocol

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")

# The 29th of February on a given weekday comes back within 40 years, 1900 and 2100 apart.
_HORIZON_DAYS = 366 * 41
_SPAN = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?")


class Schedule(Protocol):
    """When a timer is due."""

    def next_after(self, moment: datetime) -> datetime:
        """The first occurrence strictly after an aware moment, in UTC."""
        ...


@dataclass(frozen=True)
class _Field:
    """One position of an expression: its name for messages, its bounds, the names it accepts."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()

    def values(self, text: str) -> tuple[int, ...]:
        """Every value the text stands for, sorted. Raises ValueError."""
        return tuple(sorted({value for part in text.split(",") for value in self._part(part)}))

    def _part(self, part: str) -> range:
        span, slash, step_text = part.partition("/")
        if slash and not (step_text.isdecimal() and int(step_text) > 0):
            raise ValueError(f"{self.name}: the step in {part!r} must be a positive number")
        step = int(step_text) if slash else 1
        if span == "*":
            return range(self.low, self.high + 1, step)
        first, dash, last = span.partition("-")
        start = self._value(first)
        # As in NCrontab, `5/10` runs from 5 to the end of the field.
        end = self._value(last) if dash else self.high if slash else start
        if end < start:
            raise ValueError(f"{self.name}: the range {span!r} runs backwards")
        return range(start, end + 1, step)

    def _value(self, text: str) -> int:
        if len(text) >= 3:  # `mon` and `monday` alike
            for position, name in enumerate(self.names):
                if name.startswith(text.lower()):
                    return self.low + position
        if not (text.isascii() and text.isdecimal()):
            raise ValueError(f"{self.name}: {text!r} is not a value")
        if not self.low <= int(text) <= self.high:
            raise ValueError(f"{self.name}: {text} is not within {self.low} to {self.high}")
        return int(text)


_FIELDS = (
    _Field("second", 0, 59),
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of week", 0, 6, _DAYS),
)


@dataclass(frozen=True)
class Cron:
    """A parsed expression, read in one time zone."""

    times: tuple[time, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    zone: tzinfo = UTC

    def next_after(self, moment: datetime) -> datetime:
        """As `Schedule.next_after`. Raises ValueError when no day ever matches."""
        local = moment.astimezone(self.zone).replace(tzinfo=None)
        while True:
            local = self._next_local(local)
            found = local.replace(tzinfo=self.zone).astimezone(UTC)
            if found > moment:  # not so in the hour that a change of clocks repeats
                return found

    def matches_day(self, day: date) -> bool:
        """Whether anything is due on this day: both day fields have to agree."""
        return (
            day.day in self.days
            and day.month in self.months
            and day.isoweekday() % 7 in self.weekdays
        )

    def _next_local(self, local: datetime) -> datetime:
        start = local.replace(microsecond=0) + timedelta(seconds=1)
        if self.matches_day(start.date()):
            later = bisect_left(self.times, start.time())
            if later < len(self.times):
                return datetime.combine(start, self.times[later])
        for ahead in range(1, _HORIZON_DAYS):
            day = start.date() + timedelta(days=ahead)
            if self.matches_day(day):
                return datetime.combine(day, self.times[0])
        raise ValueError("no day matches this schedule")


@dataclass(frozen=True)
class Interval:
    """A fixed time between runs, counted from the last one."""

    period: timedelta

    def next_after(self, moment: datetime) -> datetime:
        """As `Schedule.next_after`."""
        return moment.astimezone(UTC) + self.period


def parse_schedule(text: str, zone: tzinfo = UTC) -> Cron | Interval:
    """Read a schedule. Raises ValueError, saying which field is wrong and why."""
    parts = text.split()
    if len(parts) == 1 and ":" in text:
        return _interval(parse_time_span(text))
    if len(parts) not in (5, 6):
        raise ValueError(f"a schedule has 5 or 6 fields, not {len(parts)}")
    parts = ["0", *parts] if len(parts) == 5 else parts
    values = [field.values(part) for field, part in zip(_FIELDS, parts, strict=True)]
    seconds, minutes, hours, days, months, weekdays = values
    times = tuple(time(*moment) for moment in product(hours, minutes, seconds))
    cron = Cron(times, frozenset(days), frozenset(months), frozenset(weekdays), zone)
    cron.next_after(datetime(2000, 1, 1, tzinfo=UTC))  # refuses what can never happen
    return cron


def _interval(period: timedelta) -> Interval:
    if not period:
        raise ValueError("an interval must be longer than zero")
    return Interval(period)


def parse_time_span(text: str) -> timedelta:
    """Read `[days.]hh:mm[:ss]`. Raises ValueError."""
    found = _SPAN.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is not a time span of the form hh:mm:ss")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError(f"{text!r} is not a time span: hours to 23, minutes and seconds to 59")
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
