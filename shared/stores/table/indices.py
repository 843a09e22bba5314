"""The small partitions beside the batches: active jobs, diaries, claims of content, endpoints."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from threading import Lock
from time import monotonic

import msgspec
from azure.data.tables import TableClient

from shared.errors import StoreConflict
from shared.model.endpoint.endpoint import EndpointState
from shared.model.events.notice import Notice
from shared.model.job.active_job import ActiveJob
from shared.ports.indices import ContentClaim, Diary
from shared.ports.state import ROWS_IN_TRANSACTION
from shared.stores.failures import storage_errors
from shared.stores.table.outbox import notice_change
from shared.stores.table.partitions import ACTIVE, CONTENT, CONTENTS, DIARY, ENDPOINT, contents
from shared.stores.table.single_rows import Entities
from shared.stores.table.struct_to_row import from_row, prepare, to_row
from shared.stores.table.transaction import put, write

SOME = 20
ASKED_EVERY_SECONDS = 3_600
prepare(ActiveJob, EndpointState, Diary, ContentClaim)


class TableActiveJobs:
    """`ports.indices.ActiveJobs`, in the same table."""

    def __init__(self, table: TableClient) -> None:
        self._rows = Entities(table)
        self._leaving: dict[str, None] = {}
        self._turn = Lock()

    def all(self) -> list[ActiveJob]:
        return self._rows.partition(ActiveJob, ACTIVE)

    def get(self, job_id: str) -> ActiveJob | None:
        return self._rows.read(ActiveJob, ACTIVE, job_id)

    def any_of(self, batch_id: str) -> list[str]:
        where = "PartitionKey eq @pk and batch_id eq @batch"
        values = {"pk": ACTIVE, "batch": batch_id}
        with storage_errors("look for active jobs", "table"):
            rows = self._rows.query(where, values, results_per_page=SOME, select=["RowKey"])
            return [str(row["RowKey"]) for row in islice(rows, SOME)]

    def put(self, active: ActiveJob) -> None:
        self._rows.put(ACTIVE, active.job_id, active)

    def put_all(self, entries: Sequence[ActiveJob]) -> None:
        changes = [put(to_row(ACTIVE, entry.job_id, entry)) for entry in entries]
        self._rows.transact(changes, "list active jobs")

    def update(self, active: ActiveJob) -> None:
        self._rows.replace(ACTIVE, active.job_id, active, active.version)

    def remove(self, job_id: str) -> None:
        """Whoever comes while another one removes waits, and goes along with all who wait."""
        self._leaving[job_id] = None
        try:
            with self._turn:
                if job_id in self._leaving:
                    self._remove_along(job_id)
        finally:
            self._leaving.pop(job_id, None)

    def _remove_along(self, job_id: str) -> None:
        others = (other for other in list(self._leaving) if other != job_id)
        leaving = [job_id, *islice(others, ROWS_IN_TRANSACTION - 1)]
        if len(leaving) > 1 and self._are_removed(leaving):
            for other in leaving:
                self._leaving.pop(other, None)
        else:
            self._rows.delete(ACTIVE, job_id)

    def _are_removed(self, job_ids: Sequence[str]) -> bool:
        """False: one of them was gone, so none was."""
        keys = [{"PartitionKey": ACTIVE, "RowKey": job_id} for job_id in job_ids]
        try:
            self._rows.remove_all(keys, "leave the active jobs")
        except StoreConflict:
            return False
        return True


class TableDiaries:
    """`ports.indices.Diaries`, in the same table."""

    def __init__(self, table: TableClient) -> None:
        self._rows = Entities(table)

    def get(self, name: str) -> Diary | None:
        return self._rows.read(Diary, DIARY, name)

    def save(self, diary: Diary) -> None:
        if diary.version:
            self._rows.replace(DIARY, diary.name, diary, diary.version)
        elif self._rows.insert(DIARY, diary.name, diary) is None:
            raise StoreConflict("save diary: somebody else was first")

    def note(self, name: str, done_at: datetime) -> None:
        self._rows.put(DIARY, name, Diary(name=name, done_at=done_at))


class TableContents:
    """`ports.indices.Contents`, in the same table: a partition for each first digit. Where all were
    in one, in releases before, is looked for as long as there are some: an instance of such a
    release may still write there."""

    def __init__(self, table: TableClient) -> None:
        self._rows = Entities(table)
        self._none_before_until = 0.0

    def claim(self, content: str) -> ContentClaim | None:
        found = self._rows.read(ContentClaim, contents(content), content)
        if found is not None or self._none_before():
            return found
        former = self._rows.read(ContentClaim, CONTENT, content)
        return None if former is None else msgspec.structs.replace(former, is_former=True)

    def _none_before(self) -> bool:
        """Whether no release before left a claim; once that is so, it is asked once an hour."""
        if monotonic() < self._none_before_until:
            return True
        with storage_errors("look for claims", "table"):
            rows = self._rows.query("PartitionKey eq @pk", {"pk": CONTENT}, results_per_page=1)
            if next(iter(rows), None) is not None:
                return False
        self._none_before_until = monotonic() + ASKED_EVERY_SECONDS
        return True

    def save(self, claim: ContentClaim) -> None:
        partition, row = _partition_of(claim), msgspec.structs.replace(claim, is_former=False)
        if claim.version:
            self._rows.replace(partition, claim.content, row, claim.version)
        elif self._rows.insert(partition, claim.content, row) is None:
            raise StoreConflict("save claim: somebody else was first")

    def unseen(self, since: datetime, most: int, place: str = "") -> tuple[list[ContentClaim], str]:
        """A place is a partition, and the content behind which it goes on."""
        partition, _, after = (place or CONTENT).partition("/")
        where = "PartitionKey eq @pk and RowKey gt @after and looked_at lt @since"
        values = {"pk": partition, "after": after, "since": since}
        with storage_errors("list claims", "table"):
            rows = list(islice(self._rows.query(where, values, results_per_page=most), most))
        found = [from_row(ContentClaim, row) for row in rows]
        if partition == CONTENT:
            found = [msgspec.structs.replace(claim, is_former=True) for claim in found]
        if len(found) == most:
            return found, f"{partition}/{found[-1].content}"
        later = CONTENTS[CONTENTS.index(partition) + 1 :]
        return found, later[0] if later else ""

    def remove(self, claim: ContentClaim) -> None:
        self._rows.delete(_partition_of(claim), claim.content, claim.version)


def _partition_of(claim: ContentClaim) -> str:
    return CONTENT if claim.is_former else contents(claim.content)


class TableEndpointBook:
    """`ports.indices.EndpointBook`, in the same table."""

    def __init__(self, table: TableClient) -> None:
        self._rows = Entities(table)

    def state(self, name: str) -> EndpointState:
        return self._rows.read(EndpointState, ENDPOINT, name) or EndpointState(name=name)

    def all(self) -> dict[str, EndpointState]:
        where = "PartitionKey eq @pk and RowKey ge '0'"  # notices sort before
        with storage_errors("list endpoints", "table"):
            rows = self._rows.query(where, {"pk": ENDPOINT})
            return {row["RowKey"]: from_row(EndpointState, row) for row in rows}

    def save(self, state: EndpointState, notice: Notice | None = None) -> EndpointState:
        if notice is not None:
            change = write(to_row(ENDPOINT, state.name, state), state.version)
            version = self._rows.transact([change, notice_change(notice)], "save endpoint")[0]
        elif state.version:
            version = self._rows.replace(ENDPOINT, state.name, state, state.version)
        else:
            version = self._rows.insert(ENDPOINT, state.name, state) or ""
            if not version:
                raise StoreConflict("save endpoint: somebody else was first")
        return msgspec.structs.replace(state, version=version)
