"""Batches, jobs and recordings in Table Storage.

    partition        row                 holds
    <batch id>       batch               the header
    <batch id>       job-<id>            a job
    <batch id>       recording-<id>      a recording
    !open            <batch id>          a note that the batch has work to do
    !active          <job id>            a job that is at a provider, or about to be

A batch is one partition, so that a job and its recordings change in one transaction of at most
100 rows. Every change is conditional on the ETag of the row as it was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.data.tables import (
    TableClient,
    TableEntity,
    TableTransactionError,
    TransactionOperation,
    UpdateMode,
)

from shared.errors import StoreConflict
from shared.model.batch import Batch
from shared.model.job import ActiveJob, Job
from shared.model.recording import Recording, State
from shared.stores.failures import storage_errors
from shared.stores.rows import S, from_row, to_row

OPEN, ACTIVE = "!open", "!active"


class TableBatchStore:
    """`shared.ports.BatchStore` on one table."""

    def __init__(self, table: TableClient) -> None:
        self._table = table

    def open_batch(self, batch: Batch) -> None:
        with storage_errors("open batch"):
            self._table.upsert_entity(
                {"PartitionKey": OPEN, "RowKey": batch.id}, mode=UpdateMode.REPLACE
            )
            try:
                self._table.create_entity(to_row(batch.id, "batch", batch))
            except ResourceExistsError:
                return

    def note_version(self, batch_id: str) -> str | None:
        row = self._get(OPEN, batch_id)
        return None if row is None else str(row.metadata["etag"])

    def open_batches(self) -> Iterator[tuple[str, str]]:
        with storage_errors("list open batches"):
            for row in self._query("PartitionKey eq @pk", {"pk": OPEN}):
                yield row["RowKey"], str(row.metadata["etag"])

    def close_batch(self, batch_id: str, version: str) -> None:
        with storage_errors("close batch"):
            try:
                self._table.delete_entity(
                    OPEN, batch_id, etag=version, match_condition=MatchConditions.IfNotModified
                )
            except ResourceNotFoundError:
                return

    def batch(self, batch_id: str) -> Batch | None:
        return self._read(Batch, batch_id, "batch")

    def finish_batch(self, batch: Batch) -> None:
        self._replace(batch.id, "batch", batch, batch.version)

    def insert(self, recording: Recording) -> bool:
        with storage_errors("insert recording"):
            try:
                self._table.create_entity(
                    to_row(recording.batch_id, f"recording-{recording.id}", recording)
                )
            except ResourceExistsError:
                return False
        return True

    def recording(self, batch_id: str, recording_id: str) -> Recording | None:
        return self._read(Recording, batch_id, f"recording-{recording_id}")

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
            for row in self._query(where, values):
                yield from_row(Recording, row)

    def any_left(self, job: Job) -> bool:
        where, values = _recordings_filter(job.batch_id, "planned", job.id, job.first, job.last)
        with storage_errors("look for recordings"):
            rows = self._query(where, values, results_per_page=1, select=["RowKey"])
            return next(iter(rows), None) is not None

    def job(self, batch_id: str, job_id: str) -> Job | None:
        return self._read(Job, batch_id, f"job-{job_id}")

    def jobs(self, batch_id: str) -> Iterator[Job]:
        where = "PartitionKey eq @pk and RowKey ge 'job-' and RowKey lt 'job.'"
        with storage_errors("list jobs"):
            for row in self._query(where, {"pk": batch_id}):
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
                results = self._table.submit_transaction(operations)
            except TableTransactionError as error:
                if error.status_code in (404, 409, 412):
                    raise StoreConflict("save: somebody else was first") from None
                raise
        return job and msgspec.structs.replace(job, version=str(results[0]["etag"]))

    def _replace(self, partition: str, key: str, struct: msgspec.Struct, version: str) -> None:
        with storage_errors("replace"):
            try:
                self._table.update_entity(
                    to_row(partition, key, struct),
                    mode=UpdateMode.REPLACE,
                    etag=version,
                    match_condition=MatchConditions.IfNotModified,
                )
            except ResourceNotFoundError:
                raise StoreConflict("replace: the row is gone") from None

    def _get(self, partition: str, key: str) -> TableEntity | None:
        with storage_errors("read"):
            try:
                return self._table.get_entity(partition, key)
            except ResourceNotFoundError:
                return None

    def _read(self, kind: type[S], partition: str, key: str) -> S | None:
        row = self._get(partition, key)
        return None if row is None else from_row(kind, row)

    def _query(self, where: str, values: dict[str, Any], **options: Any) -> Iterable[TableEntity]:
        return self._table.query_entities(where, parameters=values, **options)


class TableActiveJobs(TableBatchStore):
    """`shared.ports.ActiveJobs`, in the same table."""

    def all(self) -> list[ActiveJob]:
        with storage_errors("list active jobs"):
            rows = self._query("PartitionKey eq @pk", {"pk": ACTIVE})
            return [from_row(ActiveJob, row) for row in rows]

    def get(self, job_id: str) -> ActiveJob | None:
        return self._read(ActiveJob, ACTIVE, job_id)

    def put(self, active: ActiveJob) -> None:
        with storage_errors("put active job"):
            self._table.upsert_entity(
                to_row(ACTIVE, active.job_id, active), mode=UpdateMode.REPLACE
            )

    def update(self, active: ActiveJob) -> None:
        self._replace(ACTIVE, active.job_id, active, active.version)

    def remove(self, job_id: str) -> None:
        with storage_errors("remove active job"):
            try:
                self._table.delete_entity(ACTIVE, job_id)
            except ResourceNotFoundError:
                return


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
