"""The deliveries of a parcel that are due are sent, side by side, and what came of it is noted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from shared.events.carry import CarryDelivery
from shared.events.pauses import Pauses
from shared.events.receivers import Receivers
from shared.messages import Deliver
from shared.model.events.delivery import (
    CALLBACKS,
    MOST_IN_PARCEL,
    Delivery,
    Parcel,
    next_due_at,
    packed,
)
from shared.ports.events import Deliveries, DeliveryFilter
from shared.ports.queue import Clock, Queue

EARLY = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class DeliverParcel:
    """Two reads and a transaction for a whole parcel, besides the calls themselves. Who dies
    between a call and the note of it calls again, with the same id. `chance` is from 0 to 1."""

    deliveries: Deliveries
    carry: CarryDelivery
    receivers: Receivers
    pauses: Pauses
    callers: Executor
    chance: Callable[[], float]
    queue: Queue
    clock: Clock

    def __call__(self, message: Deliver) -> None:
        now = self.clock.now()
        wait = self.pauses.left(message.receiver, now)
        if wait:
            self.queue.send(message, after=wait * (1 + self.chance() / 5))
            return
        parcel = self.deliveries.parcel(message.receiver, message.parcel_id)
        if parcel is None or parcel.due_at > now + EARLY:
            return  # it is done, or another message is due later
        if parcel.replays:
            self._put_in_line(parcel)
        else:
            self._deliver(parcel, now)

    def _put_in_line(self, order: Parcel) -> None:
        """Carry out an order to send deliveries again: as many as go into a parcel; what is left of
        the order goes on by another message."""
        wanted = DeliveryFilter(batch_id=order.batch_id)
        rows, more = self.deliveries.page(
            order.receiver, wanted, first=order.first, last=order.last, most=MOST_IN_PARCEL - 1
        )
        kept: list[Parcel] = []
        now = self.clock.now()
        if more is not None:
            kept.append(msgspec.structs.replace(order, first=more, due_at=now, handed_at=now))
        if rows:
            parcel, rows = packed(rows, now)
            kept.append(parcel)
        self.deliveries.save(rows, keep=kept, drop=None if more else order)
        for parcel in kept:
            self.queue.send(Deliver(receiver=parcel.receiver, parcel_id=parcel.id))

    def _deliver(self, parcel: Parcel, now: datetime) -> None:
        due: list[Delivery] = []
        later: list[Delivery] = []
        for row in self.deliveries.in_line(parcel):
            is_later = row.due_at is not None and row.due_at > now + EARLY
            (later if is_later else due).append(row)
        carried = list(self.callers.map(self.carry, due))
        self._note(parcel, [row for row, _ in carried], later)
        if parcel.receiver != CALLBACKS:
            results = [result for _, result in carried if result is not None]
            self.receivers.note(parcel.receiver, results)

    def _note(self, parcel: Parcel, sent: Sequence[Delivery], later: Sequence[Delivery]) -> None:
        due_at = next_due_at([*sent, *later])
        if due_at is None:
            self.deliveries.save(sent, drop=parcel)
            return
        now = self.clock.now()
        kept = msgspec.structs.replace(parcel, due_at=due_at, handed_at=now)
        self.deliveries.save(sent, keep=[kept])
        again = Deliver(receiver=parcel.receiver, parcel_id=parcel.id)
        self.queue.send(again, after=due_at - now)
