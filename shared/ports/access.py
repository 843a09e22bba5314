"""What knowing callers needs from outside. Adapters implement these."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from shared.model.access.key import ApiKey
from shared.model.access.trail import TrailEntry


class ApiKeys(Protocol):
    """Keys of ours, by hash. There are few."""

    def get(self, key_id: str) -> ApiKey | None:
        """One, also where it is revoked or has ended."""

    def all(self) -> list[ApiKey]:
        """Every one, in one query."""

    def insert(self, key: ApiKey) -> None:
        """Raises `StoreConflict` if there is one of that id."""

    def save(self, key: ApiKey) -> None:
        """Replace. Raises `StoreConflict`."""


class Trail(Protocol):
    """What was read and changed, kept apart from the data. Nothing in it is ever changed."""

    def add(self, entry: TrailEntry) -> None:
        """Append. Raises `StoreUnavailable`: then nobody may get what was to be written down."""

    def page(
        self, from_at: datetime, to_at: datetime, *, after: str | None, most: int
    ) -> tuple[list[TrailEntry], str | None]:
        """At most `most` entries from the first moment, before the second, by the hour; and what to
        ask for the next ones with, None at the end. A page may hold none and not be the last."""
