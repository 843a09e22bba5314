"""The outgoing side of the application: everything that tells others of what happens, wired."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from shared.events.announce import AnnounceEvents, HandOver
from shared.events.audience import Announcer, Audience
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
from shared.model.batch.policy import Policy
from shared.model.events.happenings import Links
from shared.model.profile.profile import Profile
from shared.ports.blobs import AudioBlobs, Requests
from shared.ports.events import Confidences, Deliveries, Outbox, Sender, Subscriptions
from shared.ports.queue import Clock, Queue
from shared.ports.state import Diaries, NoticedBook, NoticedRows


class EventPorts(NamedTuple):
    """What telling others stands on. `callers` carries the calls, apart from the pipeline's own
    work. `own_secrets` sign what goes to addresses that batches bring along. `chance` is from 0
    to 1."""

    outbox: Outbox
    subscriptions: Subscriptions
    confidences: Confidences
    deliveries: Deliveries
    sender: Sender
    callers: Executor
    new_secret: Callable[[], str]
    chance: Callable[[], float]
    own_secrets: Sequence[str] = ()


class Ground(Protocol):
    """What the whole application stands on, as far as telling others needs it. `webhook_url` is
    where others reach this app, `reports` the container of the reports."""

    @property
    def events(self) -> EventPorts: ...
    @property
    def store(self) -> NoticedRows: ...
    @property
    def book(self) -> NoticedBook: ...
    @property
    def audio(self) -> AudioBlobs: ...
    @property
    def requests(self) -> Requests: ...
    @property
    def diaries(self) -> Diaries: ...
    @property
    def queue(self) -> Queue: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def policy(self) -> Policy: ...
    @property
    def profiles(self) -> Sequence[Profile]: ...
    @property
    def new_id(self) -> Callable[[], str]: ...
    @property
    def webhook_url(self) -> str | None: ...
    @property
    def deployment(self) -> str: ...
    @property
    def reports(self) -> str: ...


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
    """`store` and `book` are to take the place of those that they were made from: they tell of
    what they save. `announce` and `deliver` are the steps of this side, `sweep` is its part of the
    sweep, and `subscriptions` what a person can do."""

    def __init__(self, ground: Ground) -> None:
        ports, clock = ground.events, ground.clock
        audience = Audience(ports.subscriptions, clock)
        announcer = Announcer(audience, ports.outbox, ground.queue, clock)
        receivers = _receivers(ground, audience, announcer)
        hand_over = HandOver(deliveries=ports.deliveries, queue=ground.queue, clock=clock)
        self.store = AnnouncingStore(ground.store, announcer, _links(ground))
        self.book = AnnouncingBook(ground.book, announcer, clock)
        self.announce = AnnounceEvents(
            audience=audience,
            outbox=ports.outbox,
            hand_over=hand_over,
            store=ground.store,
            requests=ground.requests,
            source=_source(ground),
        )
        self.deliver = _deliver(ground, receivers)
        self.sweep = SweepEvents(
            outbox=ports.outbox,
            subscriptions=ports.subscriptions,
            deliveries=ports.deliveries,
            diaries=ground.diaries,
            queue=ground.queue,
            policy=ground.policy,
            clock=clock,
        )
        self.subscriptions = _desk(ground, receivers, hand_over)


def _source(ground: Ground) -> str:
    return ground.webhook_url or f"urn:dropscribe:{ground.deployment}"


def _links(ground: Ground) -> Links:
    def blob(path: str) -> str:
        container, _, name = path.partition("/")
        return ground.audio.url(container, name)

    api = ground.webhook_url.rstrip("/") if ground.webhook_url else None
    return Links(api=api, blob=blob, reports=ground.reports)


def _receivers(ground: Ground, audience: Audience, announcer: Announcer) -> Receivers:
    return Receivers(
        audience=audience,
        announcer=announcer,
        subscriptions=ground.events.subscriptions,
        confidences=ground.events.confidences,
        requests=ground.requests,
        own_secrets=ground.events.own_secrets,
        clock=ground.clock,
    )


def _deliver(ground: Ground, receivers: Receivers) -> DeliverParcel:
    ports, queue, clock, pauses = ground.events, ground.queue, ground.clock, Pauses()
    return DeliverParcel(
        deliveries=ports.deliveries,
        put_in_line=PutInLine(deliveries=ports.deliveries, queue=queue, clock=clock),
        carry=CarryDelivery(
            receivers=receivers,
            sender=ports.sender,
            pauses=pauses,
            chance=ports.chance,
            clock=clock,
        ),
        receivers=receivers,
        pauses=pauses,
        callers=ports.callers,
        chance=ports.chance,
        queue=queue,
        clock=clock,
    )


def _desk(ground: Ground, receivers: Receivers, hand_over: HandOver) -> SubscriptionDesk:
    ports, queue, clock, new_id = ground.events, ground.queue, ground.clock, ground.new_id
    records = _records(ports, receivers)
    profiles = tuple(profile.name for profile in ground.profiles)
    check = CheckWishes(sender=ports.sender, profiles=profiles)
    get, deliveries, new_secret = records.get, ports.deliveries, ports.new_secret
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
            get=get, hand_over=hand_over, new_id=new_id, clock=clock, source=_source(ground)
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
