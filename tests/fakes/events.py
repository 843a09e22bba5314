"""The books of events in memory, and receivers that keep what they are sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

import msgspec

from shared.errors import StoreConflict
from shared.model.address import Address, read_address
from shared.model.events.delivery import Delivery, Parcel
from shared.model.events.event import key_at
from shared.model.events.notice import Notice
from shared.model.events.subscription import Confidential, Subscription
from shared.ports.events import DeliveryFilter, NoAnswer, OutboxNote, Told

MOST_IN_TRANSACTION = 100


class FakeOutbox:
    """`shared.event_ports.Outbox`. The stores post into `notices`, as into their partitions."""

    def __init__(self) -> None:
        self._versions = count(1)
        self.notices: dict[tuple[str, str], Notice] = {}
        self.notes: dict[str, OutboxNote] = {}

    def note(self, partition: str, now: datetime) -> None:
        version = f"o{next(self._versions)}"
        self.notes[partition] = OutboxNote(partition=partition, noted_at=now, version=version)

    def noted(self) -> list[OutboxNote]:
        return [self.notes[key] for key in sorted(self.notes)]

    def forget(self, note: OutboxNote) -> None:
        there = self.notes.get(note.partition)
        if there is not None and there.version != note.version:
            raise StoreConflict("forget note")
        self.notes.pop(note.partition, None)

    def get(self, partition: str, notice_id: str) -> Notice | None:
        return self.notices.get((partition, notice_id))

    def overdue(self, partition: str) -> list[tuple[str, datetime]]:
        return [
            (notice.id, notice.made_at)
            for key, notice in sorted(self.notices.items())
            if key[0] == partition
        ]

    def remove(self, partition: str, notice_id: str) -> None:
        self.notices.pop((partition, notice_id), None)


class FakeSubscriptions:
    """`shared.event_ports.Subscriptions`."""

    def __init__(self) -> None:
        self._versions = count(1)
        self.rows: dict[str, Subscription] = {}
        self.notices: dict[tuple[str, str], Notice] = {}

    def all(self) -> list[Subscription]:
        return [self.rows[key] for key in sorted(self.rows)]

    def get(self, subscription_id: str) -> Subscription | None:
        return self.rows.get(subscription_id)

    def insert(self, subscription: Subscription) -> None:
        if subscription.id in self.rows:
            raise StoreConflict("insert subscription")
        self._put(subscription)

    def save(self, subscription: Subscription, notice: Notice | None = None) -> None:
        there = self.rows.get(subscription.id)
        if there is None or there.version != subscription.version:
            raise StoreConflict("save subscription")
        self._put(subscription)
        if notice is not None:
            self.notices[notice.partition, notice.id] = notice

    def remove(self, subscription_id: str) -> None:
        self.rows.pop(subscription_id, None)

    def _put(self, subscription: Subscription) -> None:
        version = f"s{next(self._versions)}"
        self.rows[subscription.id] = msgspec.structs.replace(subscription, version=version)


class FakeConfidences:
    """`shared.event_ports.Confidences`."""

    def __init__(self) -> None:
        self.contents: dict[str, Confidential] = {}

    def put(self, subscription_id: str, content: Confidential) -> None:
        self.contents[subscription_id] = content

    def get(self, subscription_id: str) -> Confidential | None:
        return self.contents.get(subscription_id)

    def remove(self, subscription_id: str) -> None:
        self.contents.pop(subscription_id, None)


class FakeDeliveries:
    """`shared.event_ports.Deliveries`."""

    def __init__(self) -> None:
        self._versions = count(1)
        self.rows: dict[tuple[str, str], Delivery] = {}
        self.parcel_rows: dict[tuple[str, str], Parcel] = {}

    def add(self, parcel: Parcel, deliveries: Sequence[Delivery]) -> bool:
        self._check_size(len(deliveries) + 1)
        if any((row.receiver, row.key) in self.rows for row in deliveries):
            return False
        self.put_parcel(parcel)
        for row in deliveries:
            self._put(row)
        return True

    def known(self, receiver: str, first: str, last: str) -> set[str]:
        return {row.key for row in self._between(receiver, first, last)}

    def parcel(self, receiver: str, parcel_id: str) -> Parcel | None:
        return self.parcel_rows.get((receiver, parcel_id))

    def parcels(self, receiver: str) -> list[Parcel]:
        return [parcel for key, parcel in sorted(self.parcel_rows.items()) if key[0] == receiver]

    def in_line(self, parcel: Parcel) -> list[Delivery]:
        return [
            row
            for row in self._between(parcel.receiver, parcel.first, parcel.last)
            if row.parcel == parcel.id and row.state == "pending"
        ]

    def put_parcel(self, parcel: Parcel) -> None:
        self.parcel_rows[parcel.receiver, parcel.id] = parcel

    def save(
        self,
        deliveries: Sequence[Delivery],
        *,
        keep: Iterable[Parcel] = (),
        drop: Parcel | None = None,
    ) -> None:
        kept = list(keep)
        self._check_size(len(deliveries) + len(kept) + (drop is not None))
        if drop is not None and (deliveries or kept) and drop.id not in self._parcels_of(drop):
            raise StoreConflict("save deliveries")
        for row in deliveries:
            there = self.rows.get((row.receiver, row.key))
            if there is None or there.version != row.version:
                raise StoreConflict("save deliveries")
        for row in deliveries:
            self._put(row)
        for parcel in kept:
            self.put_parcel(parcel)
        if drop is not None:
            self.parcel_rows.pop((drop.receiver, drop.id), None)

    def page(
        self,
        receiver: str,
        wanted: DeliveryFilter,
        *,
        first: str | None = None,
        last: str | None = None,
        most: int = 100,
    ) -> tuple[list[Delivery], str | None]:
        begin = key_at(wanted.to_at) + "~" if wanted.to_at else ""
        end = key_at(wanted.from_at) + "~" if wanted.from_at else "~"
        names = ("state", "type", "batch_id")
        found = [
            row
            for row in self._between(receiver, max(begin, first or ""), min(end, last or "~"))
            if all(getattr(wanted, name) in (None, getattr(row, name)) for name in names)
        ]
        more = f"{found[most - 1].key}!" if len(found) > most else None
        return found[:most], more

    def purge(self, receiver: str, before: datetime | None, most: int) -> bool:
        oldest = "" if before is None else f"{key_at(before)}~"
        rows = [key for key in self.rows if key[0] == receiver and key[1] > oldest][:most]
        for key in rows:
            del self.rows[key]
        if before is None:
            for key in [key for key in self.parcel_rows if key[0] == receiver]:
                del self.parcel_rows[key]
        return len(rows) < most

    def _parcels_of(self, parcel: Parcel) -> set[str]:
        return {there.id for there in self.parcels(parcel.receiver)}

    def _between(self, receiver: str, first: str, last: str) -> list[Delivery]:
        return [
            row
            for key, row in sorted(self.rows.items())
            if key[0] == receiver and first <= key[1] <= last
        ]

    def _check_size(self, size: int) -> None:
        assert size <= MOST_IN_TRANSACTION, "a table takes 100 rows"

    def _put(self, row: Delivery) -> None:
        version = f"d{next(self._versions)}"
        self.rows[row.receiver, row.key] = msgspec.structs.replace(row, version=version)


@dataclass(frozen=True)
class Received:
    url: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        return msgspec.json.decode(self.body, type=dict[str, Any])


Behaviour = Callable[[], Told]


def answer(status: int, **headers: str) -> Behaviour:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda: Told(status, 5, "", named)


def silence() -> Told:
    raise NoAnswer("no answer in time", 15_000)


@dataclass
class FakeSender:
    """`shared.event_ports.Sender`. `behaviours` by address say what a receiver does; the last one
    goes on for ever. Without, it answers 204."""

    behaviours: dict[str, list[Behaviour]] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)

    def read(self, url: str) -> Address:
        return read_address(url)

    def post(self, address: Address, headers: Mapping[str, str], body: bytes) -> Told:
        url = address.origin + address.target
        self.calls[url] += 1
        planned = self.behaviours.get(url, [answer(204)])
        result = (planned.pop(0) if len(planned) > 1 else planned[0])()
        if 200 <= result.status < 300:
            self.received.append(Received(url, dict(headers), body))
        return result

    def events(self, url: str) -> list[dict[str, Any]]:
        return [received.event for received in self.received if received.url == url]
