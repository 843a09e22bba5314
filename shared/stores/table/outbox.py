"""Notices in the table, and where to look for them.

partition                 row              holds
<of what changed>         !outbox-<id>     a notice, until it is passed on
!outbox                   <partition>      a note that there are notices, or were
"""

from __future__ import annotations

from datetime import datetime

from azure.data.tables import TableClient

from shared.model.events.notice import Notice
from shared.ports.events import OutboxNote
from shared.stores.failures import storage_errors
from shared.stores.table.single_rows import Entities
from shared.stores.table.struct_to_row import prepare, to_row
from shared.stores.table.transaction import Change, put

OUTBOX = "!outbox"
prepare(Notice, OutboxNote)


def notice_change(notice: Notice) -> Change:
    """For the transaction of the rows that the notice is about."""
    return put(to_row(notice.partition, _key(notice.id), notice))


def _key(notice_id: str) -> str:
    return f"!outbox-{notice_id}"


class TableOutbox:
    """`shared.event_ports.Outbox`."""

    def __init__(self, table: TableClient) -> None:
        self._rows = Entities(table)

    def note(self, partition: str, now: datetime) -> None:
        self._rows.put(OUTBOX, partition, OutboxNote(partition=partition, noted_at=now))

    def noted(self) -> list[OutboxNote]:
        return self._rows.partition(OutboxNote, OUTBOX)

    def forget(self, note: OutboxNote) -> None:
        self._rows.delete(OUTBOX, note.partition, note.version)

    def get(self, partition: str, notice_id: str) -> Notice | None:
        return self._rows.read(Notice, partition, _key(notice_id))

    def overdue(self, partition: str) -> list[tuple[str, datetime]]:
        where = "PartitionKey eq @pk and RowKey ge '!outbox-' and RowKey lt '!outbox.'"
        with storage_errors("list notices", "table"):
            rows = self._rows.query(where, {"pk": partition}, select=["id", "made_at"])
            return [(row["id"], row["made_at"]) for row in rows]

    def remove(self, partition: str, notice_id: str) -> None:
        self._rows.delete(partition, _key(notice_id))
