"""Keys of the API and the trail in memory."""

from __future__ import annotations

from datetime import datetime
from itertools import count

import msgspec

from shared.errors import StoreConflict
from shared.model.access.key import ApiKey
from shared.model.access.trail import TrailEntry


class FakeApiKeys:
    """`ports.access.ApiKeys`."""

    def __init__(self) -> None:
        self._versions = count(1)
        self.rows: dict[str, ApiKey] = {}

    def get(self, key_id: str) -> ApiKey | None:
        return self.rows.get(key_id)

    def all(self) -> list[ApiKey]:
        return [self.rows[key_id] for key_id in sorted(self.rows)]

    def insert(self, key: ApiKey) -> None:
        if key.id in self.rows:
            raise StoreConflict("insert key")
        self._put(key)

    def save(self, key: ApiKey) -> None:
        there = self.rows.get(key.id)
        if there is None or there.version != key.version:
            raise StoreConflict("save key")
        self._put(key)

    def _put(self, key: ApiKey) -> None:
        self.rows[key.id] = msgspec.structs.replace(key, version=f"k{next(self._versions)}")


class FakeTrail:
    """`ports.access.Trail`."""

    def __init__(self) -> None:
        self.entries: list[TrailEntry] = []

    def add(self, entry: TrailEntry) -> None:
        self.entries.append(entry)

    def page(
        self, from_at: datetime, to_at: datetime, *, after: str | None, most: int
    ) -> tuple[list[TrailEntry], str | None]:
        start = int(after or 0)
        found = [entry for entry in self.entries if from_at <= entry.at < to_at]
        more = str(start + most) if len(found) > start + most else None
        return found[start : start + most], more
