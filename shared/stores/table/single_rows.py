"""Reading and writing single rows of a table, in our words and with our errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.data.tables import TableClient, TableEntity

from shared.errors import StoreConflict
from shared.stores.call_limits import ATTEMPTS
from shared.stores.failures import judged, storage_errors
from shared.stores.table import wire
from shared.stores.table.struct_to_row import S, from_row, is_same, to_row
from shared.stores.table.transaction import Change, TransactionFailed, remove, transact


class Entities:
    """One table. Every method may raise `StoreUnavailable`."""

    def __init__(self, table: TableClient) -> None:
        self.table = table

    def get(self, partition: str, key: str) -> TableEntity | None:
        with storage_errors("read", "table"):
            try:
                return wire.get(self.table, partition, key)
            except ResourceNotFoundError as error:
                _the_row_alone(error)
                return None

    def read(self, kind: type[S], partition: str, key: str) -> S | None:
        row = self.get(partition, key)
        return None if row is None else from_row(kind, row)

    def query(
        self,
        where: str,
        values: Mapping[str, Any],
        *,
        select: Sequence[str] = (),
        results_per_page: int | None = None,
    ) -> Iterator[TableEntity]:
        """Rows page by page; to be read inside `storage_errors`."""
        return wire.query(self.table, where, values, select, results_per_page)

    def partition(self, kind: type[S], partition: str) -> list[S]:
        """All rows of a small partition."""
        with storage_errors("list", "table"):
            return [
                from_row(kind, row) for row in self.query("PartitionKey eq @pk", {"pk": partition})
            ]

    def insert(self, partition: str, key: str, struct: msgspec.Struct) -> str | None:
        """The version of the new row; None: there was one already."""
        row = to_row(partition, key, struct)
        ATTEMPTS.begin()
        with storage_errors("insert", "table"):
            try:
                return wire.insert(self.table, row)
            except ResourceExistsError:
                pass
        return self._version_if_ours(row)

    def put(self, partition: str, key: str, struct: msgspec.Struct | None = None) -> None:
        """Insert or replace, whatever was there."""
        row = {"PartitionKey": partition, "RowKey": key}
        with storage_errors("put", "table"):
            wire.put(self.table, row if struct is None else to_row(partition, key, struct))

    def replace(self, partition: str, key: str, struct: msgspec.Struct, version: str) -> str:
        """Returns the new version. Raises `StoreConflict` if the row has another one, or none."""
        row = to_row(partition, key, struct)
        ATTEMPTS.begin()
        try:
            return self._replace(row, version)
        except StoreConflict:
            ours = self._version_if_ours(row)
            if ours is None:
                raise
            return ours

    def _replace(self, row: dict[str, Any], version: str) -> str:
        with storage_errors("replace", "table"):
            try:
                return wire.put(self.table, row, version)
            except ResourceNotFoundError as error:
                _the_row_alone(error)
                raise StoreConflict("replace: the row is gone") from None

    def delete(self, partition: str, key: str, version: str | None = None) -> None:
        """No error when it is gone already. Raises `StoreConflict` if it has another version."""
        condition: dict[str, Any] = {}
        if version is not None:
            condition = {"etag": version, "match_condition": MatchConditions.IfNotModified}
        with storage_errors("delete", "table"):
            try:
                self.table.delete_entity(partition, key, **condition)
            except ResourceNotFoundError as error:
                _the_row_alone(error)

    def remove_all(self, rows: Sequence[Mapping[str, Any]], what: str) -> None:
        """At most 100 rows of one partition, all or none. Raises `StoreConflict` where one of them
        is gone already."""
        self.transact([remove(row) for row in rows], what)

    def transact(self, changes: Sequence[Change], what: str) -> list[str]:
        """At most 100 changes of rows of one partition, all or none. Returns the rows' new
        versions. Raises `StoreConflict`."""
        ATTEMPTS.begin()
        try:
            return self._transact(changes, what)
        except StoreConflict:
            ours = self._versions_if_ours(changes)
            if ours is None:
                raise
            return ours

    def _transact(self, changes: Sequence[Change], what: str) -> list[str]:
        with storage_errors(what, "table"):
            try:
                return transact(self.table, changes)
            except TransactionFailed as error:
                if error.status_code in (404, 409, 412):
                    raise StoreConflict(f"{what}: somebody else was first") from None
                raise

    def _versions_if_ours(self, changes: Sequence[Change]) -> list[str] | None:
        """All or none were made, so one that is not ours tells for all."""
        if ATTEMPTS.made < 2:
            return None
        versions: list[str] = []
        for change in changes:
            version = self._version_if_made(change)
            if version is None:
                return None
            versions.append(version)
        return versions

    def _version_if_made(self, change: Change) -> str | None:
        """As `transact` returns it; None where the row is not what the change makes of it."""
        if change.method != "DELETE":
            return self._version_if_there(dict(change.row))
        is_there = self.get(change.row["PartitionKey"], change.row["RowKey"]) is not None
        return None if is_there else ""

    def _version_if_ours(self, row: dict[str, Any]) -> str | None:
        """After a conflict: a call that was repeated may be in conflict with itself, for its first
        answer was lost. Asks only then. None: somebody else was first."""
        return self._version_if_there(row) if ATTEMPTS.made > 1 else None

    def _version_if_there(self, row: dict[str, Any]) -> str | None:
        there = self.get(row["PartitionKey"], row["RowKey"])
        return None if there is None or not is_same(row, there) else str(there.metadata["etag"])


def _the_row_alone(error: ResourceNotFoundError) -> None:
    """Raises the error again where it is the table that is not there."""
    if judged(error, "table") != "gone":
        raise error
