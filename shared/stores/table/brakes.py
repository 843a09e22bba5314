"""The brakes, in a partition of the state table."""

from __future__ import annotations

from urllib.parse import quote

import msgspec
from azure.data.tables import TableClient

from shared.errors import StoreConflict
from shared.model.events.notice import Notice
from shared.model.money.brakes import Brake
from shared.stores.failures import storage_errors
from shared.stores.table.outbox import notice_change
from shared.stores.table.partitions import BRAKES
from shared.stores.table.single_rows import Entities
from shared.stores.table.struct_to_row import from_row, prepare, to_row
from shared.stores.table.transaction import write

prepare(Brake)


class TableBrakes:
    """`ports.brakes.Brakes`, in the state table."""

    def __init__(self, table: TableClient) -> None:
        self._rows = Entities(table)

    def all(self) -> list[Brake]:
        where = "PartitionKey eq @pk and RowKey ge '0'"  # notices sort before
        with storage_errors("list brakes", "table"):
            return [from_row(Brake, row) for row in self._rows.query(where, {"pk": BRAKES})]

    def get(self, scope: str) -> Brake:
        return self._rows.read(Brake, BRAKES, _key(scope)) or Brake(scope=scope)

    def save(self, brake: Brake, notice: Notice | None = None) -> Brake:
        changes = [write(to_row(BRAKES, _key(brake.scope), brake), brake.version)]
        if notice is not None:
            changes.append(notice_change(notice))
        version = self._rows.transact(changes, "save brake")[0]
        if not version:
            raise StoreConflict("save brake: no version")
        return msgspec.structs.replace(brake, version=version)


def _key(scope: str) -> str:
    """A row key holds no slash."""
    return quote(scope, safe="").replace("%", "=")
