"""The deliveries of a parcel that are due are sent, side by side, and what came of it is noted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import msgspec

from shared.events.pauses import Pauses
from shared.events.receivers import Receivers, Target
from shared.log import event
from shared.messages import Deliver
from shared.model.address import BadAddress
from shared.model.events.delivery import (
    CALLBACKS,
    MOST_IN_PARCEL,
    Attempt,
    Delivery,
    Parcel,
    Result,
    after_attempt,
    delay,
    next_due_at,
    packed,
    stopped,
)
from shared.model.events.signature import signed_headers
from shared.ports.events import Answer, Deliveries, DeliveryFilter, NoAnswer, Sender
from shared.ports.queue import Clock, Queue

EARLY = timedelta(seconds=1)
_STRUCTURED, _PLAIN = "application/cloudevents+json; charset=utf-8", "application/json"


def deliver(
    message: Deliver,
    *,
    deliveries: Deliveries,
    receivers: Receivers,
    sender: Sender,
    pauses: Pauses,
    callers: Executor,
    chance: Callable[[], float],
    queue: Queue,
    clock: Clock,
) -> None:
    """Two reads and a transaction for a whole parcel, besides the calls themselves. Who dies
    between a call and the note of it calls again, with the same id."""
    now = clock.now()
    wait = pauses.left(message.receiver, now)
    if wait:
        queue.send(message, after=wait * (1 + chance() / 5))
        return
    parcel = deliveries.parcel(message.receiver, message.parcel_id)
    if parcel is None or parcel.due_at > now + EARLY:
        return  # it is done, or another message is due later
    if parcel.replays:
        _put_in_line(parcel, deliveries, queue, clock)
        return
    due: list[Delivery] = []
    later: list[Delivery] = []
    for row in deliveries.in_line(parcel):
        is_later = row.due_at is not None and row.due_at > now + EARLY
        (later if is_later else due).append(row)
    courier = _Courier(receivers, sender, pauses, chance, clock)
    sent = list(callers.map(courier.carry, due))
    _note(parcel, sent, later, deliveries, queue, clock)
    if message.receiver != CALLBACKS:
        receivers.note(message.receiver, courier.results)


def _note(
    parcel: Parcel,
    sent: Sequence[Delivery],
    later: Sequence[Delivery],
    deliveries: Deliveries,
    queue: Queue,
    clock: Clock,
) -> None:
    due_at = next_due_at([*sent, *later])
    if due_at is None:
        deliveries.save(sent, drop=parcel)
        return
    now = clock.now()
    kept = msgspec.structs.replace(parcel, due_at=due_at, handed_at=now)
    deliveries.save(sent, keep=[kept])
    queue.send(Deliver(receiver=parcel.receiver, parcel_id=parcel.id), after=due_at - now)


def _put_in_line(order: Parcel, deliveries: Deliveries, queue: Queue, clock: Clock) -> None:
    """As many as go into a parcel; what is left of the order goes on by another message."""
    wanted = DeliveryFilter(batch_id=order.batch_id)
    rows, more = deliveries.page(
        order.receiver, wanted, first=order.first, last=order.last, most=MOST_IN_PARCEL - 1
    )
    kept: list[Parcel] = []
    now = clock.now()
    if more is not None:
        kept.append(msgspec.structs.replace(order, first=more, due_at=now, handed_at=now))
    if rows:
        parcel, rows = packed(rows, now)
        kept.append(parcel)
    deliveries.save(rows, keep=kept, drop=None if more else order)
    for parcel in kept:
        queue.send(Deliver(receiver=parcel.receiver, parcel_id=parcel.id))


class _Courier:
    """Carries single deliveries, on several threads at once. Where one receiver shows itself
    unwell, it is not called again until its pause is over."""

    def __init__(
        self,
        receivers: Receivers,
        sender: Sender,
        pauses: Pauses,
        chance: Callable[[], float],
        clock: Clock,
    ) -> None:
        self._receivers, self._sender, self._pauses = receivers, sender, pauses
        self._chance, self._clock = chance, clock
        self.results: list[Result] = []

    def carry(self, row: Delivery) -> Delivery:
        """The row as it is afterwards."""
        target = self._receivers.target(row)
        if target is None:
            return stopped(row)
        wait = self._pauses.claim(row.target, self._clock.now())
        if wait:
            return after_attempt(row, Result(None), wait, self._clock.now())
        result = self._try(row, target)
        self.results.append(result)
        now = self._clock.now()
        if result.shows_unwell:
            self._pauses.unwell(row.target, now, result.retry_after)
        elif result.attempt is not None:
            self._pauses.well(row.target)
        after = after_attempt(row, result, delay(row.tries + 1, self._chance()), now)
        _log(after, result)
        return after

    def _try(self, row: Delivery, target: Target) -> Result:
        now, body = self._clock.now(), row.body.encode()
        try:
            address = self._sender.read(target.url)
        except BadAddress as error:
            return Result(Attempt(at=now, ms=0, problem=f"The address {error}."))
        headers = {
            "Content-Type": _PLAIN if address.wants_plain_json else _STRUCTURED,
            "User-Agent": "Dropscribe",
            **signed_headers(target.secrets, row.event_id, int(now.timestamp()), body),
        }
        try:
            answer = self._sender.post(address, headers, body)
        except NoAnswer as error:
            return Result(Attempt(at=now, ms=error.ms, problem=error.problem))
        attempt = Attempt(at=now, ms=answer.ms, status=answer.status, answer=answer.body)
        return Result(attempt, _retry_after(answer, now))


def _retry_after(answer: Answer, now: datetime) -> timedelta | None:
    """What a receiver that has too much to do asks for: seconds, or a date."""
    if answer.status not in (429, 503):
        return None
    asked = answer.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return timedelta(seconds=min(int(asked[:9]), 10**8))
    try:
        return max(parsedate_to_datetime(asked) - now, timedelta())
    except (ValueError, TypeError):
        return None


def _log(row: Delivery, result: Result) -> None:
    attempt = result.attempt
    event(
        "delivery.attempted",
        receiver=row.receiver,
        id=row.event_id,
        type=row.type,
        status=attempt.status if attempt else None,
        problem=attempt.problem if attempt else "",
        tries=row.tries,
        state=row.state,
        level=20 if result.succeeded else 30,
    )
