"""What knowing callers needs from outside. Adapters implement these."""

from __future__ import annotations

from typing import Protocol

from shared.model.access.key import ApiKey


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
