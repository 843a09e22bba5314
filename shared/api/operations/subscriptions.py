"""Subscriptions to events: made, changed, tried, looked into, sent again, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.api.fields import BatchId, EventId, Key, Moment, Page, about
from shared.api.http import Response, answer
from shared.api.operation import Answer, Call, Operation, tagged
from shared.api.operations.batches import next_link
from shared.api.problems import Refused
from shared.api.rights import HEARS, SUBSCRIBES
from shared.api.views.subscriptions import (
    DeliveryList,
    DeliveryView,
    EventSent,
    EventsReplayed,
    SubscriptionList,
    SubscriptionMade,
    SubscriptionView,
    delivery_view,
    subscription_made,
    subscription_view,
)
from shared.errors import SubscriptionMissing
from shared.model.events.delivery import CALLBACKS, DeliveryState
from shared.model.events.event import EventType
from shared.ports.events import DeliveryFilter

LOCATION = {"Location": "The absolute address of it, where it is also deleted"}
Url = Annotated[
    str,
    Meta(
        title="Callback URL",
        min_length=1,
        max_length=2_048,
        description="Where events are sent; https, and no private address",
    ),
]
Title = Annotated[str, Meta(title="Title", max_length=200, description="What you call it")]
Types = Annotated[tuple[EventType, ...], about("Types", "Which events; none: all of them")]
Profiles = Annotated[
    tuple[str, ...],
    Meta(title="Profiles", max_length=50, description="Of which profiles; none: all of them"),
]


class NewSubscription(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    url: Url
    title: Title = ""
    types: Types = ()
    profiles: Profiles = ()


class SubscriptionChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    url: Url | None = None
    title: Title | None = None
    types: Types | None = None
    profiles: Profiles | None = None
    active: Annotated[bool | None, about("Active", "Switches it off, or on again")] = None


class Rotation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    overlap_hours: Annotated[
        int,
        about("Overlap", "How long the secret until now signs, too; 24 if left out", ge=0, le=168),
    ] = 24


class Replay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One event, the events of a batch, or those of a time span."""

    event_id: Annotated[EventId | None, about("Event id", "Only this one")] = None
    batch_id: Annotated[BatchId | None, about("Batch id", "Only those of this batch")] = None
    from_at: Annotated[Moment | None, about("From", "What happened then or later")] = None
    to_at: Annotated[Moment | None, about("To", "What happened before")] = None


class DeliveryQuery(msgspec.Struct, frozen=True, kw_only=True):
    state: Annotated[DeliveryState | None, about("State", "Only those in this state")] = None
    event_type: Annotated[EventType | None, about("Event type", "Only of this type")] = None
    batch_id: Annotated[BatchId | None, about("Batch id", "Only those of this batch")] = None
    from_at: Annotated[Moment | None, about("From", "Of what happened then or later")] = None
    to_at: Annotated[Moment | None, about("To", "Of what happened before")] = None
    limit: Page = 100
    after: Annotated[Key | None, about("After", "Taken from `nextLink`")] = None


def create(call: Call) -> Response:
    asked: NewSubscription = call.body
    made = call.app.subscriptions.create(
        asked.url,
        types=asked.types,
        profiles=within_bounds(call, asked.profiles),
        title=asked.title,
        owner=call.caller.id,
        is_bound=call.sight.profiles is not None,
    )
    view = subscription_made(made.subscription, made.secret, call.base)
    return answer(view, 201, {"Location": view.links.self})


def within_bounds(call: Call, profiles: Sequence[str]) -> Sequence[str]:
    """Of which profiles the caller may be told; where none are named, of all those. Raises
    `Refused`: no event is known by its container."""
    if any(grant.containers for grant in call.sight.grants) and not call.sight.is_whole:
        text = "Your role is bound to containers, by which events cannot be told apart."
        raise Refused(403, "out_of_reach", text)
    bounds = call.sight.profiles
    if bounds is None:
        return profiles
    if not set(profiles) <= set(bounds):
        text = f"Your role is bound to some profiles: {', '.join(bounds)}."
        raise Refused(403, "out_of_reach", text)
    return profiles or bounds


def list_all(call: Call) -> Response:
    of, sight = call.app.belongings.of_subscription_row, call.sight
    seen = [s for s in call.app.subscriptions.all() if sight.is_whole or sight.covers(of(s))]
    found = tuple(subscription_view(s, call.base) for s in seen)
    return answer(SubscriptionList(value=found))


def get(call: Call) -> Response:
    there = call.app.subscriptions.get(_own_id(call))
    return answer(subscription_view(there, call.base))


def change(call: Call) -> Response:
    asked: SubscriptionChange = call.body
    there = call.app.subscriptions.change(
        _own_id(call),
        url=asked.url,
        title=asked.title,
        types=asked.types,
        profiles=None if asked.profiles is None else within_bounds(call, asked.profiles),
        active=asked.active,
    )
    return answer(subscription_view(there, call.base))


def delete(call: Call) -> Response:
    call.app.subscriptions.delete(_own_id(call))
    return Response(204)


def rotate(call: Call) -> Response:
    overlap = timedelta(hours=call.body.overlap_hours)
    made = call.app.subscriptions.rotate_secret(_own_id(call), overlap)
    return answer(subscription_made(made.subscription, made.secret, call.base))


def test(call: Call) -> Response:
    return answer(EventSent(event_id=call.app.deliveries.send_test_event(_own_id(call))))


def list_deliveries(call: Call) -> Response:
    asked: DeliveryQuery = call.query
    wanted = DeliveryFilter(
        state=asked.state,
        type=asked.event_type,
        batch_id=asked.batch_id,
        from_at=asked.from_at,
        to_at=asked.to_at,
    )
    rows, after = call.app.deliveries.page(
        call.path["subscription_id"], wanted, after=asked.after, most=asked.limit
    )
    views = tuple(map(delivery_view, rows))
    return answer(DeliveryList(value=views, next_link=next_link(call, after)))


def get_delivery(call: Call) -> Response:
    path = call.path
    there = call.app.deliveries.one(path["subscription_id"], path["event_id"])
    return answer(delivery_view(there))


def replay(call: Call) -> Response:
    asked: Replay = call.body
    found = call.app.deliveries.replay(
        call.path["subscription_id"],
        event_id=asked.event_id,
        batch_id=asked.batch_id,
        from_at=asked.from_at,
        to_at=asked.to_at,
    )
    return answer(EventsReplayed(deliveries=found.deliveries, is_more=found.is_more))


def _own_id(call: Call) -> str:
    """The addresses that batches brought along are no subscription that could be changed."""
    subscription_id = call.path["subscription_id"]
    if subscription_id == CALLBACKS:
        raise SubscriptionMissing("there is no such subscription")
    return subscription_id


OPERATIONS = tagged(
    "Subscriptions",
    Operation(
        name="create_subscription",
        method="POST",
        path="subscriptions",
        summary="Subscribe to events",
        description="Sends signed events to an address from now on. The secret is shown this once.",
        handle=create,
        rights=SUBSCRIBES,
        body=NewSubscription,
        answers={201: Answer("The subscription", SubscriptionMade, headers=LOCATION)},
        problems=(409, 415, 422),
    ),
    Operation(
        name="list_subscriptions",
        method="GET",
        path="subscriptions",
        summary="List subscriptions",
        description="Lists who is told of events.",
        handle=list_all,
        rights=HEARS,
        answers={200: Answer("All subscriptions", SubscriptionList)},
    ),
    Operation(
        name="get_subscription",
        method="GET",
        path="subscriptions/{subscription_id}",
        summary="Get a subscription",
        description="Tells where a subscription sends, what, and how well that goes.",
        handle=get,
        rights=HEARS,
        answers={200: Answer("The subscription", SubscriptionView)},
        problems=(404,),
    ),
    Operation(
        name="change_subscription",
        method="PATCH",
        path="subscriptions/{subscription_id}",
        summary="Change a subscription",
        description="Changes what is given, and leaves the rest as it is.",
        handle=change,
        rights=HEARS,
        body=SubscriptionChange,
        answers={200: Answer("The subscription", SubscriptionView)},
        problems=(404, 409, 415, 422),
    ),
    Operation(
        name="delete_subscription",
        method="DELETE",
        path="subscriptions/{subscription_id}",
        summary="Delete a subscription",
        description="Sends nothing more to it.",
        handle=delete,
        rights=HEARS,
        answers={204: Answer("The subscription is deleted")},
        problems=(404, 409),
    ),
    Operation(
        name="rotate_secret",
        method="POST",
        path="subscriptions/{subscription_id}/rotate-secret",
        summary="Rotate a secret",
        description="Makes a new secret. The one until now signs, too, until the overlap is over.",
        handle=rotate,
        rights=HEARS,
        body=Rotation,
        answers={200: Answer("The subscription with its new secret", SubscriptionMade)},
        problems=(404, 409, 415, 422),
    ),
    Operation(
        name="test_subscription",
        method="POST",
        path="subscriptions/{subscription_id}/test",
        summary="Send a test event",
        description="Sends an event of the type subscription.tested to this subscription alone.",
        handle=test,
        rights=HEARS,
        answers={200: Answer("The event was put in line", EventSent)},
        problems=(404, 409, 422),
    ),
    Operation(
        name="list_deliveries",
        method="GET",
        path="subscriptions/{subscription_id}/deliveries",
        summary="List deliveries",
        description="Lists what was sent to a subscription, with every attempt; `callbacks` stands "
        "for the addresses that batches brought along.",
        handle=list_deliveries,
        rights=HEARS,
        query=DeliveryQuery,
        former={"type": "event_type"},  # in several languages a word of its own
        answers={200: Answer("A page of deliveries", DeliveryList)},
        problems=(404,),
    ),
    Operation(
        name="get_delivery",
        method="GET",
        path="subscriptions/{subscription_id}/deliveries/{event_id}",
        summary="Get a delivery",
        description="Tells what became of one event on its way to one receiver.",
        handle=get_delivery,
        rights=HEARS,
        answers={200: Answer("The delivery", DeliveryView)},
        problems=(404,),
    ),
    Operation(
        name="replay_events",
        method="POST",
        path="subscriptions/{subscription_id}/replay",
        summary="Send events again",
        description="Sends one event, those of a batch, or those of a time span once more, under "
        "the same ids.",
        handle=replay,
        rights=HEARS,
        body=Replay,
        answers={200: Answer("The events are put in line", EventsReplayed)},
        problems=(404, 409, 415, 422),
    ),
)
