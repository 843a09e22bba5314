"""Recordings in Table Storage, read."""

from __future__ import annotations

from collections.abc import Iterator

from azure.data.tables import TableClient

from shared.model.recording.recording import Recording, State
from shared.ports.state import ConversationFacts, RecordingFacts
from shared.stores.failures import storage_errors
from shared.stores.table.single_rows import Entities
from shared.stores.table.struct_to_row import derive, from_row, prepare

_DERIVED = ("duration_ms", "needs_review", "cost_amount", "cost_currency")
prepare(Recording, RecordingFacts, ConversationFacts)
derive(Recording, *_DERIVED)


class TableRecordings:
    """`ports.state.Recordings` on one table."""

    def __init__(self, table: TableClient) -> None:
        self._rows = Entities(table)

    def recording(self, batch_id: str, recording_id: str) -> Recording | None:
        return self._rows.read(Recording, batch_id, f"recording-{recording_id}")

    def recordings(
        self,
        batch_id: str,
        *,
        state: State | None = None,
        job_id: str | None = None,
        first: str | None = None,
        last: str | None = None,
        page: int | None = None,
    ) -> Iterator[Recording]:
        where, values = recordings_filter(batch_id, state, job_id, first, last)
        with storage_errors("list recordings", "table"):
            for row in self._rows.query(where, values, results_per_page=page):
                yield from_row(Recording, row)

    def recording_ids(self, first_batch: str, last_batch: str) -> Iterator[str]:
        where = (
            "PartitionKey ge @first and PartitionKey le @last "
            "and RowKey ge 'recording-' and RowKey lt 'recording.'"
        )
        values = {"first": first_batch, "last": last_batch}
        with storage_errors("list recording ids", "table"):
            for row in self._rows.query(where, values, select=["RowKey"]):
                yield row["RowKey"].removeprefix("recording-")

    def facts(self, batch_id: str) -> Iterator[RecordingFacts]:
        where, values = recordings_filter(batch_id, None, None, None, None)
        with storage_errors("count recordings", "table"):
            for row in self._rows.query(where, values, select=["state", "committed", *_DERIVED]):
                yield from_row(RecordingFacts, row)

    def conversations(self, batch_id: str) -> Iterator[ConversationFacts]:
        where, values = recordings_filter(batch_id, "transcribed", None, None, None)
        with storage_errors("read conversations", "table"):
            for row in self._rows.query(where, values, select=["labels", "outcome"]):
                yield from_row(ConversationFacts, row)


def recordings_filter(
    batch_id: str, state: State | None, job_id: str | None, first: str | None, last: str | None
) -> tuple[str, dict[str, str]]:
    """What a query asks for, and the values in it."""
    where = ["PartitionKey eq @pk", "RowKey ge @first", "RowKey le @last"]
    values = {
        "pk": batch_id,
        "first": f"recording-{first or ''}",
        "last": f"recording-{last or '~'}",
    }
    if state:
        where.append("state eq @state")
        values["state"] = state
    if job_id:
        where.append("job_id eq @job")
        values["job"] = job_id
    return " and ".join(where), values
