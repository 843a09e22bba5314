"""Everything that the API does."""

from __future__ import annotations

from shared.api.operation import Operations
from shared.api.operations import (
    batches,
    brakes,
    estimate,
    items,
    keys,
    profiles,
    reading,
    status,
    subscriptions,
    sweep,
    triggers,
    uploads,
)

OPERATIONS: Operations = (
    *batches.OPERATIONS,
    *items.OPERATIONS,
    *reading.OPERATIONS,
    *estimate.OPERATIONS,
    *uploads.OPERATIONS,
    *subscriptions.OPERATIONS,
    *triggers.OPERATIONS,
    *status.OPERATIONS,
    *brakes.OPERATIONS,
    *sweep.OPERATIONS,
    *keys.OPERATIONS,
    *profiles.OPERATIONS,
)
