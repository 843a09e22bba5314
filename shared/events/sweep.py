"""The guarantee beneath the messages of events: what none of them has moved is moved again, and
what is old is removed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from shared.errors import DropscribeError, StoreConflict
from shared.events.audience import NOTED_AGE
from shared.log import event
from shared.messages import Announce, Deliver
from shared.model.events.delivery import CALLBACKS
from shared.model.policy import Policy
from shared.ports.events import Deliveries, Outbox, OutboxNote, Subscriptions
from shared.ports.indices import Diaries, Diary
from shared.ports.queue import Clock, Queue

PURGED_EVERY = timedelta(hours=1)
MOST_PURGED = 10_000
DIARY = "purge deliveries"


@dataclass(frozen=True, kw_only=True)
class SweepEvents:
    """Two queries, and one for each subscription; more only where something is left."""

    outbox: Outbox
    subscriptions: Subscriptions
    deliveries: Deliveries
    diaries: Diaries
    queue: Queue
    policy: Policy
    clock: Clock

    def __call__(self) -> None:
        for note in self.outbox.noted():
            self._announce_again(note)
        everybody = self.subscriptions.all()
        gone = [s.id for s in everybody if s.state == "deleted"]
        receivers = [CALLBACKS, *(s.id for s in everybody if s.state != "deleted")]
        for receiver in receivers:
            self._deliver_again(receiver)
        for receiver in gone:
            if self.deliveries.purge(receiver, None, MOST_PURGED):
                self.subscriptions.remove(receiver)
        self._purge(receivers)

    def _announce_again(self, note: OutboxNote) -> None:
        """A note goes when nothing is left and nobody relies on it any more."""
        left, now = self.outbox.overdue(note.partition), self.clock.now()
        overdue = [notice_id for notice_id, made_at in left if now - made_at >= self._patience]
        if overdue:
            event("notices.overdue", partition=note.partition, notices=len(overdue), level=30)
        for notice_id in overdue:
            self.queue.send(Announce(partition=note.partition, notice_id=notice_id))
        if not left and now - note.noted_at >= 2 * NOTED_AGE:
            with suppress(StoreConflict):
                self.outbox.forget(note)

    def _deliver_again(self, receiver: str) -> None:
        for parcel in self.deliveries.parcels(receiver):
            now = self.clock.now()
            if now - max(parcel.due_at, parcel.handed_at) < self._patience:
                continue
            event("parcel.overdue", receiver=receiver, level=30)
            self.deliveries.put_parcel(msgspec.structs.replace(parcel, handed_at=now))
            self.queue.send(Deliver(receiver=receiver, parcel_id=parcel.id))

    def _purge(self, receivers: list[str]) -> None:
        """Once an hour, and again at once where there was more than goes in one go."""
        diary, now = self.diaries.get(DIARY), self.clock.now()
        if diary is not None and now - diary.done_at < PURGED_EVERY:
            return
        before = now - timedelta(days=self.policy.deliveries_days)
        done = [self.deliveries.purge(receiver, before, MOST_PURGED) for receiver in receivers]
        if all(done):
            version = diary.version if diary else ""
            with suppress(DropscribeError):
                self.diaries.save(Diary(name=DIARY, done_at=now, version=version))

    @property
    def _patience(self) -> timedelta:
        return timedelta(seconds=self.policy.stuck_after_seconds)
