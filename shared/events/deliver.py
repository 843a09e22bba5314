"""The deliveries of a parcel that are due are sent, each receiver's within its share of calls, and
what came of it is noted."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from shared.events.carry import Carried, CarryDelivery
from shared.events.receivers import Receivers
from shared.events.shares import Shares
from shared.events.silent_receivers import Pauses
from shared.messages import Deliver
from shared.model.events.delivery import (
    CALLBACKS,
    MOST_IN_PARCEL,
    Delivery,
    Parcel,
    Result,
    after_attempt,
    next_due_at,
    packed,
)
from shared.ports.events import Deliveries, DeliveryFilter
from shared.ports.queue import Clock, Queue

EARLY = timedelta(seconds=1)
PATIENCE = timedelta(seconds=10)
"""So long a parcel is worked on; what is left of it waits for its next turn."""


class _Lane(NamedTuple):
    """One of the calls at a time that a receiver has: it takes what is left of `rows`."""

    target: str
    rows: deque[Delivery]
    began_at: datetime


@dataclass(frozen=True, kw_only=True)
class DeliverParcel:
    """Two reads and a transaction for a whole parcel, besides the calls themselves. Who dies
    between a call and the note of it calls again, with the same id. `chance` is from 0 to 1."""

    deliveries: Deliveries
    carry: CarryDelivery
    receivers: Receivers
    pauses: Pauses
    shares: Shares
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
        if self.shares.is_full(message.receiver):
            self.queue.send(message, after=self.shares.turn(message.receiver, now))
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
        lanes, waiting = self._lanes(due, now)
        try:
            carried = [each for found in self.callers.map(self._run, lanes) for each in found]
        finally:
            for lane in lanes:
                self.shares.give_back(lane.target)
        self._note(parcel, [*(row for row, _ in carried), *waiting], later)
        if parcel.receiver != CALLBACKS:
            results = [result for _, result in carried if result is not None]
            self.receivers.note(parcel.receiver, results)

    def _lanes(self, due: Sequence[Delivery], now: datetime) -> tuple[list[_Lane], list[Delivery]]:
        """And the rows of those that have their share."""
        by_target: dict[str, deque[Delivery]] = {}
        for row in due:
            by_target.setdefault(row.target, deque()).append(row)
        lanes: list[_Lane] = []
        waiting: list[Delivery] = []
        for target, rows in by_target.items():
            share = self.shares.take(target, len(rows))
            lanes += [_Lane(target, rows, now)] * share
            waiting += [] if share else self._put_off(target, rows)
        return lanes, waiting

    def _run(self, lane: _Lane) -> list[Carried]:
        """Several take from the same rows."""
        carried: list[Carried] = []
        while True:
            try:
                row = lane.rows.popleft()
            except IndexError:
                return carried
            carried.append(self._carried(lane, row))

    def _carried(self, lane: _Lane, row: Delivery) -> Carried:
        if self.clock.now() - lane.began_at >= PATIENCE:
            return Carried(self._put_off(lane.target, [row])[0])
        found = self.carry(row)
        if found.result is not None and found.result.attempt is not None:
            self.shares.note(lane.target, found.result.attempt.ms)
        return found

    def _put_off(self, target: str, rows: Iterable[Delivery]) -> list[Delivery]:
        """Till one moment, for they are in one parcel."""
        now = self.clock.now()
        wait = self.shares.turn(target, now)
        return [after_attempt(row, Result(None), wait, now) for row in rows]

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
