"""Keys of ours, in a partition of the state table: their hashes and what they may."""

from __future__ import annotations

from azure.data.tables import TableClient

from shared.errors import StoreConflict
from shared.model.access.key import ApiKey
from shared.stores.table.partitions import KEYS
from shared.stores.table.single_rows import Entities
from shared.stores.table.struct_to_row import prepare

prepare(ApiKey)


class TableApiKeys:
    """`ports.access.ApiKeys`, in the state table."""

    def __init__(self, table: TableClient) -> None:
        self._rows = Entities(table)

    def get(self, key_id: str) -> ApiKey | None:
        return self._rows.read(ApiKey, KEYS, key_id)

    def all(self) -> list[ApiKey]:
        return self._rows.partition(ApiKey, KEYS)

    def insert(self, key: ApiKey) -> None:
        if self._rows.insert(KEYS, key.id, key) is None:
            raise StoreConflict("insert key: there is one")

    def save(self, key: ApiKey) -> None:
        self._rows.replace(KEYS, key.id, key, key.version)
