"""Subscriptions: who wants to be told of which events, and how well telling them goes.

active --410, or five days without one success--> disabled --a person--> active
active or disabled --a person--> deleted (until its deliveries are removed)
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from shared.model.events.event import Event, EventType
from shared.model.state_machine import Steps, after_step

DISABLED_AFTER = timedelta(days=5)
OVERLAP = timedelta(hours=24)
MOST_SECRETS = 4
SubscriptionState = Literal["active", "disabled", "deleted"]
_KEPT: frozenset[SubscriptionState] = frozenset({"active", "disabled"})
STEPS: Steps[SubscriptionState] = {
    "disabled": (frozenset({"active"}), "disabled"),
    "switched_on": (_KEPT, "active"),
    "switched_off": (_KEPT, "disabled"),
    "deleted": (_KEPT, "deleted"),
}


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """One row. `origin` is what may be shown of the address: scheme, host and port. `owner` is who
    made it, "" in a row of a release that did not write it. `types` and `profiles` filter; empty,
    all come; where it `is_bound`, nothing comes that is not of one of its profiles. `reason` says
    why it is disabled. `failing_since_at` is when an attempt failed first after the last success.
    `version` is the row's ETag."""

    id: str
    origin: str
    title: str = ""
    owner: str = ""
    types: tuple[EventType, ...] = ()
    profiles: tuple[str, ...] = ()
    is_bound: bool = False
    state: SubscriptionState = "active"
    reason: str = ""
    created_at: datetime
    changed_at: datetime
    failing_since_at: datetime | None = None
    version: str = ""

    def wants(self, event: Event) -> bool:
        """What concerns no profile, or more than one, is kept only from who is bound to some."""
        if self.state != "active" or (self.types and event.type not in self.types):
            return False
        if event.profile is None:
            return not self.is_bound
        return not self.profiles or event.profile in self.profiles


class SigningSecret(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`until_at` is when it signs no more; None: it is the one in use."""

    secret: str
    until_at: datetime | None = None


class Confidential(msgspec.Struct, frozen=True, kw_only=True):
    """What no table may hold of a subscription: the address, which may be a secret itself, and
    what its deliveries are signed with, the newest first."""

    url: str
    secrets: tuple[SigningSecret, ...]

    def signing(self, now: datetime) -> list[str]:
        return [s.secret for s in self.secrets if s.until_at is None or now < s.until_at]


def rotated(
    there: Confidential, secret: str, now: datetime, overlap: timedelta = OVERLAP
) -> Confidential:
    """With a new secret. The one before it signs too until the overlap is over."""
    until_at = now + overlap
    old: Iterable[SigningSecret] = (
        SigningSecret(secret=s.secret, until_at=min(s.until_at or until_at, until_at))
        for s in there.secrets
        if s.until_at is None or now < s.until_at
    )
    secrets = (SigningSecret(secret=secret), *(s for s in old if s.until_at and s.until_at > now))
    return msgspec.structs.replace(there, secrets=secrets[:MOST_SECRETS])


def after_attempts(
    there: Subscription, now: datetime, *, succeeded: bool, gone: bool
) -> Subscription:
    """How it does after some attempts were made. `succeeded`: at least one was. `gone`: its
    server answered 410. The same object where nothing changed."""
    if there.state != "active":
        return there
    if gone:
        return disabled(there, now, "The server answered 410: it wants no more events.")
    if succeeded:
        if there.failing_since_at is None:
            return there
        return msgspec.structs.replace(there, failing_since_at=None, changed_at=now)
    if there.failing_since_at is None:
        return msgspec.structs.replace(there, failing_since_at=now, changed_at=now)
    if now - there.failing_since_at >= DISABLED_AFTER:
        return disabled(there, now, "No attempt succeeded for five days.")
    return there


def disabled(there: Subscription, now: datetime, reason: str) -> Subscription:
    """No more is sent, until a person switches it on."""
    return _to(there, "disabled", reason=reason, changed_at=now)


def switched(there: Subscription, *, on: bool, now: datetime) -> Subscription:
    """By a person, who may not know how it is. How it did until now is forgotten."""
    step = "switched_on" if on else "switched_off"
    reason = "" if on else "It was switched off."
    return _to(there, step, reason=reason, failing_since_at=None, changed_at=now)


def deleted(there: Subscription, now: datetime) -> Subscription:
    """What is left of it says nothing of anybody."""
    return _to(there, "deleted", origin="", title="", owner="", changed_at=now)


def _to(there: Subscription, step: str, **changes: Any) -> Subscription:
    state = after_step(STEPS, step, there.state, f"subscription {there.id}")
    return msgspec.structs.replace(there, state=state, **changes)
