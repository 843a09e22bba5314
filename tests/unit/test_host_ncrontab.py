"""Schedules: a table of cases, and laws that hold for any expression."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.host.ncrontab import Cron, parse_schedule, parse_time_span

START = datetime(2026, 3, 13, 10, 20, 30, tzinfo=UTC)  # a Friday


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("* * * * * *", "2026-03-13T10:20:31"),
        ("0 * * * * *", "2026-03-13T10:21:00"),
        ("* * * * *", "2026-03-13T10:21:00"),
        ("*/15 * * * * *", "2026-03-13T10:20:45"),
        ("30 20 10 * * *", "2026-03-14T10:20:30"),
        ("0 0 */6 * * *", "2026-03-13T12:00:00"),
        ("0 5/20 * * * *", "2026-03-13T10:25:00"),
        ("0 0 9-17/4 * * *", "2026-03-13T13:00:00"),
        ("0 0 0 1 * *", "2026-04-01T00:00:00"),
        ("0 0 0 31 * *", "2026-03-31T00:00:00"),
        ("0 0 0 29 2 *", "2028-02-29T00:00:00"),
        ("0 30 9 * Jan Mon", "2027-01-04T09:30:00"),
        ("0 0 8 * * sunday", "2026-03-15T08:00:00"),
        ("0 0 8 * * 0", "2026-03-15T08:00:00"),
        ("0 0 8 * * Mon-Fri", "2026-03-16T08:00:00"),
        ("0 0 0 13 * 5", "2026-11-13T00:00:00"),
        ("0 0,30 10 * * *", "2026-03-13T10:30:00"),
        ("00:05:00", "2026-03-13T10:25:30"),
        ("1.00:00:00", "2026-03-14T10:20:30"),
    ],
)
def test_the_next_occurrence_is(text: str, expected: str) -> None:
    assert parse_schedule(text).next_after(START) == datetime.fromisoformat(expected + "+00:00")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("* * *", "5 or 6 fields"),
        ("60 * * * * *", "second: 60 is not within 0 to 59"),
        ("0 * * * * 7", "day of week: 7 is not within 0 to 6"),
        ("0 * * 0 * *", "day of month: 0 is not within 1 to 31"),
        ("0 * * * foo *", "month: 'foo' is not a value"),
        ("0 */0 * * * *", "minute: the step in '*/0'"),
        ("0 30-10 * * * *", "runs backwards"),
        ("0 0 0 30 2 *", "no day matches"),
        ("00:00:00", "longer than zero"),
        ("25:00:00", "hours to 23"),
        ("", "5 or 6 fields"),
    ],
)
def test_a_wrong_schedule_says_what_is_wrong(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem.replace("*", r"\*")):
        parse_schedule(text)


def test_a_repeated_hour_runs_once_and_a_skipped_hour_runs_late() -> None:
    berlin = parse_schedule("0 30 2 * * *", ZoneInfo("Europe/Berlin"))
    autumn = datetime(2026, 10, 24, 22, tzinfo=UTC)
    first = berlin.next_after(autumn)
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert berlin.next_after(first) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)
    spring = berlin.next_after(datetime(2026, 3, 28, 22, tzinfo=UTC))
    assert spring == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_time_span_is_read_with_its_days() -> None:
    assert parse_time_span("2.03:04:05") == timedelta(days=2, hours=3, minutes=4, seconds=5)


def fields(low: int, high: int) -> st.SearchStrategy[str]:
    value = st.integers(low, high)
    span = st.tuples(value, value).map(lambda pair: f"{min(pair)}-{max(pair)}")
    step = st.tuples(st.one_of(st.just("*"), span), st.integers(1, high)).map(
        lambda pair: f"{pair[0]}/{pair[1]}"
    )
    part = st.one_of(st.just("*"), value.map(str), span, step)
    return st.lists(part, min_size=1, max_size=3).map(",".join)


expressions = st.tuples(
    fields(0, 59), fields(0, 59), fields(0, 23), fields(1, 28), fields(1, 12), fields(0, 6)
).map(" ".join)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))


def is_due(cron: Cron, moment: datetime) -> bool:
    return cron.matches_day(moment.date()) and moment.time() in cron.times


@pytest.mark.long
@given(expressions, moments)
def test_the_next_occurrence_is_later_and_due_and_none_lies_between(
    text: str, moment: datetime
) -> None:
    cron = parse_schedule(text)
    assert isinstance(cron, Cron)
    following = cron.next_after(moment)
    assert following > moment
    assert is_due(cron, following)
    whole = moment.replace(microsecond=0)
    last = min(following - timedelta(seconds=1), whole + timedelta(seconds=600))
    seconds = int((last - whole).total_seconds())
    assert not any(is_due(cron, whole + timedelta(seconds=s)) for s in range(1, seconds + 1))


@pytest.mark.long
@given(expressions, moments)
def test_occurrences_do_not_depend_on_where_one_starts_to_look(text: str, moment: datetime) -> None:
    cron = parse_schedule(text)
    following = cron.next_after(moment)
    assert cron.next_after(following - timedelta(microseconds=1)) == following
