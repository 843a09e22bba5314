"""Deliveries in the table, the newest first, and the parcels that are on their way.

    partition         row             holds
    !to-<receiver>    event-<key>     a delivery
    !to-<receiver>    parcel-<id>     deliveries that are sent off together

A delivery's key begins with the time of its event, counted backwards, so those of a slice lie close
together, and what is old lies at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from azure.data.tables import TableClient

from shared.errors import StoreConflict
from shared.model.events.delivery import Delivery, Parcel
from shared.model.events.event import key_at
from shared.ports.events import DeliveryFilter
from shared.stores.failures import storage_errors
from shared.stores.table.single_rows import Entities
from shared.stores.table.struct_to_row import from_row, prepare, to_row
from shared.stores.table.transaction import insert, put, remove, write

ROWS_IN_TRANSACTION = 100
prepare(Delivery, Parcel)


class TableDeliveries:
    """`shared.event_ports.Deliveries`."""

    def __init__(self, table: TableClient) -> None:
        self._rows = Entities(table)

    def add(self, parcel: Parcel, deliveries: Sequence[Delivery]) -> bool:
        changes = [insert(_row(delivery)) for delivery in deliveries]
        try:
            self._rows.transact([*changes, put(_parcel_row(parcel))], "add deliveries")
        except StoreConflict:
            return False
        return True

    def known(self, receiver: str, first: str, last: str) -> set[str]:
        where, values = _between(receiver, first, last)
        with storage_errors("list deliveries", "table"):
            rows = self._rows.query(where, values, select=["RowKey"])
            return {row["RowKey"].removeprefix("event-") for row in rows}

    def parcel(self, receiver: str, parcel_id: str) -> Parcel | None:
        return self._rows.read(Parcel, _partition(receiver), f"parcel-{parcel_id}")

    def parcels(self, receiver: str) -> list[Parcel]:
        where = "PartitionKey eq @pk and RowKey ge 'parcel-' and RowKey lt 'parcel.'"
        with storage_errors("list parcels", "table"):
            rows = self._rows.query(where, {"pk": _partition(receiver)})
            return [from_row(Parcel, row) for row in rows]

    def in_line(self, parcel: Parcel) -> list[Delivery]:
        where, values = _between(parcel.receiver, parcel.first, parcel.last)
        where += " and parcel eq @parcel and state eq 'pending'"
        with storage_errors("list deliveries", "table"):
            rows = self._rows.query(where, {**values, "parcel": parcel.id})
            return [from_row(Delivery, row) for row in rows]

    def put_parcel(self, parcel: Parcel) -> None:
        self._rows.put(_partition(parcel.receiver), f"parcel-{parcel.id}", parcel)

    def save(
        self,
        deliveries: Sequence[Delivery],
        *,
        keep: Iterable[Parcel] = (),
        drop: Parcel | None = None,
    ) -> None:
        changes = [write(_row(delivery), delivery.version) for delivery in deliveries]
        changes += [put(_parcel_row(parcel)) for parcel in keep]
        if drop is not None and not changes:
            self._rows.delete(_partition(drop.receiver), f"parcel-{drop.id}")
            return
        if drop is not None:
            keys = {"PartitionKey": _partition(drop.receiver), "RowKey": f"parcel-{drop.id}"}
            changes.append(remove(keys))
        if changes:
            self._rows.transact(changes, "save deliveries")

    def page(
        self,
        receiver: str,
        wanted: DeliveryFilter,
        *,
        first: str | None = None,
        last: str | None = None,
        most: int = 100,
    ) -> tuple[list[Delivery], str | None]:
        where, values = _wanted(receiver, wanted, first, last)
        with storage_errors("list deliveries", "table"):
            rows = self._rows.query(where, values, results_per_page=min(most + 1, 1_000))
            found = [from_row(Delivery, row) for row in islice(rows, most + 1)]
        more = f"{found[most - 1].key}!" if len(found) > most else None
        return found[:most], more

    def purge(self, receiver: str, before: datetime | None, most: int) -> bool:
        """With nothing to be kept the parcels go too."""
        where, values = "PartitionKey eq @pk", {"pk": _partition(receiver)}
        if before is not None:
            where += " and RowKey gt @first and RowKey lt 'event.'"
            values["first"] = f"event-{key_at(before)}~"
        with storage_errors("list old deliveries", "table"):
            rows = self._rows.query(where, values, select=["PartitionKey", "RowKey"])
            keys = [row["RowKey"] for row in islice(rows, most)]
        for start in range(0, len(keys), ROWS_IN_TRANSACTION):
            part = keys[start : start + ROWS_IN_TRANSACTION]
            gone = [{"PartitionKey": _partition(receiver), "RowKey": key} for key in part]
            self._rows.transact([remove(row) for row in gone], "delete old rows")
        return len(keys) < most


def _partition(receiver: str) -> str:
    return f"!to-{receiver}"


def _row(delivery: Delivery) -> dict[str, Any]:
    return to_row(_partition(delivery.receiver), f"event-{delivery.key}", delivery)


def _parcel_row(parcel: Parcel) -> dict[str, Any]:
    return to_row(_partition(parcel.receiver), f"parcel-{parcel.id}", parcel)


def _between(receiver: str, first: str, last: str) -> tuple[str, dict[str, Any]]:
    where = "PartitionKey eq @pk and RowKey ge @first and RowKey le @last"
    values = {"pk": _partition(receiver), "first": f"event-{first}", "last": f"event-{last}"}
    return where, values


def _wanted(
    receiver: str, wanted: DeliveryFilter, first: str | None, last: str | None
) -> tuple[str, dict[str, Any]]:
    """Keys run backwards: the first are those of the latest events."""
    begin = key_at(wanted.to_at) + "~" if wanted.to_at else ""
    end = key_at(wanted.from_at) + "~" if wanted.from_at else "~"
    where, values = _between(receiver, max(begin, first or ""), min(end, last or "~"))
    for name in ("state", "type", "batch_id"):
        value = getattr(wanted, name)
        if value is not None:
            where += f" and {name} eq @{name}"
            values[name] = value
    return where, values
