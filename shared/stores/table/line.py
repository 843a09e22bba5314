"""Lines in the table: what waits for each provider, in order.

partition           row                    holds
!line-<provider>    !head                  for when a message was sent, and what the log told
!line-<provider>    <rank>-<time>-<job>    a job that waits, as it was when it joined
!line-<provider>    ~-<turn>-<job>         a job whose turn comes later
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec
from azure.data.tables import TableClient

from shared.errors import StoreConflict
from shared.model.job.job import Job
from shared.ports.indices import LATER, LineHead, Waiting, later, place_of
from shared.ports.state import ROWS_IN_TRANSACTION
from shared.stores.failures import storage_errors
from shared.stores.table.single_rows import Entities
from shared.stores.table.struct_to_row import from_row, prepare
from shared.stores.table.transaction import put

PREFIX, HEAD = "!line-", "!head"
prepare(LineHead)
_encoder, _decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(Job)


class TableLine:
    """`ports.indices.Line`, in the same table."""

    def __init__(self, table: TableClient) -> None:
        self._rows = Entities(table)

    def first(self, provider: str, most: int) -> tuple[LineHead, list[Waiting]]:
        head, waiting = LineHead(provider=provider), []
        where = "PartitionKey eq @pk and RowKey lt @later"
        values = {"pk": _partition(provider), "later": LATER}
        with storage_errors("look along a line", "table"):
            rows = self._rows.query(where, values, results_per_page=most + 1)
            for row in islice(rows, most + 1):
                if row["RowKey"] == HEAD:
                    head = from_row(LineHead, row)
                else:
                    waiting.append(Waiting(key=row["RowKey"], job=_unpacked(row["job"])))
        return head, waiting[:most]

    def due(self, provider: str, now: datetime, most: int) -> list[Waiting]:
        where = "PartitionKey eq @pk and RowKey ge @first and RowKey lt @last"
        values = {"pk": _partition(provider), "first": LATER, "last": later(now, "~")}
        with storage_errors("look who is due", "table"):
            rows = self._rows.query(where, values, results_per_page=most)
            return [
                Waiting(key=row["RowKey"], job=_unpacked(row["job"])) for row in islice(rows, most)
            ]

    def join(self, jobs: Sequence[Job]) -> None:
        for some in _by_line(jobs):
            self._rows.transact([put(_row(job)) for job in some], "join a line")

    def leave(self, jobs: Sequence[Job]) -> None:
        """Together where all are there, as they mostly are."""
        for some in _by_line(jobs):
            try:
                self._rows.remove_all([_row(job) for job in some], "leave a line")
            except StoreConflict:
                for job in some:
                    self._rows.delete(_partition(job.waits_for), place_of(job))

    def jobs(self, provider: str) -> Iterator[str]:
        where = "PartitionKey eq @pk and RowKey gt @head"
        values = {"pk": _partition(provider), "head": HEAD}
        with storage_errors("list a line", "table"):
            for row in self._rows.query(where, values, select=["RowKey"]):
                yield row["RowKey"].split("-", 2)[2]

    def save_head(self, head: LineHead) -> None:
        partition = _partition(head.provider)
        if head.version:
            self._rows.replace(partition, HEAD, head, head.version)
        elif self._rows.insert(partition, HEAD, head) is None:
            raise StoreConflict("save head: somebody else was first")


def _partition(provider: str) -> str:
    return f"{PREFIX}{provider}"


def _row(job: Job) -> dict[str, Any]:
    key = place_of(job)
    return {"PartitionKey": _partition(job.waits_for), "RowKey": key, "job": _packed(job)}


def _packed(job: Job) -> bytes:
    return zlib.compress(_encoder.encode(job))


def _unpacked(content: bytes) -> Job:
    return _decoder.decode(zlib.decompress(content))


def _by_line(jobs: Sequence[Job]) -> Iterator[list[Job]]:
    """As many of one line as can change together, each once."""
    unique = {(job.waits_for, place_of(job)): job for job in jobs}
    for who in dict.fromkeys(job.waits_for for job in unique.values()):
        mine = [job for job in unique.values() if job.waits_for == who]
        for i in range(0, len(mine), ROWS_IN_TRANSACTION):
            yield mine[i : i + ROWS_IN_TRANSACTION]
