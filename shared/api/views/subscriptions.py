"""Subscriptions and deliveries as the API shows them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from shared.api.fields import Moment, NextLink, about
from shared.api.views.links import Links
from shared.model.events.delivery import Attempt, Delivery, DeliveryState
from shared.model.events.event import EventType
from shared.model.events.subscription import Subscription


class SubscriptionView(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription. Its address may be a secret: only the origin of it is shown."""

    id: Annotated[str, about("Subscription id", "The id of the subscription")]
    origin: Annotated[str, about("Origin", "Scheme, host and port of where events go")]
    title: Annotated[str, about("Title", "What its maker calls it")]
    owner: Annotated[str, about("Owner", "Who made it; empty where nobody knows")]
    types: Annotated[tuple[EventType, ...], about("Types", "Which events; empty: all")]
    profiles: Annotated[tuple[str, ...], about("Profiles", "Of which profiles; empty: all")]
    state: Annotated[Literal["active", "disabled"], about("State", "Whether it is served")]
    reason: Annotated[str, about("Reason", "Why it is disabled")]
    created_at: Annotated[Moment, about("Created at", "When it was made")]
    changed_at: Annotated[Moment, about("Changed at", "When it last changed")]
    failing_since_at: Annotated[
        Moment | None, about("Failing since", "The first failure after the last success")
    ]
    links: Annotated[Links, about("Links", "Where to go from here")]


class SubscriptionMade(SubscriptionView, frozen=True, kw_only=True):
    """With the secret by which its deliveries are signed, which is shown this once."""

    secret: Annotated[str, about("Secret", "Signs the deliveries; it is not shown again")]


def subscription_view(there: Subscription, base: str) -> SubscriptionView:
    return SubscriptionView(**_subscription(there, base))


def subscription_made(there: Subscription, secret: str, base: str) -> SubscriptionMade:
    return SubscriptionMade(**_subscription(there, base), secret=secret)


def _subscription(there: Subscription, base: str) -> dict[str, Any]:
    names = [n for n in SubscriptionView.__struct_fields__ if n != "links"]
    links = Links(self=f"{base}/subscriptions/{there.id}")
    return {**{name: getattr(there, name) for name in names}, "links": links}


class SubscriptionList(msgspec.Struct, frozen=True, kw_only=True):
    """All of them."""

    value: Annotated[tuple[SubscriptionView, ...], about("Subscriptions", "The oldest first")]


class DeliveryView(msgspec.Struct, frozen=True, kw_only=True):
    """An event on its way to one receiver, with its last attempts."""

    event_id: Annotated[str, about("Event id", "The id of the event")]
    type: Annotated[EventType, about("Type", "What happened")]
    at: Annotated[Moment, about("At", "When it happened")]
    batch_id: Annotated[str | None, about("Batch id", "In which batch")]
    recording_id: Annotated[str | None, about("Recording id", "To which recording")]
    state: Annotated[DeliveryState, about("State", "How far it is")]
    due_at: Annotated[Moment | None, about("Due at", "When it is tried next")]
    attempts: Annotated[tuple[Attempt, ...], about("Attempts", "The last ones, with the answers")]


def delivery_view(there: Delivery) -> DeliveryView:
    return DeliveryView(**{n: getattr(there, n) for n in DeliveryView.__struct_fields__})


class DeliveryList(msgspec.Struct, frozen=True, kw_only=True):
    """A page. Without `nextLink` it is the last one."""

    value: Annotated[tuple[DeliveryView, ...], about("Deliveries", "The newest events first")]
    next_link: NextLink = msgspec.field(name="nextLink")


class EventsReplayed(msgspec.Struct, frozen=True, kw_only=True):
    """How much of what was asked for there is to send again."""

    deliveries: Annotated[int, about("Deliveries", "How many are sent again", ge=0)]
    is_more: Annotated[bool, about("Is more", "Whether there are more, which were not counted")]


class EventSent(msgspec.Struct, frozen=True, kw_only=True):
    """An event that was put in line."""

    event_id: Annotated[str, about("Event id", "The id of the event")]
