"""Who is behind a receiver: where a delivery goes, what it is signed with, and how it does."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple

from shared.errors import StoreConflict
from shared.events.audience import Announcer, Audience
from shared.log import event
from shared.model.events.delivery import CALLBACKS, Delivery, Result
from shared.model.events.happenings import of_disabled
from shared.model.events.subscription import Confidential, Subscription, after_attempts
from shared.ports.blobs import Requests
from shared.ports.events import Confidences, Subscriptions
from shared.ports.queue import Clock

SUBSCRIPTIONS = "!subscriptions"
"""The partition of their rows."""
KNOWN_FOR = timedelta(seconds=30)
MOST_KNOWN = 1_000
TRIES = 3


class Target(NamedTuple):
    """Where to, and what it is signed with. Both are secrets."""

    url: str
    secrets: Sequence[str]


class Receivers:
    """Addresses and secrets are kept in memory for half a minute. `own_secrets` sign what goes to
    the addresses that batches brought along."""

    def __init__(
        self,
        *,
        audience: Audience,
        announcer: Announcer,
        subscriptions: Subscriptions,
        confidences: Confidences,
        requests: Requests,
        own_secrets: Sequence[str],
        clock: Clock,
    ) -> None:
        self._audience, self._announcer = audience, announcer
        self._subscriptions, self._confidences = subscriptions, confidences
        self._requests, self._clock = requests, clock
        self._own_secrets = tuple(own_secrets)
        self._known: OrderedDict[str, tuple[datetime, Confidential | str | None]] = OrderedDict()
        self._lock = Lock()

    def target(self, row: Delivery) -> Target | None:
        """None: nobody is to be called any more."""
        if row.receiver == CALLBACKS:
            url = self._remembered(f"{row.batch_id}/{row.callback}", row)
            return Target(url, self._own_secrets) if isinstance(url, str) else None
        if self._active(row.receiver) is None:
            return None
        content = self._remembered(row.receiver, row)
        if not isinstance(content, Confidential):
            return None
        return Target(content.url, content.signing(self._clock.now()))

    def forget(self, subscription_id: str) -> None:
        """It was changed by this process."""
        with self._lock:
            self._known.pop(subscription_id, None)
        self._audience.look_again()

    def note(self, subscription_id: str, results: Sequence[Result]) -> None:
        """How some attempts went. Nothing is written while nothing changes."""
        made = [result for result in results if result.attempt is not None]
        there = self._active(subscription_id)
        if not made or there is None:
            return
        succeeded = any(result.succeeded for result in made)
        is_gone = any(result.is_gone for result in made)
        for _ in range(TRIES):
            after = after_attempts(there, self._clock.now(), succeeded=succeeded, gone=is_gone)
            if after is there:
                return
            with suppress(StoreConflict):
                self._save(after)
                return
            fresh = self._subscriptions.get(subscription_id)
            if fresh is None:
                return
            there = fresh

    def _save(self, after: Subscription) -> None:
        notice = None
        if after.state == "disabled":
            notice = self._announcer.notice(SUBSCRIPTIONS, [of_disabled(after, after.changed_at)])
        self._subscriptions.save(after, notice)
        self._audience.look_again()
        if after.state == "disabled":
            event("subscription.disabled", subscription=after.id, reason=after.reason, level=40)
        self._announcer.hand_on(notice)

    def _active(self, subscription_id: str) -> Subscription | None:
        """As this process knows it, or as it is now, if it is not known as active."""
        known = (s for s in self._audience.all() if s.id == subscription_id)
        there = next(known, None)
        if there is None or there.state != "active":
            there = self._subscriptions.get(subscription_id)
        return there if there is not None and there.state == "active" else None

    def _remembered(self, key: str, row: Delivery) -> Confidential | str | None:
        now = self._clock.now()
        with self._lock:
            read_at, content = self._known.get(key, (None, None))
        if read_at is not None and now - read_at < KNOWN_FOR:
            return content
        content = self._read(row)
        with self._lock:
            self._known[key] = (now, content)
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return content

    def _read(self, row: Delivery) -> Confidential | str | None:
        if row.receiver == CALLBACKS:
            return self._requests.callback(row.batch_id or "", row.callback or "")
        return self._confidences.get(row.receiver)
