"""What a person does with subscriptions: look, make, change, rotate the secret, delete.

All of it raises `SubscriptionMissing` for an id that there is not, and `StoreConflict` where
somebody else changes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple, cast

import msgspec

from shared.errors import SubscriptionMissing, SubscriptionRefused
from shared.events.receivers import Receivers
from shared.log import event
from shared.model.address import BadAddress
from shared.model.events.event import EVENT_TYPES, EventType
from shared.model.events.subscription import (
    OVERLAP,
    Confidential,
    SigningSecret,
    Subscription,
    deleted,
    rotated,
    switched,
)
from shared.ports.events import Confidences, Sender, Subscriptions
from shared.ports.queue import Clock

MOST_TITLE, MOST_PROFILES = 200, 50
MOST_SUBSCRIPTIONS = 200
LONGEST_OVERLAP = timedelta(days=7)


class Made(NamedTuple):
    """A subscription and its signing secret, which is shown this once."""

    subscription: Subscription
    secret: str


@dataclass(frozen=True, kw_only=True)
class ListSubscriptions:
    """The oldest first."""

    subscriptions: Subscriptions

    def __call__(self) -> list[Subscription]:
        there = [s for s in self.subscriptions.all() if s.state != "deleted"]
        return sorted(there, key=lambda s: (s.created_at, s.id))


@dataclass(frozen=True, kw_only=True)
class GetSubscription:
    """One that is not deleted."""

    subscriptions: Subscriptions

    def __call__(self, subscription_id: str) -> Subscription:
        there = self.subscriptions.get(subscription_id)
        if there is None or there.state == "deleted":
            raise SubscriptionMissing("there is no such subscription")
        return there


@dataclass(frozen=True, kw_only=True)
class SubscriptionRecords:
    """What is kept of subscriptions: their rows, what no row may hold, and what this process has in
    memory of both."""

    subscriptions: Subscriptions
    confidences: Confidences
    receivers: Receivers
    all: ListSubscriptions
    get: GetSubscription

    def content(self, subscription_id: str) -> Confidential:
        """Raises `SubscriptionMissing`."""
        content = self.confidences.get(subscription_id)
        if content is None:
            raise SubscriptionMissing("there is no such subscription")
        return content


@dataclass(frozen=True, kw_only=True)
class CheckWishes:
    """What a person may ask for. Everything raises `SubscriptionRefused`."""

    sender: Sender
    profiles: Sequence[str]

    def origin(self, url: str) -> str:
        """What may be shown of an address that may be called."""
        try:
            return self.sender.read(url).origin
        except BadAddress as error:
            raise SubscriptionRefused("url", str(error)) from None

    def known_profiles(self, profiles: Iterable[str]) -> tuple[str, ...]:
        """Each of them once."""
        found = tuple(dict.fromkeys(profiles))
        if any(name not in self.profiles for name in found) or len(found) > MOST_PROFILES:
            known = ", ".join(self.profiles)
            raise SubscriptionRefused("profiles", f"names one that there is not; known: {known}")
        return found


@dataclass(frozen=True, kw_only=True)
class CreateSubscription:
    """Deliveries begin within half a minute. Raises `SubscriptionRefused`."""

    records: SubscriptionRecords
    check: CheckWishes
    new_id: Callable[[], str]
    new_secret: Callable[[], str]
    clock: Clock

    def __call__(
        self,
        url: str,
        *,
        types: Iterable[str] = (),
        profiles: Iterable[str] = (),
        title: str = "",
    ) -> Made:
        now, secret = self.clock.now(), self.new_secret()
        subscription = Subscription(
            id=f"sub-{self.new_id()}",
            origin=self.check.origin(url),
            title=_title(title),
            types=_types(types),
            profiles=self.check.known_profiles(profiles),
            created_at=now,
            changed_at=now,
        )
        self._must_have_room()
        content = Confidential(url=url, secrets=(SigningSecret(secret=secret),))
        self.records.confidences.put(subscription.id, content)
        self.records.subscriptions.insert(subscription)
        self.records.receivers.forget(subscription.id)
        event("subscription.created", subscription=subscription.id)
        return Made(self.records.get(subscription.id), secret)

    def _must_have_room(self) -> None:
        there = self.records.all()
        if len(there) >= MOST_SUBSCRIPTIONS:
            raise SubscriptionRefused("url", f"is one too many: there may be {MOST_SUBSCRIPTIONS}")


@dataclass(frozen=True, kw_only=True)
class ChangeSubscription:
    """What is None stays as it is. A new address gets the same secret. `active` switches it off or
    on; what was stopped meanwhile is not sent by itself, `ReplayDeliveries` does that. Raises
    `SubscriptionRefused`."""

    records: SubscriptionRecords
    check: CheckWishes
    clock: Clock

    def __call__(
        self,
        subscription_id: str,
        *,
        url: str | None = None,
        types: Iterable[str] | None = None,
        profiles: Iterable[str] | None = None,
        title: str | None = None,
        active: bool | None = None,
    ) -> Subscription:
        there, now = self.records.get(subscription_id), self.clock.now()
        after = msgspec.structs.replace(
            there,
            changed_at=now,
            origin=there.origin if url is None else self.check.origin(url),
            types=there.types if types is None else _types(types),
            profiles=there.profiles if profiles is None else self.check.known_profiles(profiles),
            title=there.title if title is None else _title(title),
        )
        if active is not None:
            after = switched(after, on=active, now=now)
        if url is not None:
            content = self.records.content(subscription_id)
            self.records.confidences.put(subscription_id, msgspec.structs.replace(content, url=url))
        self.records.subscriptions.save(after)
        self.records.receivers.forget(subscription_id)
        event("subscription.changed", subscription=subscription_id, state=after.state)
        return self.records.get(subscription_id)


@dataclass(frozen=True, kw_only=True)
class DeleteSubscription:
    """No more is sent. The list of its deliveries goes with it, a while later."""

    records: SubscriptionRecords
    clock: Clock

    def __call__(self, subscription_id: str) -> None:
        there = self.records.get(subscription_id)
        self.records.subscriptions.save(deleted(there, self.clock.now()))
        self.records.confidences.remove(subscription_id)
        self.records.receivers.forget(subscription_id)
        event("subscription.deleted", subscription=subscription_id)


@dataclass(frozen=True, kw_only=True)
class RotateSecret:
    """The secret until now signs too, until the overlap is over. Raises `SubscriptionRefused`."""

    records: SubscriptionRecords
    new_secret: Callable[[], str]
    clock: Clock

    def __call__(self, subscription_id: str, overlap: timedelta = OVERLAP) -> Made:
        there = self.records.get(subscription_id)
        if not timedelta() <= overlap <= LONGEST_OVERLAP:
            raise SubscriptionRefused("overlap", "is out of range: give at most seven days")
        now, secret = self.clock.now(), self.new_secret()
        after = rotated(self.records.content(subscription_id), secret, now, overlap)
        # Of two who rotate at the same time one loses here, before anything is changed.
        self.records.subscriptions.save(msgspec.structs.replace(there, changed_at=now))
        self.records.confidences.put(subscription_id, after)
        self.records.receivers.forget(subscription_id)
        event("secret.rotated", subscription=subscription_id)
        return Made(self.records.get(subscription_id), secret)


def _types(types: Iterable[str]) -> tuple[EventType, ...]:
    found = tuple(dict.fromkeys(types))
    if any(name not in EVENT_TYPES for name in found):
        known = ", ".join(EVENT_TYPES)
        raise SubscriptionRefused("types", f"names one that there is not; known: {known}")
    return cast("tuple[EventType, ...]", found)


def _title(title: str) -> str:
    if len(title) > MOST_TITLE:
        raise SubscriptionRefused("title", f"is longer than {MOST_TITLE} characters")
    return title
