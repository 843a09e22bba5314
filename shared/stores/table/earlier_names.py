"""Names that came before: rows in a few partitions, so that those of a batch are inserted many at a
time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec
from azure.data.tables import TableClient

from shared.errors import StoreConflict
from shared.model.recording.fingerprint import KnownName
from shared.ports.state import ROWS_IN_TRANSACTION
from shared.stores.table import partitions
from shared.stores.table.single_rows import Entities
from shared.stores.table.struct_to_row import prepare, to_row
from shared.stores.table.transaction import insert

_FEW = 10
prepare(KnownName)


class TableNames:
    """`ports.indices.Names`. A transaction does not say which of its rows was there before, so it
    is made anew with ten at a time; of ten with one that was there, each is read."""

    def __init__(self, table: TableClient) -> None:
        self._rows = Entities(table)

    def add(self, names: Sequence[KnownName]) -> dict[str, KnownName]:
        shards: defaultdict[str, list[KnownName]] = defaultdict(list)
        for name in names:
            shards[partitions.names(name.key)].append(name)
        known: dict[str, KnownName] = {}
        for shard, some in shards.items():
            for part in _chunks(some, ROWS_IN_TRANSACTION):
                known |= self._add(shard, part)
        return known

    def _add(self, shard: str, names: Sequence[KnownName]) -> dict[str, KnownName]:
        if self._is_inserted(shard, names):
            return {}
        if len(names) > _FEW:
            known: dict[str, KnownName] = {}
            for part in _chunks(names, _FEW):
                known |= self._add(shard, part)
            return known
        found = {name.key: self._rows.read(KnownName, shard, name.key) for name in names}
        new = [name for name in names if found[name.key] is None]
        known = {key: name for key, name in found.items() if name is not None}
        return known | (self._add(shard, new) if new else {})

    def _is_inserted(self, shard: str, names: Sequence[KnownName]) -> bool:
        try:
            self._rows.transact([insert(to_row(shard, n.key, n)) for n in names], "insert names")
        except StoreConflict:
            return False
        return True

    def save(self, name: KnownName) -> KnownName:
        version = self._rows.replace(partitions.names(name.key), name.key, name, name.version)
        return msgspec.structs.replace(name, version=version)


def _chunks(names: Sequence[KnownName], size: int) -> Iterator[Sequence[KnownName]]:
    return (names[i : i + size] for i in range(0, len(names), size))
