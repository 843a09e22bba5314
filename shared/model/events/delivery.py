"""Deliveries: an event on its way to one receiver, and what every attempt brought.

pending --2xx--> delivered
   |  \\--ten attempts--> failed      --replay--> pending
   +--nobody to call--> stopped
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, get_args

import msgspec

from shared.model.events.event import Event, EventType, key_of
from shared.model.state_machine import Steps, after_step

CALLBACKS = "callbacks"
"""The receiver, in the books, that stands for all addresses that batches brought along."""

# Standard Webhooks 1.0.0: before each of ten attempts, 75.6 hours in all.
SCHEDULE = tuple(
    timedelta(seconds=seconds)
    for seconds in (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
JITTER = 0.1
LONGEST_WAIT = SCHEDULE[-1]
MOST_ATTEMPTS_KEPT = 20
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)
MOST_IN_PARCEL = 99  # with the parcel itself they change in one transaction of 100 rows
DeliveryState = Literal["pending", "delivered", "failed", "stopped"]
_ANY: frozenset[DeliveryState] = frozenset(get_args(DeliveryState))
_PENDING: frozenset[DeliveryState] = frozenset({"pending"})
STEPS: Steps[DeliveryState] = {
    "put_in_line": (_ANY, "pending"),
    "tried_later": (_PENDING, "pending"),
    "delivered": (_PENDING, "delivered"),
    "failed": (_PENDING, "failed"),
    "stopped": (_PENDING, "stopped"),
}


class Attempt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`status` is None where no answer came; `problem` then says why. `answer` is the beginning
    of the body."""

    at: datetime
    ms: int
    status: int | None = None
    answer: str = ""
    problem: str = ""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One row. `receiver` is a subscription, or `CALLBACKS`; then `callback` is the id of the
    address. `body` is what is sent. `tries` counts the attempts since it was last put in line,
    `attempts` are the last ones ever. `version` is the row's ETag."""

    receiver: str
    event_id: str
    type: EventType
    at: datetime
    body: str
    parcel: str
    batch_id: str | None = None
    recording_id: str | None = None
    callback: str | None = None
    state: DeliveryState = "pending"
    tries: int = 0
    due_at: datetime | None = None
    attempts: tuple[Attempt, ...] = ()
    version: str = ""

    @property
    def key(self) -> str:
        key = key_of(self.event_id)
        assert key is not None
        return f"{key}{self.callback or ''}"

    @property
    def target(self) -> str:
        """Whoever shares it is behind the same address."""
        return self.callback or self.receiver


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """Deliveries to one receiver that are sent off together: those that name it, with keys from
    `first` to `last`. `handed_at` is when a message for it was sent last.

    With `replays` it is an order to put deliveries in line again: those between the two keys that
    are of `batch_id`, if that is set.
    """

    receiver: str
    id: str
    first: str
    last: str
    due_at: datetime
    handed_at: datetime
    replays: bool = False
    batch_id: str | None = None


class Result(NamedTuple):
    """What became of an attempt; None for a delivery to a receiver that is left alone for now."""

    attempt: Attempt | None
    retry_after: timedelta | None = None

    @property
    def succeeded(self) -> bool:
        status = self.attempt.status if self.attempt else None
        return status is not None and 200 <= status < 300

    @property
    def is_gone(self) -> bool:
        return self.attempt is not None and self.attempt.status == 410

    @property
    def shows_unwell(self) -> bool:
        """No answer, or one that says that the next event will fare no better."""
        if self.attempt is None:
            return False
        status = self.attempt.status
        return status is None or status == 429 or status >= 500


def delivery_of(event: Event, body: bytes, receiver: str, callback: str | None = None) -> Delivery:
    return Delivery(
        receiver=receiver,
        event_id=event.id,
        type=event.type,
        at=event.at,
        body=body.decode(),
        parcel="",
        batch_id=event.batch_id,
        recording_id=event.recording_id,
        callback=callback,
    )


def packed(deliveries: Sequence[Delivery], now: datetime) -> tuple[Parcel, list[Delivery]]:
    """Put at most `MOST_IN_PARCEL` deliveries to one receiver in line, as of now. The id follows
    from what is in it."""
    keys = sorted(delivery.key for delivery in deliveries)
    rounds = [str(len(delivery.attempts)) for delivery in deliveries]
    name = hashlib.sha256("\n".join(keys + rounds).encode()).hexdigest()[:24]
    parcel = Parcel(
        receiver=deliveries[0].receiver,
        id=name,
        first=keys[0],
        last=keys[-1],
        due_at=now,
        handed_at=now,
    )
    return parcel, [_to(row, "put_in_line", parcel=name, tries=0, due_at=now) for row in deliveries]


def delay(tries: int, chance: float) -> timedelta:
    """Until the next attempt after so many, longer or shorter by up to a tenth; `chance` is from
    0 to 1."""
    usual = SCHEDULE[min(tries, len(SCHEDULE) - 1)]
    return usual * (1 + JITTER * (2 * chance - 1))


def pause(streak: int) -> timedelta:
    """How long a receiver is left alone after it showed itself unwell so many times in a row."""
    return min(FIRST_PAUSE * int(2 ** min(streak - 1, 10)), LONGEST_PAUSE)


def after_attempt(there: Delivery, result: Result, wait: timedelta, now: datetime) -> Delivery:
    """The row after one attempt; `wait` is what the schedule says. What a receiver asks for is
    obeyed where it is longer, up to a day."""
    if result.attempt is None:
        return _to(there, "tried_later", due_at=now + wait)
    tries = there.tries + 1
    attempts = (*there.attempts, result.attempt)[-MOST_ATTEMPTS_KEPT:]
    row = msgspec.structs.replace(there, tries=tries, attempts=attempts, due_at=None)
    if result.succeeded:
        return _to(row, "delivered")
    if result.is_gone:
        return _to(row, "stopped")
    if tries >= len(SCHEDULE):
        return _to(row, "failed")
    asked = min(result.retry_after or timedelta(), LONGEST_WAIT)
    return _to(row, "tried_later", due_at=now + max(wait, asked))


def stopped(there: Delivery) -> Delivery:
    """Nobody is to be called any more."""
    return _to(there, "stopped", due_at=None)


def _to(row: Delivery, step: str, **changes: Any) -> Delivery:
    state = after_step(STEPS, step, row.state, f"delivery {row.key}")
    return msgspec.structs.replace(row, state=state, **changes)


def next_due_at(deliveries: Iterable[Delivery]) -> datetime | None:
    """None: none of them is in line."""
    return min((d.due_at for d in deliveries if d.due_at is not None), default=None)


def callback_id(url: str) -> str:
    """By which an address is known where it must not stand."""
    return hashlib.sha256(url.encode()).hexdigest()[:32]
