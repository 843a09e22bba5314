"""Keys of the API in memory."""

from __future__ import annotations

from itertools import count

import msgspec

from shared.errors import StoreConflict
from shared.model.access.key import ApiKey


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
