"""What the stack is doing, read from its table as a person would ask: what is where, how far?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from azure.data.tables import TableClient

from local.stack.hearing import NOTHING, Heard
from shared.model.recording.recording import TERMINAL, Recording
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
    turn_at: datetime | None = None

    def count(self, state: str) -> int:
        return sum(row.state == state for row in self.rows.values())

    @property
    def is_over(self) -> bool:
        over = sum(map(self.count, TERMINAL))
        all_made = not any(map(_awaits_insights, self.rows.values()))
        return over == self.dropped and self.is_reported and all_made

    def __str__(self) -> str:
        return (
            f"registered {len(self.rows)} of {self.dropped}, sent to the provider "
            f"{self.submitted}, transcribed {self.count('transcribed')}, "
            f"failed {self.count('failed')}{self._unchanged()}{self._heard()}{self._turn()}"
        )

    def _turn(self) -> str:
        """When the next job goes, where `send` has it wait."""
        return f", waiting until {self.turn_at:%d %B, %H:%M} UTC" if self.turn_at else ""

    def _heard(self) -> str:
        return f", {self.heard}" if self.heard.heard_ms < self.heard.speech_ms else ""

    def _unchanged(self) -> str:
        count = self.count("unchanged")
        return f", unchanged {count}" if count else ""


def _awaits_insights(row: Recording) -> bool:
    """They come after the transcript, and after the report."""
    there = row.understanding
    is_wanted = row.state == "transcribed" and bool(row.profile.insights)
    return is_wanted and (there is None or there.stored_at is None)


def look(table: TableClient, wanted: set[Key], batch_id: str | None = None) -> Progress:
    """Where the `wanted` are, in that batch. Without one every batch is read that there is: for a
    table of one's own."""
    store = TableBatchStore(table)
    rows: dict[Key, Recording] = {}
    submitted, reports = 0, []
    turns: list[datetime] = []
    for looked_at in [batch_id] if batch_id else _batches(table):
        jobs = list(store.jobs(looked_at))
        sent = {job.id for job in jobs if job.submitted_at is not None}
        turns += [job.turn_at for job in jobs if job.turn_at and job.id not in sent]
        for row in store.recordings(looked_at):
            if (row.name, row.etag) in wanted:
                rows[row.name, row.etag] = row
                submitted += row.job_id in sent
        reports.append(store.note_version(looked_at) is None)
    is_reported = bool(reports) and all(reports)
    return Progress(len(wanted), submitted, is_reported, rows, turn_at=min(turns, default=None))


def _batches(table: TableClient) -> list[str]:
    headers = table.query_entities("RowKey eq 'batch'", select=["PartitionKey"])
    return [header["PartitionKey"] for header in headers]
