"""Events, deliveries and subscriptions as far as they are arithmetic."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events.silent_receivers import PROBE, Pauses
from shared.model.events.delivery import (
    SCHEDULE,
    Attempt,
    Result,
    after_attempt,
    delay,
    delivery_of,
    packed,
    pause,
)
from shared.model.events.event import MOST_BYTES, Event, body_of, event_id, key_at, key_of
from shared.model.events.subscription import (
    Confidential,
    SigningSecret,
    Subscription,
    after_attempts,
    deleted,
    rotated,
    switched,
)
from shared.model.state_machine import IllegalTransition

NOW = datetime(2026, 3, 2, 9, 0, 0, 123_456, tzinfo=UTC)
SECOND = timedelta(seconds=1)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))


def an_event(data: dict[str, Any] | None = None, at: datetime = NOW) -> Event:
    return Event(
        id=event_id("recording.failed", at, "b", "r"),
        type="recording.failed",
        at=at,
        subject="batches/b/items/r",
        data={"name": "a.wav", **(data or {})},
    )


def a_delivery() -> Any:
    _, [row] = packed([delivery_of(an_event(), b"{}", "sub-1")], NOW)
    return row


def answered(status: int | None, retry_after: timedelta | None = None) -> Result:
    return Result(Attempt(at=NOW, ms=1, status=status), retry_after)


def test_the_same_happening_has_the_same_id_and_another_has_another() -> None:
    ids = {
        event_id("recording.failed", NOW, "b", "r"),
        event_id("recording.failed", NOW, "b", "r"),
        event_id("recording.transcribed", NOW, "b", "r"),
        event_id("recording.failed", NOW + timedelta(microseconds=1), "b", "r"),
        event_id("recording.failed", NOW, "b", "s"),
        event_id("recording.failed", NOW, "br"),
    }
    assert len(ids) == 5


@given(moments, moments)
def test_keys_sort_the_newest_first_and_follow_from_the_id(one: datetime, other: datetime) -> None:
    keys = [key_of(event_id("t", at, "x")) for at in (one, other)]
    assert keys[0] is not None and keys[1] is not None
    if int(one.timestamp() * 1_000) < int(other.timestamp() * 1_000):
        assert keys[0] > keys[1]
        assert keys[0] > key_at(one) > keys[1]


@pytest.mark.parametrize("text", ["", "evt_", "evt_1", "x" * 41, "evt_" + "1" * 13 + "/" * 24])
def test_what_is_no_id_has_no_key(text: str) -> None:
    assert key_of(text) is None


def test_an_event_is_a_cloud_event() -> None:
    body = json.loads(body_of(an_event({"metadata": {"a": "ü"}}), "https://app.example"))
    assert body == {
        "specversion": "1.0",
        "id": an_event().id,
        "source": "https://app.example",
        "type": "recording.failed",
        "subject": "batches/b/items/r",
        "time": "2026-03-02T09:00:00.123Z",
        "datacontenttype": "application/json",
        "data": {"name": "a.wav", "metadata": {"a": "ü"}},
    }


metadata = st.dictionaries(st.text(max_size=20), st.text(max_size=200).map(lambda t: t * 40))


@given(metadata)
def test_an_event_is_never_larger_than_it_may_be(given_: dict[str, str]) -> None:
    body = body_of(an_event({"metadata": given_, "client_item_id": "1"}), "urn:x")
    assert len(body) <= MOST_BYTES
    data = json.loads(body)["data"]
    assert data["client_item_id"] == "1"
    assert data["metadata"].items() <= given_.items()
    assert ("note" in data) == (data["metadata"] != given_)


def test_the_longest_values_give_way_first() -> None:
    given_ = {"ticket": "4711", "dump": "x" * 15_000, "other": "y" * 6_000}
    data = json.loads(body_of(an_event({"metadata": given_}), "urn:x"))["data"]
    assert set(data["metadata"]) == {"ticket", "other"}


def test_the_schedule_is_that_of_the_standard() -> None:
    hours = sum(SCHEDULE, timedelta()).total_seconds() / 3600
    assert len(SCHEDULE) == 10 and round(hours, 1) == 75.6
    for tries in range(1, 10):
        shortest, longest = delay(tries, 0.0), delay(tries, 1.0)
        assert shortest == SCHEDULE[tries] * 0.9 and longest == SCHEDULE[tries] * 1.1


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_only_2xx_is_success(status: int) -> None:
    row = after_attempt(a_delivery(), answered(status), SECOND, NOW)
    assert (row.state, row.due_at, row.tries) == ("delivered", None, 1)


@pytest.mark.parametrize("status", [None, 100, 199, 301, 302, 307, 400, 404, 429, 500, 503])
def test_everything_else_is_tried_again_up_to_ten_times(status: int | None) -> None:
    row = a_delivery()
    for tries in range(1, 10):
        row = after_attempt(row, answered(status), SECOND, NOW)
        assert (row.state, row.due_at, row.tries) == ("pending", NOW + SECOND, tries)
    row = after_attempt(row, answered(status), SECOND, NOW)
    assert (row.state, row.due_at, len(row.attempts)) == ("failed", None, 10)


def test_410_stops_at_once() -> None:
    row = after_attempt(a_delivery(), answered(410), SECOND, NOW)
    assert (row.state, row.due_at) == ("stopped", None)


@pytest.mark.parametrize(("asked", "wait"), [(0, 10), (60, 60), (10**7, 86_400)])
def test_what_a_receiver_asks_for_is_obeyed_up_to_a_day(asked: int, wait: int) -> None:
    result = answered(429, timedelta(seconds=asked))
    row = after_attempt(a_delivery(), result, timedelta(seconds=10), NOW)
    assert row.due_at == NOW + timedelta(seconds=wait)


def test_a_receiver_that_is_left_alone_loses_no_attempt() -> None:
    row = after_attempt(a_delivery(), Result(None), SECOND, NOW)
    assert (row.tries, row.attempts, row.due_at) == (0, (), NOW + SECOND)


def test_pauses_grow_to_five_minutes() -> None:
    seconds = [int(pause(n).total_seconds()) for n in range(1, 10)]
    assert seconds == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    assert pause(10**6) == timedelta(minutes=5)


def test_after_a_pause_one_finds_out_and_the_others_wait() -> None:
    pauses = Pauses()
    assert pauses.claim("r", NOW) is None and pauses.claim("r", NOW) is None
    for _ in range(8):  # side by side
        pauses.unwell("r", NOW, None)
    assert pauses.left("r", NOW) == timedelta(seconds=5)
    later = NOW + timedelta(seconds=6)
    assert pauses.left("r", later) is None
    assert pauses.claim("r", later) is None
    assert pauses.claim("r", later) == PROBE
    pauses.unwell("r", later, None)
    assert pauses.left("r", later) == timedelta(seconds=10)
    pauses.well("r")
    assert pauses.claim("r", later) is None
    pauses.unwell("r", later, timedelta(hours=1))
    assert pauses.left("r", later) == timedelta(hours=1)


def a_subscription(**more: Any) -> Subscription:
    base = Subscription(id="s", origin="https://x", created_at=NOW, changed_at=NOW)
    return msgspec.structs.replace(base, **more)


def test_filters_let_through_what_they_name() -> None:
    event = msgspec.structs.replace(an_event(), profile="calls")
    assert a_subscription().wants(event)
    assert a_subscription(types=("recording.failed",), profiles=("calls",)).wants(event)
    assert not a_subscription(types=("batch.completed",)).wants(event)
    assert not a_subscription(profiles=("other",)).wants(event)
    assert a_subscription(profiles=("other",)).wants(an_event())  # it is of no profile
    assert not a_subscription(state="disabled").wants(event)


def test_five_days_without_success_disable_and_one_success_begins_anew() -> None:
    there = after_attempts(a_subscription(), NOW, succeeded=False, gone=False)
    assert there.failing_since_at == NOW
    almost = NOW + timedelta(days=5) - SECOND
    assert after_attempts(there, almost, succeeded=False, gone=False) is there
    assert after_attempts(there, almost, succeeded=True, gone=False).failing_since_at is None
    over = after_attempts(there, NOW + timedelta(days=5), succeeded=False, gone=False)
    assert over.state == "disabled" and "five days" in over.reason
    assert after_attempts(over, almost, succeeded=True, gone=False) is over
    well = a_subscription()
    assert after_attempts(well, NOW, succeeded=True, gone=False) is well
    assert after_attempts(well, NOW, succeeded=True, gone=True).state == "disabled"


def test_a_secret_that_is_replaced_signs_until_the_overlap_is_over() -> None:
    first = Confidential(url="u", secrets=(SigningSecret(secret="1"),))
    second = rotated(first, "2", NOW, timedelta(hours=1))
    assert second.signing(NOW) == ["2", "1"]
    assert second.signing(NOW + timedelta(hours=1)) == ["2"]
    third = rotated(second, "3", NOW + timedelta(minutes=1), timedelta(days=1))
    assert third.signing(NOW + timedelta(minutes=2)) == ["3", "2", "1"]
    assert third.signing(NOW + timedelta(hours=2)) == ["3", "2"]
    at_once = rotated(first, "2", NOW, timedelta())
    assert at_once.signing(NOW) == ["2"] and len(at_once.secrets) == 1
    many = first
    for n in range(10):
        many = rotated(many, str(n), NOW)
    assert len(many.secrets) == 4


def test_a_person_switches_a_subscription_off_and_on_and_how_it_did_is_forgotten() -> None:
    there = Subscription(
        id="sub-1", origin="https://x", created_at=NOW, changed_at=NOW, failing_since_at=NOW
    )
    off = switched(there, on=False, now=NOW + SECOND)
    assert (off.state, off.reason, off.changed_at) == (
        "disabled",
        "It was switched off.",
        NOW + SECOND,
    )
    on = switched(off, on=True, now=NOW + SECOND)
    assert (on.state, on.reason, on.failing_since_at) == ("active", "", None)


def test_of_a_deleted_subscription_nothing_is_said_and_it_does_not_come_back() -> None:
    there = Subscription(
        id="sub-1", origin="https://x", title="Ours", created_at=NOW, changed_at=NOW
    )
    gone = deleted(there, NOW + SECOND)
    assert (gone.state, gone.origin, gone.title) == ("deleted", "", "")
    for on in (True, False):
        with pytest.raises(IllegalTransition):
            switched(gone, on=on, now=NOW)
