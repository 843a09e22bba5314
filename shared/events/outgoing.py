"""The outgoing side of the application: everything that tells others of what happens, wired."""

from __future__ import annotations

from dataclasses import dataclass

from shared.events.announce import AnnounceEvents, HandOver
from shared.events.audience import Announcer, Audience
from shared.events.brakes import AnnouncingBrakes
from shared.events.carry import CarryDelivery
from shared.events.deliver import DeliverParcel, PutInLine
from shared.events.deliveries import GetDelivery, ListDeliveries, ReplayDeliveries, SendTestEvent
from shared.events.pauses import Pauses
from shared.events.receivers import Receivers
from shared.events.stores import AnnouncingBook, AnnouncingStore
from shared.events.subscriptions import (
    ChangeSubscription,
    CheckWishes,
    CreateSubscription,
    DeleteSubscription,
    GetSubscription,
    ListSubscriptions,
    RotateSecret,
    SubscriptionRecords,
)
from shared.events.sweep import SweepEvents
from shared.model.events.happenings import Links
from shared.ports.ground import EventPorts, Ports


@dataclass(frozen=True, kw_only=True)
class SubscriptionDesk:
    """What a person can do with subscriptions and with their deliveries."""

    create: CreateSubscription
    all: ListSubscriptions
    get: GetSubscription
    change: ChangeSubscription
    delete: DeleteSubscription
    rotate_secret: RotateSecret
    send_test_event: SendTestEvent
    deliveries: ListDeliveries
    delivery: GetDelivery
    replay: ReplayDeliveries


class Outgoing:
    """`store`, `book` and `brakes` are to take the place of those that they were made from: they
    tell of what they save. `announce` and `deliver` are the steps of this side, `sweep` is its part
    of the sweep, and `subscriptions` what a person can do."""

    def __init__(self, ports: Ports) -> None:
        told, clock = ports.events, ports.clock
        audience = Audience(told.subscriptions, clock)
        announcer = Announcer(audience, told.outbox, ports.queue, clock)
        receivers = _receivers(ports, audience, announcer)
        hand_over = HandOver(deliveries=told.deliveries, queue=ports.queue, clock=clock)
        self.store = AnnouncingStore(ports.store, announcer, _links(ports))
        self.book = AnnouncingBook(ports.book, announcer, clock)
        self.brakes = AnnouncingBrakes(ports.brakes, announcer, clock)
        self.announce = AnnounceEvents(
            audience=audience,
            outbox=told.outbox,
            hand_over=hand_over,
            store=ports.store,
            requests=ports.requests,
            source=_source(ports),
        )
        self.deliver = _deliver(ports, receivers)
        self.sweep = SweepEvents(
            outbox=told.outbox,
            subscriptions=told.subscriptions,
            deliveries=told.deliveries,
            diaries=ports.diaries,
            queue=ports.queue,
            policy=ports.policy,
            clock=clock,
        )
        self.subscriptions = _desk(ports, receivers, hand_over)


def _source(ports: Ports) -> str:
    return ports.webhook_url or f"urn:dropscribe:{ports.deployment}"


def _links(ports: Ports) -> Links:
    def blob(path: str) -> str:
        container, _, name = path.partition("/")
        return ports.audio.url(container, name)

    api = ports.webhook_url.rstrip("/") if ports.webhook_url else None
    return Links(api=api, blob=blob, reports=ports.reports)


def _receivers(ports: Ports, audience: Audience, announcer: Announcer) -> Receivers:
    return Receivers(
        audience=audience,
        announcer=announcer,
        subscriptions=ports.events.subscriptions,
        confidences=ports.events.confidences,
        requests=ports.requests,
        own_secrets=ports.events.own_secrets,
        clock=ports.clock,
    )


def _deliver(ports: Ports, receivers: Receivers) -> DeliverParcel:
    told, queue, clock, pauses = ports.events, ports.queue, ports.clock, Pauses()
    return DeliverParcel(
        deliveries=told.deliveries,
        put_in_line=PutInLine(deliveries=told.deliveries, queue=queue, clock=clock),
        carry=CarryDelivery(
            receivers=receivers,
            sender=told.sender,
            pauses=pauses,
            chance=told.chance,
            clock=clock,
        ),
        receivers=receivers,
        pauses=pauses,
        callers=told.callers,
        chance=told.chance,
        queue=queue,
        clock=clock,
    )


def _desk(ports: Ports, receivers: Receivers, hand_over: HandOver) -> SubscriptionDesk:
    told, queue, clock, new_id = ports.events, ports.queue, ports.clock, ports.new_id
    records = _records(told, receivers)
    profiles = tuple(profile.name for profile in ports.profiles)
    check = CheckWishes(sender=told.sender, profiles=profiles)
    get, deliveries, new_secret = records.get, told.deliveries, told.new_secret
    get_delivery = GetDelivery(deliveries=deliveries, get=get)
    return SubscriptionDesk(
        create=CreateSubscription(
            records=records, check=check, new_id=new_id, new_secret=new_secret, clock=clock
        ),
        all=records.all,
        get=get,
        change=ChangeSubscription(records=records, check=check, clock=clock),
        delete=DeleteSubscription(records=records, clock=clock),
        rotate_secret=RotateSecret(records=records, new_secret=new_secret, clock=clock),
        send_test_event=SendTestEvent(
            get=get, hand_over=hand_over, new_id=new_id, clock=clock, source=_source(ports)
        ),
        deliveries=ListDeliveries(deliveries=deliveries, get=get),
        delivery=get_delivery,
        replay=ReplayDeliveries(
            deliveries=deliveries,
            get=get,
            get_delivery=get_delivery,
            queue=queue,
            new_id=new_id,
            clock=clock,
        ),
    )


def _records(ports: EventPorts, receivers: Receivers) -> SubscriptionRecords:
    return SubscriptionRecords(
        subscriptions=ports.subscriptions,
        confidences=ports.confidences,
        receivers=receivers,
        all=ListSubscriptions(subscriptions=ports.subscriptions),
        get=GetSubscription(subscriptions=ports.subscriptions),
    )
