"""What a person does with subscriptions: make, change, test, rotate, look, send again, delete."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, cast

import msgspec

from shared.errors import SubscriptionMissing, SubscriptionRefused
from shared.events.announce import hand_over
from shared.events.receivers import Receivers
from shared.log import event
from shared.messages import Deliver
from shared.model.address import BadAddress
from shared.model.events.delivery import CALLBACKS, Delivery, Parcel, delivery_of
from shared.model.events.event import EVENT_TYPES, EventType, body_of, key_at, key_of
from shared.model.events.happenings import of_test
from shared.model.events.subscription import (
    OVERLAP,
    Confidential,
    SigningSecret,
    Subscription,
    rotated,
)
from shared.ports.events import Confidences, Deliveries, DeliveryFilter, Sender, Subscriptions
from shared.ports.queue import Clock, Queue

MOST_TITLE, MOST_PROFILES = 200, 50
MOST_SUBSCRIPTIONS = 200
LONGEST_OVERLAP = timedelta(days=7)


class Made(NamedTuple):
    """A subscription and its signing secret, which is shown this once."""

    subscription: Subscription
    secret: str


class Book:
    """The use-cases of subscriptions on their ports. All of them raise `SubscriptionMissing` for
    an id that there is not, and `StoreConflict` where somebody else changes it."""

    def __init__(
        self,
        *,
        subscriptions: Subscriptions,
        confidences: Confidences,
        deliveries: Deliveries,
        receivers: Receivers,
        sender: Sender,
        queue: Queue,
        clock: Clock,
        new_id: Callable[[], str],
        new_secret: Callable[[], str],
        profiles: Sequence[str],
        source: str,
    ) -> None:
        self._subscriptions, self._confidences = subscriptions, confidences
        self._deliveries, self._receivers, self._sender = deliveries, receivers, sender
        self._queue, self._clock = queue, clock
        self._new_id, self._new_secret = new_id, new_secret
        self._profiles, self._source = tuple(profiles), source

    def create(
        self,
        url: str,
        *,
        types: Iterable[str] = (),
        profiles: Iterable[str] = (),
        title: str = "",
    ) -> Made:
        """Deliveries begin within half a minute. Raises `SubscriptionRefused`."""
        now, secret = self._clock.now(), self._new_secret()
        subscription = Subscription(
            id=f"sub-{self._new_id()}",
            origin=self._origin(url),
            title=_title(title),
            types=_types(types),
            profiles=self._known_profiles(profiles),
            created_at=now,
            changed_at=now,
        )
        if len(self.all()) >= MOST_SUBSCRIPTIONS:
            raise SubscriptionRefused("url", f"is one too many: there may be {MOST_SUBSCRIPTIONS}")
        content = Confidential(url=url, secrets=(SigningSecret(secret=secret),))
        self._confidences.put(subscription.id, content)
        self._subscriptions.insert(subscription)
        self._receivers.forget(subscription.id)
        event("subscription.created", subscription=subscription.id)
        return Made(self.get(subscription.id), secret)

    def all(self) -> list[Subscription]:
        """The oldest first."""
        there = [s for s in self._subscriptions.all() if s.state != "deleted"]
        return sorted(there, key=lambda s: (s.created_at, s.id))

    def get(self, subscription_id: str) -> Subscription:
        there = self._subscriptions.get(subscription_id)
        if there is None or there.state == "deleted":
            raise SubscriptionMissing("there is no such subscription")
        return there

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
        """What is None stays as it is. A new address gets the same secret. `active` switches it
        off or on; what was stopped meanwhile is not sent by itself, `replay` does that. Raises
        `SubscriptionRefused`."""
        there = self.get(subscription_id)
        changes: dict[str, object] = {"changed_at": self._clock.now()}
        if url is not None:
            changes["origin"] = self._origin(url)
        if types is not None:
            changes["types"] = _types(types)
        if profiles is not None:
            changes["profiles"] = self._known_profiles(profiles)
        if title is not None:
            changes["title"] = _title(title)
        if active is not None:
            reason = "" if active else "It was switched off."
            changes |= {"state": "active" if active else "disabled", "reason": reason}
            changes |= {"failing_since_at": None}
        after = msgspec.structs.replace(there, **changes)
        if url is not None:
            content = msgspec.structs.replace(self._content(subscription_id), url=url)
            self._confidences.put(subscription_id, content)
        self._subscriptions.save(after)
        self._receivers.forget(subscription_id)
        event("subscription.changed", subscription=subscription_id, state=after.state)
        return self.get(subscription_id)

    def delete(self, subscription_id: str) -> None:
        """No more is sent. The list of its deliveries goes with it, a while later."""
        there = self.get(subscription_id)
        gone = msgspec.structs.replace(
            there, state="deleted", origin="", title="", changed_at=self._clock.now()
        )
        self._subscriptions.save(gone)
        self._confidences.remove(subscription_id)
        self._receivers.forget(subscription_id)
        event("subscription.deleted", subscription=subscription_id)

    def rotate_secret(self, subscription_id: str, overlap: timedelta = OVERLAP) -> Made:
        """The secret until now signs too, until the overlap is over. Raises
        `SubscriptionRefused`."""
        there = self.get(subscription_id)
        if not timedelta() <= overlap <= LONGEST_OVERLAP:
            raise SubscriptionRefused("overlap", "is out of range: give at most seven days")
        now, secret = self._clock.now(), self._new_secret()
        after = rotated(self._content(subscription_id), secret, now, overlap)
        # Of two who rotate at the same time one loses here, before anything is changed.
        self._subscriptions.save(msgspec.structs.replace(there, changed_at=now))
        self._confidences.put(subscription_id, after)
        self._receivers.forget(subscription_id)
        event("secret.rotated", subscription=subscription_id)
        return Made(self.get(subscription_id), secret)

    def send_test_event(self, subscription_id: str) -> str:
        """The id of an event that goes to this subscription alone, whatever its filters. Raises
        `SubscriptionRefused` for one that is switched off."""
        there = self.get(subscription_id)
        if there.state != "active":
            raise SubscriptionRefused("state", "is disabled: switch it on first")
        test = of_test(there, self._clock.now(), self._new_id())
        row = delivery_of(test, body_of(test, self._source), subscription_id)
        hand_over([row], deliveries=self._deliveries, queue=self._queue, clock=self._clock)
        return test.id

    def deliveries(
        self,
        receiver: str,
        wanted: DeliveryFilter,
        *,
        after: str | None = None,
        most: int = 100,
    ) -> tuple[list[Delivery], str | None]:
        """A page, the newest events first, and what to ask for the next one with. `CALLBACKS`
        stands for the addresses that batches brought along."""
        self._check(receiver)
        return self._deliveries.page(receiver, wanted, first=after, most=min(max(most, 1), 1_000))

    def delivery(self, receiver: str, event_id: str) -> Delivery:
        """One, with every attempt. Raises `SubscriptionMissing`."""
        self._check(receiver)
        key = key_of(event_id)
        found: list[Delivery] = []
        if key is not None:
            found, _ = self._deliveries.page(
                receiver, DeliveryFilter(), first=key, last=f"{key}~", most=1
            )
        if not found:
            raise SubscriptionMissing("there is no such delivery")
        return found[0]

    def replay(
        self,
        receiver: str,
        *,
        event_id: str | None = None,
        batch_id: str | None = None,
        from_at: datetime | None = None,
        to_at: datetime | None = None,
    ) -> None:
        """Send again, under the same ids, whatever became of it: one event, those of a batch, or
        those of a time span, the first moment included. Carried out by messages. Raises
        `SubscriptionMissing`, and `SubscriptionRefused` where nothing is named."""
        self._check(receiver)
        if event_id is not None:
            key = self.delivery(receiver, event_id).key
            first, last = key[:37], f"{key[:37]}~"
        elif batch_id is not None or from_at is not None:
            first = f"{key_at(to_at)}~" if to_at else ""
            last = f"{key_at(from_at)}~" if from_at else "~"
        else:
            raise SubscriptionRefused("replay", "names nothing: give an event, batch or time")
        now = self._clock.now()
        order = Parcel(
            receiver=receiver,
            id=f"replay-{self._new_id()}",
            first=first,
            last=last,
            due_at=now,
            handed_at=now,
            replays=True,
            batch_id=batch_id,
        )
        self._deliveries.put_parcel(order)
        self._queue.send(Deliver(receiver=receiver, parcel_id=order.id))
        event("deliveries.replayed", receiver=receiver, batch=batch_id)

    def _check(self, receiver: str) -> None:
        if receiver != CALLBACKS:
            self.get(receiver)

    def _origin(self, url: str) -> str:
        try:
            return self._sender.read(url).origin
        except BadAddress as error:
            raise SubscriptionRefused("url", str(error)) from None

    def _known_profiles(self, profiles: Iterable[str]) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(profiles))
        if any(name not in self._profiles for name in found) or len(found) > MOST_PROFILES:
            known = ", ".join(self._profiles)
            raise SubscriptionRefused("profiles", f"names one that there is not; known: {known}")
        return found

    def _content(self, subscription_id: str) -> Confidential:
        content = self._confidences.get(subscription_id)
        if content is None:
            raise SubscriptionMissing("there is no such subscription")
        return content


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
