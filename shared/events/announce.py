"""The events of a notice are passed on: to each receiver its deliveries, a parcel at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.events.audience import Audience
from shared.messages import Announce, Deliver
from shared.model.events.delivery import (
    CALLBACKS,
    MOST_IN_PARCEL,
    Delivery,
    Parcel,
    callback_id,
    delivery_of,
    packed,
)
from shared.model.events.event import Event, body_of
from shared.model.events.happenings import WHOLE_BATCH
from shared.ports.blobs import Requests
from shared.ports.events import Deliveries, Outbox
from shared.ports.queue import Clock, Queue
from shared.ports.state import Batches


@dataclass(frozen=True, kw_only=True)
class HandOver:
    """Put deliveries to one receiver in line, unless they are, or were."""

    deliveries: Deliveries
    queue: Queue
    clock: Clock

    def __call__(self, rows: Sequence[Delivery]) -> None:
        for part in _parts(rows):
            parcel = self._add(part)
            self.queue.send(Deliver(receiver=parcel.receiver, parcel_id=parcel.id))

    def _add(self, part: Sequence[Delivery]) -> Parcel:
        """The parcel that was added last, or that was there."""
        parcel, rows = packed(part, self.clock.now())
        if self.deliveries.add(parcel, rows):
            return parcel
        known = self.deliveries.known(parcel.receiver, parcel.first, parcel.last)
        missing = [row for row in part if row.key not in known]
        if missing:
            parcel, rows = packed(missing, self.clock.now())
            self.deliveries.add(parcel, rows)
        return parcel


@dataclass(frozen=True, kw_only=True)
class AnnounceEvents:
    """Safe to repeat: what is there already stays as it is. A transaction and a message for each
    receiver, then the notice goes. `source` is the name of this deployment in events."""

    audience: Audience
    outbox: Outbox
    hand_over: HandOver
    store: Batches
    requests: Requests
    source: str

    def __call__(self, message: Announce) -> None:
        notice = self.outbox.get(message.partition, message.notice_id)
        if notice is None:
            return
        bodies = {event.id: body_of(event, self.source) for event in notice.events}
        for subscription in self.audience.all():
            wanted = [event for event in notice.events if subscription.wants(event)]
            self.hand_over(
                [delivery_of(event, bodies[event.id], subscription.id) for event in wanted]
            )
        called = [
            delivery_of(event, bodies[event.id], CALLBACKS, callback)
            for event in notice.events
            if (callback := self._callback(event)) is not None
        ]
        self.hand_over(called)
        self.outbox.remove(notice.partition, notice.id)

    def _callback(self, event: Event) -> str | None:
        """The id of the address of the batch's own that is to hear of the event."""
        if event.callback != WHOLE_BATCH:
            return event.callback
        batch = self.store.batch(event.batch_id or "")
        if batch is None or batch.is_gone:
            return None
        url = self.requests.head(batch).callback_url
        if url is None:
            return None
        self.requests.put_callback(batch.id, url)
        return callback_id(url)


def _parts(rows: Sequence[Delivery]) -> Iterator[Sequence[Delivery]]:
    """In the order of their keys, so that a parcel lies close together."""
    ordered = sorted(rows, key=lambda row: row.key)
    for start in range(0, len(ordered), MOST_IN_PARCEL):
        yield ordered[start : start + MOST_IN_PARCEL]
