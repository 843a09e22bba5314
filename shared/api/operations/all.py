"""Everything that the API does."""

from __future__ import annotations

from shared.api.operation import Operations
from shared.api.operations import (
    batches,
    brakes,
    conversations,
    estimate,
    glossary,
    items,
    keeping,
    keys,
    profiles,
    reading,
    revisions,
    search,
    status,
    subscriptions,
    sweep,
    trail,
    triggers,
    uploads,
)

OPERATIONS: Operations = (
    *batches.OPERATIONS,
    *items.OPERATIONS,
    *keeping.OPERATIONS,
    *reading.OPERATIONS,
    *revisions.OPERATIONS,
    *search.OPERATIONS,
    *glossary.OPERATIONS,
    *conversations.OPERATIONS,
    *estimate.OPERATIONS,
    *uploads.OPERATIONS,
    *subscriptions.OPERATIONS,
    *triggers.OPERATIONS,
    *status.OPERATIONS,
    *brakes.OPERATIONS,
    *sweep.OPERATIONS,
    *keys.OPERATIONS,
    *trail.OPERATIONS,
    *profiles.OPERATIONS,
)
