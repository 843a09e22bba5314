"""The guarantee beneath `announce` and `deliver`: what no message has moved is moved again, and
what is old is removed."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import msgspec

from shared.errors import DropscribeError, StoreConflict
from shared.events.audience import NOTED_AGE
from shared.log import event
from shared.messages import Announce, Deliver
from shared.model.batch.policy import Policy
from shared.model.events.delivery import CALLBACKS
from shared.ports.events import Deliveries, Outbox, OutboxNote, Subscriptions
from shared.ports.queue import Clock, Queue
from shared.ports.state import Diaries, Diary

PURGED_EVERY = timedelta(hours=1)
MOST_PURGED = 10_000
DIARY = "purge deliveries"


def sweep_events(
    *,
    outbox: Outbox,
    subscriptions: Subscriptions,
    deliveries: Deliveries,
    diaries: Diaries,
    queue: Queue,
    policy: Policy,
    clock: Clock,
) -> None:
    """Two queries, and one for each subscription; more only where something is left."""
    now = clock.now()
    patience = timedelta(seconds=policy.stuck_after_seconds)
    for note in outbox.noted():
        _announce_again(note, outbox, queue, now, patience)
    everybody = subscriptions.all()
    gone = [s.id for s in everybody if s.state == "deleted"]
    receivers = [CALLBACKS, *(s.id for s in everybody if s.state != "deleted")]
    for receiver in receivers:
        _deliver_again(receiver, deliveries, queue, now, patience)
    for receiver in gone:
        if deliveries.purge(receiver, None, MOST_PURGED):
            subscriptions.remove(receiver)
    _purge(receivers, deliveries, diaries, policy, now)


def _announce_again(
    note: OutboxNote, outbox: Outbox, queue: Queue, now: datetime, patience: timedelta
) -> None:
    """A note goes when nothing is left and nobody relies on it any more."""
    left = outbox.overdue(note.partition)
    overdue = [notice_id for notice_id, made_at in left if now - made_at >= patience]
    if overdue:
        event("notices.overdue", partition=note.partition, notices=len(overdue), level=30)
    for notice_id in overdue:
        queue.send(Announce(partition=note.partition, notice_id=notice_id))
    if not left and now - note.noted_at >= 2 * NOTED_AGE:
        with suppress(StoreConflict):
            outbox.forget(note)


def _deliver_again(
    receiver: str, deliveries: Deliveries, queue: Queue, now: datetime, patience: timedelta
) -> None:
    for parcel in deliveries.parcels(receiver):
        if now - max(parcel.due_at, parcel.handed_at) < patience:
            continue
        event("parcel.overdue", receiver=receiver, level=30)
        deliveries.put_parcel(msgspec.structs.replace(parcel, handed_at=now))
        queue.send(Deliver(receiver=receiver, parcel_id=parcel.id))


def _purge(
    receivers: list[str], deliveries: Deliveries, diaries: Diaries, policy: Policy, now: datetime
) -> None:
    """Once an hour, and again at once where there was more than goes in one go."""
    diary = diaries.get(DIARY)
    if diary is not None and now - diary.done_at < PURGED_EVERY:
        return
    before = now - timedelta(days=policy.deliveries_days)
    done = [deliveries.purge(receiver, before, MOST_PURGED) for receiver in receivers]
    if all(done):
        version = diary.version if diary else ""
        with suppress(DropscribeError):
            diaries.save(Diary(name=DIARY, done_at=now, version=version))
