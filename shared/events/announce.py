"""The events of a notice are passed on: to each receiver its deliveries, a parcel at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shared.events.audience import Audience
from shared.messages import Announce, Deliver
from shared.model.events.delivery import (
    CALLBACKS,
    MOST_IN_PARCEL,
    Delivery,
    callback_id,
    delivery_of,
    packed,
)
from shared.model.events.event import Event, body_of
from shared.model.events.happenings import WHOLE_BATCH
from shared.ports.blobs import Requests
from shared.ports.events import Deliveries, Outbox
from shared.ports.queue import Clock, Queue
from shared.ports.state import BatchStore


def announce(
    message: Announce,
    *,
    audience: Audience,
    outbox: Outbox,
    deliveries: Deliveries,
    store: BatchStore,
    requests: Requests,
    queue: Queue,
    clock: Clock,
    source: str,
) -> None:
    """Safe to repeat: what is there already stays as it is. A transaction and a message for each
    receiver, then the notice goes."""
    notice = outbox.get(message.partition, message.notice_id)
    if notice is None:
        return
    events = notice.events
    bodies = {event.id: body_of(event, source) for event in events}
    for subscription in audience.all():
        wanted = [event for event in events if subscription.wants(event)]
        rows = [delivery_of(event, bodies[event.id], subscription.id) for event in wanted]
        hand_over(rows, deliveries=deliveries, queue=queue, clock=clock)
    called = [
        delivery_of(event, bodies[event.id], CALLBACKS, callback)
        for event in events
        if (callback := _callback(event, store, requests)) is not None
    ]
    hand_over(called, deliveries=deliveries, queue=queue, clock=clock)
    outbox.remove(notice.partition, notice.id)


def hand_over(
    rows: Sequence[Delivery], *, deliveries: Deliveries, queue: Queue, clock: Clock
) -> None:
    """Put deliveries to one receiver in line, unless they are, or were."""
    for part in _parts(rows):
        parcel, packed_rows = packed(part, clock.now())
        if not deliveries.add(parcel, packed_rows):
            known = deliveries.known(parcel.receiver, parcel.first, parcel.last)
            missing = [row for row in part if row.key not in known]
            if missing:
                parcel, packed_rows = packed(missing, clock.now())
                deliveries.add(parcel, packed_rows)
        queue.send(Deliver(receiver=parcel.receiver, parcel_id=parcel.id))


def _parts(rows: Sequence[Delivery]) -> Iterator[Sequence[Delivery]]:
    """In the order of their keys, so that a parcel lies close together."""
    ordered = sorted(rows, key=lambda row: row.key)
    for start in range(0, len(ordered), MOST_IN_PARCEL):
        yield ordered[start : start + MOST_IN_PARCEL]


def _callback(event: Event, store: BatchStore, requests: Requests) -> str | None:
    """The id of the address of the batch's own that is to hear of the event."""
    if event.callback != WHOLE_BATCH:
        return event.callback
    batch = store.batch(event.batch_id or "")
    if batch is None or batch.is_gone:
        return None
    url = requests.head(batch).callback_url
    if url is None:
        return None
    requests.put_callback(batch.id, url)
    return callback_id(url)
