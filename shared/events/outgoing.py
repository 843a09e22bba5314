"""The outgoing side of the application: everything that tells others of what happens, wired."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Any, NamedTuple

from shared import messages as m
from shared.events.announce import announce
from shared.events.audience import Announcer, Audience
from shared.events.deliver import deliver
from shared.events.pauses import Pauses
from shared.events.receivers import Receivers
from shared.events.stores import AnnouncingBook, AnnouncingStore
from shared.events.subscriptions import Book
from shared.events.sweep import sweep_events
from shared.model.batch.policy import Policy
from shared.model.events.happenings import Links
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


class Outgoing:
    """`store` and `book` are to take the place of those that they were made from: they tell of
    what they save. `steps` are for the messages of this side, `sweep` is its part of the sweep,
    and `subscriptions` what a person can do."""

    def __init__(
        self,
        ports: EventPorts,
        *,
        store: NoticedRows,
        book: NoticedBook,
        audio: AudioBlobs,
        requests: Requests,
        diaries: Diaries,
        queue: Queue,
        clock: Clock,
        policy: Policy,
        profiles: Sequence[str],
        new_id: Callable[[], str],
        api_url: str | None,
        deployment: str,
        reports_container: str,
    ) -> None:
        source = api_url or f"urn:dropscribe:{deployment}"
        base: dict[str, Any] = {"queue": queue, "clock": clock}
        rows: dict[str, Any] = {"deliveries": ports.deliveries}
        audience = Audience(ports.subscriptions, clock)
        announcer = Announcer(audience, ports.outbox, queue, clock)
        receivers = Receivers(
            audience=audience,
            announcer=announcer,
            subscriptions=ports.subscriptions,
            confidences=ports.confidences,
            requests=requests,
            own_secrets=ports.own_secrets,
            clock=clock,
        )
        links = _links(api_url, audio, reports_container)
        # They hand through what they do not change, which no type can say.
        self.store = AnnouncingStore(store, announcer, links)
        self.book = AnnouncingBook(book, announcer, clock)
        self.subscriptions = Book(
            **base,
            **rows,
            subscriptions=ports.subscriptions,
            confidences=ports.confidences,
            receivers=receivers,
            sender=ports.sender,
            new_id=new_id,
            new_secret=ports.new_secret,
            profiles=profiles,
            source=source,
        )
        self.steps: dict[type, Callable[[Any], None]] = {
            m.Announce: partial(
                announce,
                **base,
                **rows,
                audience=audience,
                outbox=ports.outbox,
                store=store,
                requests=requests,
                source=source,
            ),
            m.Deliver: partial(
                deliver,
                **base,
                **rows,
                receivers=receivers,
                sender=ports.sender,
                pauses=Pauses(),
                callers=ports.callers,
                chance=ports.chance,
            ),
        }
        self.sweep = partial(
            sweep_events,
            **base,
            **rows,
            outbox=ports.outbox,
            subscriptions=ports.subscriptions,
            diaries=diaries,
            policy=policy,
        )


def _links(api_url: str | None, audio: AudioBlobs, reports_container: str) -> Links:
    def blob(path: str) -> str:
        container, _, name = path.partition("/")
        return audio.url(container, name)

    return Links(api=api_url.rstrip("/") if api_url else None, blob=blob, reports=reports_container)
