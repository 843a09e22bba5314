"""What a person does with subscriptions: look, make, change, rotate the secret, delete."""

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
class SubscriptionDesk:
    """All of it raises `SubscriptionMissing` for an id that there is not, `SubscriptionRefused` for
    what may not be asked for, and `StoreConflict` where somebody else changes it. `profiles` are
    the names of those that there are."""

    subscriptions: Subscriptions
    confidences: Confidences
    receivers: Receivers
    sender: Sender
    profiles: Sequence[str]
    new_id: Callable[[], str]
    new_secret: Callable[[], str]
    clock: Clock

    def all(self) -> list[Subscription]:
        """The oldest first."""
        there = [s for s in self.subscriptions.all() if s.state != "deleted"]
        return sorted(there, key=lambda s: (s.created_at, s.id))

    def get(self, subscription_id: str) -> Subscription:
        """One that is not deleted."""
        there = self.subscriptions.get(subscription_id)
        if there is None or there.state == "deleted":
            raise SubscriptionMissing("there is no such subscription")
        return there

    def create(
        self,
        url: str,
        *,
        types: Iterable[str] = (),
        profiles: Iterable[str] = (),
        title: str = "",
        owner: str = "",
        is_bound: bool = False,
    ) -> Made:
        """Deliveries begin within half a minute. `is_bound`: nothing comes that is not of one of
        its profiles."""
        now, secret = self.clock.now(), self.new_secret()
        subscription = Subscription(
            id=f"sub-{self.new_id()}",
            origin=self._origin(url),
            title=_title(title),
            owner=owner,
            is_bound=is_bound,
            types=_types(types),
            profiles=self._known_profiles(profiles),
            created_at=now,
            changed_at=now,
        )
        if len(self.all()) >= MOST_SUBSCRIPTIONS:
            raise SubscriptionRefused("url", f"is one too many: there may be {MOST_SUBSCRIPTIONS}")
        content = Confidential(url=url, secrets=(SigningSecret(secret=secret),))
        self.confidences.put(subscription.id, content)
        self.subscriptions.insert(subscription)
        self.receivers.forget(subscription.id)
        event("subscription.created", subscription=subscription.id)
        return Made(self.get(subscription.id), secret)

    def change(
        self,
        subscription_id: str,
        *,
        url: str | None = None,
        types: Iterable[str] | None = None,
        profiles: Iterable[str] | None = None,
        title: str | None = None,
        active: bool | None = None,
    ) -> Subscription:
        """What is None stays as it is. A new address gets the same secret. `active` switches it off
        or on; what was stopped meanwhile is not sent by itself, a replay does that."""
        there, now = self.get(subscription_id), self.clock.now()
        after = msgspec.structs.replace(
            there,
            changed_at=now,
            origin=there.origin if url is None else self._origin(url),
            types=there.types if types is None else _types(types),
            profiles=there.profiles if profiles is None else self._known_profiles(profiles),
            title=there.title if title is None else _title(title),
        )
        if active is not None:
            after = switched(after, on=active, now=now)
        if url is not None:
            content = msgspec.structs.replace(self._content(subscription_id), url=url)
            self.confidences.put(subscription_id, content)
        self.subscriptions.save(after)
        self.receivers.forget(subscription_id)
        event("subscription.changed", subscription=subscription_id, state=after.state)
        return self.get(subscription_id)

    def rotate_secret(self, subscription_id: str, overlap: timedelta = OVERLAP) -> Made:
        """The secret until now signs too, until the overlap is over."""
        there = self.get(subscription_id)
        if not timedelta() <= overlap <= LONGEST_OVERLAP:
            raise SubscriptionRefused("overlap", "is out of range: give at most seven days")
        now, secret = self.clock.now(), self.new_secret()
        after = rotated(self._content(subscription_id), secret, now, overlap)
        # Of two who rotate at the same time one loses here, before anything is changed.
        self.subscriptions.save(msgspec.structs.replace(there, changed_at=now))
        self.confidences.put(subscription_id, after)
        self.receivers.forget(subscription_id)
        event("secret.rotated", subscription=subscription_id)
        return Made(self.get(subscription_id), secret)

    def delete(self, subscription_id: str) -> None:
        """No more is sent. The list of its deliveries goes with it, a while later."""
        there = self.get(subscription_id)
        self.subscriptions.save(deleted(there, self.clock.now()))
        self.confidences.remove(subscription_id)
        self.receivers.forget(subscription_id)
        event("subscription.deleted", subscription=subscription_id)

    def _content(self, subscription_id: str) -> Confidential:
        content = self.confidences.get(subscription_id)
        if content is None:
            raise SubscriptionMissing("there is no such subscription")
        return content

    def _origin(self, url: str) -> str:
        """What may be shown of an address that may be called."""
        try:
            return self.sender.read(url).origin
        except BadAddress as error:
            raise SubscriptionRefused("url", str(error)) from None

    def _known_profiles(self, profiles: Iterable[str]) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(profiles))
        if any(name not in self.profiles for name in found) or len(found) > MOST_PROFILES:
            known = ", ".join(self.profiles)
            raise SubscriptionRefused("profiles", f"names one that there is not; known: {known}")
        return found


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
