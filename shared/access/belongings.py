"""Whose something is, of which profiles, and of which containers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shared.errors import BatchMissing
from shared.model.access.caller import Belonging
from shared.model.batch.batch import Batch, BatchEntry
from shared.model.events.subscription import Subscription
from shared.ports.state import Batches


@dataclass(frozen=True, kw_only=True)
class Belongings:
    """`intake` is the container in which audio is dropped. What nobody made has the owner ""."""

    store: Batches
    subscription: Callable[[str], Subscription]
    intake: str

    def of_batch(self, batch_id: str) -> Belonging:
        """Raises `BatchMissing`."""
        there = self.store.batch(batch_id)
        if there is None:
            raise BatchMissing(f"there is no batch {batch_id}")
        return self.of_header(there)

    def of_header(self, batch: Batch | BatchEntry) -> Belonging:
        """Of one whose profiles are several, or not known, nothing is told."""
        profiles = (batch.profile,) if batch.profile else ()
        dropped = (self.intake,) if batch.origin == "dropped" else ()
        return Belonging(batch.owner, profiles, batch.containers or dropped)

    def of_subscription(self, subscription_id: str) -> Belonging:
        """Raises `SubscriptionMissing`."""
        return self.of_subscription_row(self.subscription(subscription_id))

    def of_subscription_row(self, there: Subscription) -> Belonging:
        """Of one whose events are not kept to its profiles, nothing is told of these."""
        return Belonging(there.owner, there.profiles if there.is_bound else ())
