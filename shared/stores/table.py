"""Batches, jobs and recordings in Table Storage.

    partition        row                 holds
    <batch id>       batch               the header
    <batch id>       job-<id>            a job
    <batch id>       recording-<id>      a recording
    !open            <batch id>          a note that the batch has work to do
    !active          <job id>            a job that is at a provider, or about to be
    !endpoint        <endpoint>          how busy a provider endpoint is, and how well
    !diary           <name>              when a regular task was done last

A batch is one partition, so that a job and its recordings change in one transaction of at most
100 rows. Every change is conditional on the ETag of the row as it was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from azure.core import MatchConditions
from azure.data.tables import (
    TableClient,
    TableTransactionError,
    TransactionOperation,
    UpdateMode,
)

from shared.errors import StoreConflict
from shared.model.batch import Batch
from shared.model.endpoint import EndpointState
from shared.model.job import ActiveJob, Job
from shared.model.recording import Recording, State
from shared.ports import Diary
from shared.stores.entities import Entities
from shared.stores.failures import storage_errors
from shared.stores.rows import from_row, prepare, to_row

OPEN, ACTIVE, ENDPOINT, DIARY = "!open", "!active", "!endpoint", "!diary"
prepare(Batch, Job, Recording, ActiveJob, EndpointState, Diary)


class TableBatchStore:
    """`shared.ports.BatchStore` on one table."""

    def __init__(self, table: TableClient) -> None:
        self._rows = Entities(table)

    def open_batch(self, batch: Batch) -> None:
        self._rows.put(OPEN, batch.id)
        self._rows.insert(batch.id, "batch", batch)

    def note_version(self, batch_id: str) -> str | None:
        row = self._rows.get(OPEN, batch_id)
        return None if row is None else str(row.metadata["etag"])

    def open_batches(self) -> Iterator[tuple[str, str]]:
        with storage_errors("list open batches"):
            for row in self._rows.query("PartitionKey eq @pk", {"pk": OPEN}):
                yield row["RowKey"], str(row.metadata["etag"])

    def close_batch(self, batch_id: str, version: str) -> None:
        self._rows.delete(OPEN, batch_id, version)

    def batch(self, batch_id: str) -> Batch | None:
        return self._rows.read(Batch, batch_id, "batch")

    def finish_batch(self, batch: Batch) -> None:
        self._rows.replace(batch.id, "batch", batch, batch.version)

    def insert(self, recording: Recording) -> bool:
        key = f"recording-{recording.id}"
        return self._rows.insert(recording.batch_id, key, recording) is not None

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
    ) -> Iterator[Recording]:
        where, values = _recordings_filter(batch_id, state, job_id, first, last)
        with storage_errors("list recordings"):
            for row in self._rows.query(where, values):
                yield from_row(Recording, row)

    def recording_ids(self, first_batch: str, last_batch: str) -> Iterator[str]:
        where = (
            "PartitionKey ge @first and PartitionKey le @last "
            "and RowKey ge 'recording-' and RowKey lt 'recording.'"
        )
        values = {"first": first_batch, "last": last_batch}
        with storage_errors("list recording ids"):
            for row in self._rows.query(where, values, select=["RowKey"]):
                yield row["RowKey"].removeprefix("recording-")

    def any_left(self, job: Job) -> bool:
        where, values = _recordings_filter(job.batch_id, "planned", job.id, job.first, job.last)
        with storage_errors("look for recordings"):
            rows = self._rows.query(where, values, results_per_page=1, select=["RowKey"])
            return next(iter(rows), None) is not None

    def job(self, batch_id: str, job_id: str) -> Job | None:
        return self._rows.read(Job, batch_id, f"job-{job_id}")

    def jobs(self, batch_id: str) -> Iterator[Job]:
        where = "PartitionKey eq @pk and RowKey ge 'job-' and RowKey lt 'job.'"
        with storage_errors("list jobs"):
            for row in self._rows.query(where, {"pk": batch_id}):
                yield from_row(Job, row)

    def save(self, job: Job | None = None, recordings: Iterable[Recording] = ()) -> Job | None:
        rows: list[tuple[str, Job | Recording]] = [("job-", job)] if job else []
        rows += [("recording-", row) for row in recordings]
        if not rows:
            return job
        operations = [
            _operation(to_row(row.batch_id, f"{kind}{row.id}", row), row.version)
            for kind, row in rows
        ]
        with storage_errors("save"):
            try:
                results = self._rows.table.submit_transaction(operations)
            except TableTransactionError as error:
                if error.status_code in (404, 409, 412):
                    raise StoreConflict("save: somebody else was first") from None
                raise
        return job and msgspec.structs.replace(job, version=str(results[0]["etag"]))


class TableActiveJobs:
    """`shared.ports.ActiveJobs`, in the same table."""

    def __init__(self, table: TableClient) -> None:
        self._rows = Entities(table)

    def all(self) -> list[ActiveJob]:
        return self._rows.partition(ActiveJob, ACTIVE)

    def get(self, job_id: str) -> ActiveJob | None:
        return self._rows.read(ActiveJob, ACTIVE, job_id)

    def put(self, active: ActiveJob) -> None:
        self._rows.put(ACTIVE, active.job_id, active)

    def update(self, active: ActiveJob) -> None:
        self._rows.replace(ACTIVE, active.job_id, active, active.version)

    def remove(self, job_id: str) -> None:
        self._rows.delete(ACTIVE, job_id)


class TableDiaries:
    """`shared.ports.Diaries`, in the same table."""

    def __init__(self, table: TableClient) -> None:
        self._rows = Entities(table)

    def get(self, name: str) -> Diary | None:
        return self._rows.read(Diary, DIARY, name)

    def save(self, diary: Diary) -> None:
        if diary.version:
            self._rows.replace(DIARY, diary.name, diary, diary.version)
        elif self._rows.insert(DIARY, diary.name, diary) is None:
            raise StoreConflict("save diary: somebody else was first")


class TableEndpointBook:
    """`shared.ports.EndpointBook`, in the same table."""

    def __init__(self, table: TableClient) -> None:
        self._rows = Entities(table)

    def state(self, name: str) -> EndpointState:
        return self._rows.read(EndpointState, ENDPOINT, name) or EndpointState(name=name)

    def all(self) -> dict[str, EndpointState]:
        return {state.name: state for state in self._rows.partition(EndpointState, ENDPOINT)}

    def save(self, state: EndpointState) -> EndpointState:
        if state.version:
            version = self._rows.replace(ENDPOINT, state.name, state, state.version)
        else:
            version = self._rows.insert(ENDPOINT, state.name, state) or ""
            if not version:
                raise StoreConflict("save endpoint: somebody else was first")
        return msgspec.structs.replace(state, version=version)


def _recordings_filter(
    batch_id: str, state: State | None, job_id: str | None, first: str | None, last: str | None
) -> tuple[str, dict[str, str]]:
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


def _operation(row: dict[str, Any], version: str) -> tuple[Any, ...]:
    if not version:
        return TransactionOperation.CREATE, row
    return (
        TransactionOperation.UPDATE,
        row,
        {
            "mode": UpdateMode.REPLACE,
            "etag": version,
            "match_condition": MatchConditions.IfNotModified,
        },
    )
