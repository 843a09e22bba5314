"""Everything that the API does."""

from __future__ import annotations

from shared.api import batches, estimate, items, status, subscriptions, triggers, uploads
from shared.api.operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *batches.OPERATIONS,
    *items.OPERATIONS,
    *estimate.OPERATIONS,
    *uploads.OPERATIONS,
    *subscriptions.OPERATIONS,
    *triggers.OPERATIONS,
    *status.OPERATIONS,
)
