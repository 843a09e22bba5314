"""Batches, jobs and recordings in Table Storage.

    partition        row                 holds
    <batch id>       batch               the header
    <batch id>       job-<id>            a job
    <batch id>       recording-<id>      a recording
    <batch id>       part-<number>       a stretch of its request, being made into recordings
    !batches         <time, batch id>    a line of the list of all batches
    !open            <batch id>          a note that the batch has work to do
    !carrier-<id>    job-<id>            a job that carries recordings of several batches
    !line-<provider> <rank, time, id>    a job that waits for the provider
    !active          <job id>            a job that is at a provider, or about to be
    !endpoint        <endpoint>          how busy a provider endpoint is, and how well
    !content-<digit> <64 hex digits>     which recording of the same audio is paid for
    !names-<0 to 3>  <64 hex digits>     which version of a name was to be transcribed
    !brakes          <scope>             what is stopped, or has reached its ceiling
    !keys            <key id>            a key of ours: its hash, and what it may
    !diary           <name>              when a regular task was done last

A batch is one partition, so that a job and its recordings change in one transaction of at most
100 rows. Every change is conditional on the ETag of the row as it was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import msgspec

from shared.errors import StoreConflict
from shared.model.batch.batch import Batch, BatchEntry, Part, entry_key, entry_of, is_over, state_of
from shared.model.events.notice import Notice
from shared.model.job.job import Job
from shared.model.recording.recording import Recording
from shared.ports.state import (
    FEW_ROWS,
    ROWS_IN_TRANSACTION,
    BatchFilter,
    OpenBatch,
    Whole,
    in_transactions,
)
from shared.stores.failures import storage_errors
from shared.stores.table.jobs import TableJobs
from shared.stores.table.outbox import notice_change
from shared.stores.table.partitions import BATCHES, OPEN
from shared.stores.table.struct_to_row import from_row, prepare, to_row
from shared.stores.table.transaction import Change, insert, put, remove, write


class _Note(msgspec.Struct, frozen=True, kw_only=True):
    """That a batch has work to do; the first ones were without a time."""

    created_at: datetime | None = None
    reporting_at: datetime | None = None


prepare(Batch, BatchEntry, Part, _Note)


class TableBatchStore(TableJobs):
    """`ports.state.NoticedRows` on one table."""

    def open_batch(self, batch: Batch, notice: Notice | None = None) -> None:
        """Whoever closes the note brings the list up to date before that, so the list goes before
        the note. Where there was none, who dies in between would leave the list as it is for good:
        there the note goes first, and is put once more where somebody closed it meanwhile."""
        if batch.version and not batch.was_over:
            self._list(batch, entry_of(batch, "running"))
        note = _Note(created_at=batch.created_at)
        self._rows.put(OPEN, batch.id, note)
        if batch.version and batch.was_over:
            self._list(batch, entry_of(batch, "running"))
            if self.note_version(batch.id) is None:
                self._rows.put(OPEN, batch.id, note)
        if batch.version:
            return
        if notice is not None:
            self.create_batch(batch, notice=notice)
        else:
            self._rows.insert(batch.id, "batch", batch)

    def note_work(self, batch: Batch) -> None:
        self._rows.put(OPEN, batch.id, _Note(created_at=batch.created_at))

    def insert_first(
        self, batch: Batch, recording: Recording, notice: Notice | None = None
    ) -> bool:
        rows = [
            to_row(batch.id, "batch", batch),
            to_row(batch.id, f"recording-{recording.id}", recording),
        ]
        try:
            self._transact([insert(row) for row in rows], "insert first recording", notice)
        except StoreConflict:
            return False
        return True

    def create_batch(
        self, batch: Batch, parts: Sequence[Part] = (), notice: Notice | None = None
    ) -> bool:
        rows = [to_row(batch.id, "batch", batch)]
        rows += [to_row(batch.id, f"part-{part.number:03}", part) for part in parts]
        try:
            self._transact([insert(row) for row in rows], "create batch", notice)
        except StoreConflict:
            return False
        return True

    def part(self, batch_id: str, number: int) -> Part | None:
        return self._rows.read(Part, batch_id, f"part-{number:03}")

    def parts(self, batch_id: str) -> list[Part]:
        where = "PartitionKey eq @pk and RowKey ge 'part-' and RowKey lt 'part.'"
        with storage_errors("list parts", "table"):
            return [from_row(Part, row) for row in self._rows.query(where, {"pk": batch_id})]

    def save_part(self, part: Part) -> None:
        self._rows.replace(part.batch_id, f"part-{part.number:03}", part, part.version)

    def list_batch(self, batch: Batch) -> None:
        self._list(batch, entry_of(batch, state_of(batch)))

    def list_batches(self, batches: Sequence[Batch]) -> None:
        entries = [
            (entry_key(one.id, one.created_at), entry_of(one, state_of(one))) for one in batches
        ]
        changes = [put(to_row(BATCHES, key, entry)) for key, entry in entries]
        self._transact(changes, "list batches")

    def _list(self, batch: Batch, entry: BatchEntry) -> None:
        self._rows.put(BATCHES, entry_key(batch.id, batch.created_at), entry)

    def entries(
        self, wanted: BatchFilter, *, after: str | None, most: int
    ) -> tuple[list[BatchEntry], str | None]:
        where, values = _entries_filter(wanted, after)
        with storage_errors("list batches", "table"):
            rows = list(
                islice(self._rows.query(where, values, results_per_page=most + 1), most + 1)
            )
        more = rows[most - 1]["RowKey"] if len(rows) > most else None
        return [from_row(BatchEntry, row) for row in rows[:most]], more

    def forget_recordings(self, batch: Batch, recordings: Sequence[Recording]) -> Batch:
        return self._remove(batch, [f"recording-{row.id}" for row in recordings])

    def forget(self, batch: Batch) -> Batch:
        where = "PartitionKey eq @pk and RowKey gt 'batch'"
        with storage_errors("list rows", "table"):
            keys = [
                row["RowKey"]
                for row in self._rows.query(where, {"pk": batch.id}, select=["RowKey"])
            ]
        batch = self._remove(batch, keys)
        self._rows.delete(BATCHES, entry_key(batch.id, batch.created_at))
        return batch

    def _remove(self, batch: Batch, keys: Sequence[str]) -> Batch:
        """Each transaction holds the header, too: who was overtaken removes nothing any more."""
        most = ROWS_IN_TRANSACTION - 1
        for i in range(0, len(keys), most):
            changes = [write(to_row(batch.id, "batch", batch), batch.version)]
            changes += [
                remove({"PartitionKey": batch.id, "RowKey": key}) for key in keys[i : i + most]
            ]
            versions = self._transact(changes, "delete rows")
            batch = msgspec.structs.replace(batch, version=versions[0])
        return batch

    def note_version(self, batch_id: str) -> str | None:
        row = self._rows.get(OPEN, batch_id)
        return None if row is None else str(row.metadata["etag"])

    def take_note(self, batch_id: str, now: datetime, lease: timedelta) -> str | None:
        row = self._rows.get(OPEN, batch_id)
        if row is None:
            return None
        note = from_row(_Note, row)
        if note.reporting_at is not None and now - note.reporting_at < lease:
            return None
        taken = msgspec.structs.replace(note, reporting_at=now)
        return self._rows.replace(OPEN, batch_id, taken, str(row.metadata["etag"]))

    def give_note_back(self, batch_id: str, version: str) -> None:
        row = self._rows.get(OPEN, batch_id)
        if row is None or row.metadata["etag"] != version:
            return
        free = msgspec.structs.replace(from_row(_Note, row), reporting_at=None)
        with suppress(StoreConflict):
            self._rows.replace(OPEN, batch_id, free, version)

    def open_batches(self, *, after: str = "") -> Iterator[OpenBatch]:
        where = "PartitionKey eq @pk and RowKey gt @after"
        with storage_errors("list open batches", "table"):
            for row in self._rows.query(where, {"pk": OPEN, "after": after}):
                note = from_row(_Note, row)
                version = str(row.metadata["etag"])
                yield OpenBatch(row["RowKey"], version, note.created_at, note.reporting_at)

    def close_batch(self, batch_id: str, version: str) -> None:
        self._rows.delete(OPEN, batch_id, version)

    def close_batches(self, notes: Sequence[tuple[str, str]]) -> list[str]:
        """One that was opened again keeps the others from going together, too."""
        changes = [
            remove({"PartitionKey": OPEN, "RowKey": batch_id}, version)
            for batch_id, version in notes
        ]
        try:
            self._transact(changes, "close batches")
        except StoreConflict:
            return [batch_id for batch_id, version in notes if not self._closes(batch_id, version)]
        return []

    def _closes(self, batch_id: str, version: str) -> bool:
        try:
            self.close_batch(batch_id, version)
        except StoreConflict:
            return False
        return True

    def batch(self, batch_id: str) -> Batch | None:
        return self._rows.read(Batch, batch_id, "batch")

    def whole(self, batch_id: str) -> Whole | None:
        batch, jobs, recordings = None, list[Job](), list[Recording]()
        with storage_errors("read batch", "table"):
            found = self._rows.query(
                "PartitionKey eq @pk", {"pk": batch_id}, results_per_page=FEW_ROWS + 1
            )
            for count, row in enumerate(found):
                if count == FEW_ROWS:
                    return None
                kind = row["RowKey"].split("-")[0]
                if kind == "batch":
                    batch = from_row(Batch, row)
                elif kind == "job":
                    jobs.append(from_row(Job, row))
                elif kind == "recording":
                    recordings.append(from_row(Recording, row))
        return Whole(batch, jobs, recordings)

    def save_batch(self, batch: Batch, notice: Notice | None = None, *, lists: bool = True) -> None:
        """The header first: it decides, and who loses with it leaves the list as it is. A batch
        that goes on is listed as such when it is opened; one that is over, once it is; and who dies
        in between is followed by somebody who finds it open, and lists it."""
        if notice is None:
            self._rows.replace(batch.id, "batch", batch, batch.version)
        else:
            change = write(to_row(batch.id, "batch", batch), batch.version)
            self._transact([change], "save batch", notice)
        if lists and is_over(batch):
            self.list_batch(batch)

    def insert(self, recording: Recording, notice: Notice | None = None) -> bool:
        key = f"recording-{recording.id}"
        if notice is None:
            return self._rows.insert(recording.batch_id, key, recording) is not None
        change = insert(to_row(recording.batch_id, key, recording))
        try:
            self._transact([change], "insert recording", notice)
        except StoreConflict:
            return False
        return True

    def save(
        self,
        job: Job | None = None,
        recordings: Iterable[Recording] = (),
        notice: Notice | None = None,
    ) -> Job | None:
        saved = self.save_jobs([job] if job else [], list(recordings), notice)
        return saved[0] if saved else None

    def save_jobs(
        self,
        jobs: Sequence[Job],
        recordings: Sequence[Recording] = (),
        notice: Notice | None = None,
    ) -> list[Job]:
        rows: list[tuple[str, Job | Recording]] = [("job-", job) for job in jobs]
        rows += [("recording-", row) for row in recordings]
        if not rows:
            return []
        changes = [
            write(to_row(row.batch_id, f"{kind}{row.id}", row), row.version) for kind, row in rows
        ]
        versions = self._transact(changes, "save", notice)
        return [
            msgspec.structs.replace(job, version=version)
            for job, version in zip(jobs, versions, strict=False)
        ]

    def save_all(self, recordings: Iterable[Recording]) -> None:
        for part in in_transactions(recordings):
            self.save(recordings=part)

    def commit(
        self, batch: Batch, recordings: Sequence[Recording]
    ) -> tuple[Batch, list[Recording]]:
        changes = [write(to_row(batch.id, "batch", batch), batch.version)]
        changes += [
            write(to_row(row.batch_id, f"recording-{row.id}", row), row.version)
            for row in recordings
        ]
        versions = self._transact(changes, "commit")
        return msgspec.structs.replace(batch, version=versions[0]), [
            msgspec.structs.replace(row, version=version)
            for row, version in zip(recordings, versions[1:], strict=True)
        ]

    def _transact(
        self, changes: Sequence[Change], what: str, notice: Notice | None = None
    ) -> list[str]:
        if notice is not None:
            changes = [*changes, notice_change(notice)]
        return self._rows.transact(changes, what)


def _entries_filter(wanted: BatchFilter, after: str | None) -> tuple[str, dict[str, Any]]:
    """The key holds the time, so only those of the times asked for are read."""
    where, values = ["PartitionKey eq @pk"], {"pk": BATCHES}
    bounds = {
        "gt": after,
        "ge": entry_key("", wanted.created_to)[:-1] + "." if wanted.created_to else None,
        "lt": entry_key("", wanted.created_from)[:-1] + "." if wanted.created_from else None,
    }
    for operator, key in bounds.items():
        if key is not None:
            where.append(f"RowKey {operator} @{operator}")
            values[operator] = key
    for name in ("state", "profile", "origin"):
        value = getattr(wanted, name)
        if value is not None:
            where.append(f"{name} eq @{name}")
            values[name] = value
    return " and ".join(where), values
