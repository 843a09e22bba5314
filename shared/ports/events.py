"""What telling others of events needs from the outside world. Adapters implement these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

import msgspec

from shared.model.address import Address
from shared.model.events.delivery import Delivery, DeliveryState, Parcel
from shared.model.events.notice import Notice
from shared.model.events.subscription import Confidential, Subscription


class OutboxNote(msgspec.Struct, frozen=True, kw_only=True):
    """In this partition there are, or were, notices. `version` is the row's ETag."""

    partition: str
    noted_at: datetime
    version: str = ""


class Outbox(Protocol):
    """Notices: news of rows, stored with them in their transaction, until they are passed on."""

    def note(self, partition: str, now: datetime) -> None:
        """Before the first notice: where the sweep is to look."""

    def noted(self) -> list[OutboxNote]:
        """Every note."""

    def forget(self, note: OutboxNote) -> None:
        """Raises `StoreConflict` if it was noted again meanwhile."""

    def get(self, partition: str, notice_id: str) -> Notice | None:
        """One notice."""

    def overdue(self, partition: str) -> list[tuple[str, datetime]]:
        """(id, when it was made) of every notice that is left there."""

    def remove(self, partition: str, notice_id: str) -> None:
        """No error when it is gone already."""


class Subscriptions(Protocol):
    """The rows of subscriptions; there are few."""

    def all(self) -> list[Subscription]:
        """Every one, the deleted too, in one query."""

    def get(self, subscription_id: str) -> Subscription | None:
        """One, the deleted too."""

    def insert(self, subscription: Subscription) -> None:
        """Raises `StoreConflict` if there is one of that id."""

    def save(self, subscription: Subscription, notice: Notice | None = None) -> None:
        """Replace. Raises `StoreConflict`."""

    def remove(self, subscription_id: str) -> None:
        """No error when it is gone already."""


class Confidences(Protocol):
    """What no table may hold of subscriptions, in a container that only the app reads."""

    def put(self, subscription_id: str, content: Confidential) -> None:
        """Store or replace."""

    def get(self, subscription_id: str) -> Confidential | None:
        """None: it was deleted."""

    def remove(self, subscription_id: str) -> None:
        """No error when it is gone already."""


class DeliveryFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which deliveries are listed. None lets all through; the times are of the events, the first
    included, the second not."""

    state: DeliveryState | None = None
    type: str | None = None
    batch_id: str | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None


class Deliveries(Protocol):
    """Deliveries and parcels, a partition for each receiver. They change in transactions of at
    most 99 deliveries and their parcel; rows carry their version."""

    def add(self, parcel: Parcel, deliveries: Sequence[Delivery]) -> bool:
        """Insert all. False: some of them are there already, and nothing was changed."""

    def known(self, receiver: str, first: str, last: str) -> set[str]:
        """The keys of the deliveries between these two, both included."""

    def parcel(self, receiver: str, parcel_id: str) -> Parcel | None:
        """One parcel."""

    def parcels(self, receiver: str) -> list[Parcel]:
        """Every parcel that is on its way."""

    def in_line(self, parcel: Parcel) -> list[Delivery]:
        """Its deliveries that are pending."""

    def put_parcel(self, parcel: Parcel) -> None:
        """Insert or replace, whatever was there."""

    def save(
        self,
        deliveries: Sequence[Delivery],
        *,
        keep: Iterable[Parcel] = (),
        drop: Parcel | None = None,
    ) -> None:
        """Replace deliveries of one receiver, insert or replace the parcels to `keep`, remove the
        one to `drop`, all or nothing. Raises `StoreConflict` if a delivery changed meanwhile, or
        if that parcel is gone; alone it may be."""

    def page(
        self,
        receiver: str,
        wanted: DeliveryFilter,
        *,
        first: str | None = None,
        last: str | None = None,
        most: int = 100,
    ) -> tuple[list[Delivery], str | None]:
        """The newest events first: at most `most` of them, with keys from `first` to `last`; and
        the `first` of the next page, None at the end."""

    def purge(self, receiver: str, before: datetime | None, most: int) -> bool:
        """Remove what is of events before then, or with None everything, in all at most `most`
        rows. Whether nothing of it is left."""


class Told(NamedTuple):
    """What a receiver answered when it was told, after so many milliseconds. `body` is the
    beginning of it, cleaned for showing."""

    status: int
    ms: int
    body: str
    headers: Mapping[str, str]


class NoAnswer(Exception):
    """None came; the message is a word or two, fit to be shown, and `ms` how long it took."""

    def __init__(self, problem: str, ms: int) -> None:
        self.problem, self.ms = problem, ms
        super().__init__(problem)


class Sender(Protocol):
    """Calls the addresses of receivers, which strangers gave us."""

    def read(self, url: str) -> Address:
        """The address in its parts, if it may be called as far as it shows by itself. Raises
        `BadAddress`."""

    def post(self, address: Address, headers: Mapping[str, str], body: bytes) -> Told:
        """One POST, without redirects, done within 15 seconds. Raises `NoAnswer`, also where the
        machine behind the name must not be called."""
