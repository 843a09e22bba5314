"""What the stack is doing, read from its table as a person would ask: what is where, how far?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from azure.data.tables import TableClient

from local.stack.hearing import NOTHING, Heard
from shared.model.batch.recording import TERMINAL, Recording
from shared.stores.table.batches import TableBatchStore

Key = tuple[str, str]
"""The name and the ETag of a dropped blob."""


@dataclass(frozen=True)
class Progress:
    """The dropped recordings by where they are; `rows` are those that are registered."""

    dropped: int
    submitted: int = 0
    is_reported: bool = False
    rows: Mapping[Key, Recording] = field(default_factory=dict)
    heard: Heard = NOTHING

    def count(self, state: str) -> int:
        return sum(row.state == state for row in self.rows.values())

    @property
    def is_over(self) -> bool:
        over = sum(map(self.count, TERMINAL))
        return over == self.dropped and self.is_reported

    def __str__(self) -> str:
        return (
            f"registered {len(self.rows)} of {self.dropped}, sent to the provider "
            f"{self.submitted}, transcribed {self.count('transcribed')}, "
            f"failed {self.count('failed')}{self._unchanged()}{self._heard()}"
        )

    def _heard(self) -> str:
        return f", {self.heard}" if self.heard.heard_ms < self.heard.speech_ms else ""

    def _unchanged(self) -> str:
        count = self.count("unchanged")
        return f", unchanged {count}" if count else ""


def look(table: TableClient, wanted: set[Key], batch_id: str | None = None) -> Progress:
    """Where the `wanted` are, in that batch. Without one every batch is read that there is: for a
    table of one's own."""
    store = TableBatchStore(table)
    rows: dict[Key, Recording] = {}
    submitted, reports = 0, []
    for looked_at in [batch_id] if batch_id else _batches(table):
        sent = {job.id for job in store.jobs(looked_at) if job.submitted_at is not None}
        for row in store.recordings(looked_at):
            if (row.name, row.etag) in wanted:
                rows[row.name, row.etag] = row
                submitted += row.job_id in sent
        reports.append(store.note_version(looked_at) is None)
    return Progress(len(wanted), submitted, bool(reports) and all(reports), rows)


def _batches(table: TableClient) -> list[str]:
    headers = table.query_entities("RowKey eq 'batch'", select=["PartitionKey"])
    return [header["PartitionKey"] for header in headers]
