"""What a person does with deliveries: look at them, send them again, try whether they arrive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from shared.errors import SubscriptionMissing, SubscriptionRefused
from shared.events.announce import HandOver
from shared.events.subscriptions import SubscriptionDesk
from shared.log import event
from shared.messages import Deliver
from shared.model.events.delivery import CALLBACKS, Delivery, Parcel, delivery_of
from shared.model.events.event import body_of, key_at, key_of
from shared.model.events.happenings import of_test
from shared.ports.events import Deliveries, DeliveryFilter
from shared.ports.queue import Clock, Queue

LONGEST_PAGE = 1_000
COUNTED_PAGES = 10


class Replayed(NamedTuple):
    """How many deliveries are sent again; `is_more`: at least so many."""

    deliveries: int
    is_more: bool


@dataclass(frozen=True, kw_only=True)
class DeliveryDesk:
    """All of it raises `SubscriptionMissing` for an id that there is not. `CALLBACKS` as a receiver
    stands for the addresses that batches brought along. `source` is the name of this deployment in
    events."""

    subscriptions: SubscriptionDesk
    deliveries: Deliveries
    hand_over: HandOver
    queue: Queue
    new_id: Callable[[], str]
    clock: Clock
    source: str

    def page(
        self, receiver: str, wanted: DeliveryFilter, *, after: str | None = None, most: int = 100
    ) -> tuple[list[Delivery], str | None]:
        """The newest events first, and what to ask for the next page with."""
        self._must_exist(receiver)
        at_most = min(max(most, 1), LONGEST_PAGE)
        return self.deliveries.page(receiver, wanted, first=after, most=at_most)

    def one(self, receiver: str, event_id: str) -> Delivery:
        """With every attempt."""
        self._must_exist(receiver)
        key, any_ = key_of(event_id), DeliveryFilter()
        if key is not None:
            found, _ = self.deliveries.page(receiver, any_, first=key, last=f"{key}~", most=1)
            if found:
                return found[0]
        raise SubscriptionMissing("there is no such delivery")

    def replay(
        self,
        receiver: str,
        *,
        event_id: str | None = None,
        batch_id: str | None = None,
        from_at: datetime | None = None,
        to_at: datetime | None = None,
    ) -> Replayed:
        """Send again, under the same ids, whatever became of it: one event, those of a batch, or
        those of a time span, the first moment included. Carried out by messages. Raises
        `SubscriptionRefused` where nothing is named."""
        self._must_exist(receiver)
        if event_id is not None:
            key = self.one(receiver, event_id).key
            first, last = key[:37], f"{key[:37]}~"
        elif batch_id is not None or from_at is not None:
            first = f"{key_at(to_at)}~" if to_at else ""
            last = f"{key_at(from_at)}~" if from_at else "~"
        else:
            raise SubscriptionRefused("replay", "names nothing: give an event, batch or time")
        now = self.clock.now()
        order = Parcel(
            receiver=receiver,
            id=f"replay-{self.new_id()}",
            first=first,
            last=last,
            due_at=now,
            handed_at=now,
            replays=True,
            batch_id=batch_id,
        )
        self.deliveries.put_parcel(order)
        self.queue.send(Deliver(receiver=receiver, parcel_id=order.id))
        event("deliveries.replayed", receiver=receiver, batch=batch_id)
        return self._counted(receiver, DeliveryFilter(batch_id=batch_id), first, last)

    def _counted(
        self, receiver: str, wanted: DeliveryFilter, first: str | None, last: str
    ) -> Replayed:
        count = 0
        for _ in range(COUNTED_PAGES):
            found, first = self.deliveries.page(
                receiver, wanted, first=first or None, last=last, most=LONGEST_PAGE
            )
            count += len(found)
            if first is None:
                return Replayed(count, False)
        return Replayed(count, True)

    def send_test_event(self, subscription_id: str) -> str:
        """The id of an event that goes to this subscription alone, whatever its filters. Raises
        `SubscriptionRefused` for one that is switched off."""
        there = self.subscriptions.get(subscription_id)
        if there.state != "active":
            raise SubscriptionRefused("state", "is disabled: switch it on first")
        test = of_test(there, self.clock.now(), self.new_id())
        self.hand_over([delivery_of(test, body_of(test, self.source), subscription_id)])
        return test.id

    def _must_exist(self, receiver: str) -> None:
        if receiver != CALLBACKS:
            self.subscriptions.get(receiver)
