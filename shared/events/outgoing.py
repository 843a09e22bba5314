"""The outgoing side of the application: everything that tells others of what happens, wired."""

from __future__ import annotations

from shared.events.announce import AnnounceEvents, HandOver
from shared.events.audience import Announcer, Audience
from shared.events.brakes import AnnouncingBrakes
from shared.events.carry import CarryDelivery
from shared.events.deliver import DeliverParcel
from shared.events.deliveries import DeliveryDesk
from shared.events.receivers import Receivers
from shared.events.shares import Shares
from shared.events.silent_receivers import Pauses
from shared.events.stores import AnnouncingBook, AnnouncingStore
from shared.events.subscriptions import SubscriptionDesk
from shared.events.sweep import SweepEvents
from shared.model.events.happenings import Links
from shared.ports.ground import Ports


class Outgoing:
    """`store`, `book` and `brakes` are to take the place of those that they were made from: they
    tell of what they save. `announce` and `deliver` are the steps of this side, `sweep` is its part
    of the sweep; `subscriptions` and `deliveries` are what a person can do."""

    def __init__(self, ports: Ports) -> None:
        told, queue, clock = ports.events, ports.queue, ports.clock
        audience = Audience(told.subscriptions, clock)
        announcer = Announcer(audience, told.outbox, queue, clock)
        receivers = Receivers(
            audience=audience,
            announcer=announcer,
            subscriptions=told.subscriptions,
            confidences=told.confidences,
            requests=ports.requests,
            own_secrets=told.own_secrets,
            clock=clock,
        )
        hand_over = HandOver(deliveries=told.deliveries, queue=queue, clock=clock)
        source = ports.webhook_url or f"urn:dropscribe:{ports.deployment}"
        self.store = AnnouncingStore(ports.store, announcer, _links(ports))
        self.book = AnnouncingBook(ports.book, announcer, clock)
        self.brakes = AnnouncingBrakes(ports.brakes, announcer, clock)
        self.announce = AnnounceEvents(
            audience=audience,
            outbox=told.outbox,
            hand_over=hand_over,
            store=ports.store,
            requests=ports.requests,
            source=source,
        )
        self.deliver = _deliver(ports, receivers)
        self.sweep = SweepEvents(
            outbox=told.outbox,
            subscriptions=told.subscriptions,
            deliveries=told.deliveries,
            diaries=ports.diaries,
            queue=queue,
            policy=ports.policy,
            clock=clock,
        )
        self.subscriptions = _subscriptions(ports, receivers)
        self.deliveries = DeliveryDesk(
            subscriptions=self.subscriptions,
            deliveries=told.deliveries,
            hand_over=hand_over,
            queue=queue,
            new_id=ports.new_id,
            clock=clock,
            source=source,
        )


def _links(ports: Ports) -> Links:
    def blob(path: str) -> str:
        container, _, name = path.partition("/")
        return ports.audio.url(container, name)

    api = ports.webhook_url.rstrip("/") if ports.webhook_url else None
    return Links(api=api, blob=blob, reports=ports.reports)


def _deliver(ports: Ports, receivers: Receivers) -> DeliverParcel:
    told, clock, pauses = ports.events, ports.clock, Pauses()
    return DeliverParcel(
        deliveries=told.deliveries,
        carry=CarryDelivery(
            receivers=receivers,
            sender=told.sender,
            pauses=pauses,
            chance=told.chance,
            clock=clock,
        ),
        receivers=receivers,
        pauses=pauses,
        shares=Shares(told.calls),
        callers=told.callers,
        chance=told.chance,
        queue=ports.queue,
        clock=clock,
    )


def _subscriptions(ports: Ports, receivers: Receivers) -> SubscriptionDesk:
    return SubscriptionDesk(
        subscriptions=ports.events.subscriptions,
        confidences=ports.events.confidences,
        receivers=receivers,
        sender=ports.events.sender,
        profiles=[profile.name for profile in ports.profiles],
        new_id=ports.new_id,
        new_secret=ports.events.new_secret,
        clock=ports.clock,
    )
