"""Jobs in Table Storage, read, and what is left of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from shared.model.batch.job import Job, JobItem
from shared.model.batch.recording import Recording
from shared.stores.failures import storage_errors
from shared.stores.table.recordings import TableRecordings, recordings_filter
from shared.stores.table.rows import from_row, prepare

prepare(Job, JobItem)


class TableJobs(TableRecordings):
    """`ports.state.Jobs` on one table, beside the recordings."""

    def job(self, batch_id: str, job_id: str) -> Job | None:
        return self._rows.read(Job, batch_id, f"job-{job_id}")

    def jobs(self, batch_id: str, *, first: str | None = None) -> Iterator[Job]:
        where = "PartitionKey eq @pk and RowKey ge @first and RowKey lt 'job.'"
        with storage_errors("list jobs", "table"):
            for row in self._rows.query(where, {"pk": batch_id, "first": f"job-{first or ''}"}):
                yield from_row(Job, row)

    def planned_jobs(self, batch_id: str, first: str, last: str, most: int) -> list[Job]:
        where = (
            "PartitionKey eq @pk and RowKey ge @first and RowKey le @last and state eq 'planned'"
        )
        values = {"pk": batch_id, "first": f"job-{first}", "last": f"job-{last}"}
        with storage_errors("list planned jobs", "table"):
            rows = self._rows.query(where, values, results_per_page=most)
            return [from_row(Job, row) for row in islice(rows, most)]

    def rows_left(
        self,
        job: Job,
        *,
        first: str | None = None,
        last: str | None = None,
        page: int | None = None,
    ) -> Iterator[Recording]:
        return self.recordings(
            job.batch_id,
            state="planned",
            job_id=job.id,
            first=first or job.first,
            last=last or job.last,
            page=page,
        )

    def items_left(self, job: Job) -> Iterator[JobItem]:
        where, values = recordings_filter(job.batch_id, "planned", job.id, job.first, job.last)
        with storage_errors("list items", "table"):
            for row in self._rows.query(where, values, select=list(JobItem.__struct_fields__)):
                yield from_row(JobItem, row)

    def any_left(self, job: Job) -> bool:
        where, values = recordings_filter(job.batch_id, "planned", job.id, job.first, job.last)
        with storage_errors("look for recordings", "table"):
            rows = self._rows.query(where, values, results_per_page=1, select=["RowKey"])
            return next(iter(rows), None) is not None

    def items_of(self, jobs: Sequence[Job]) -> dict[str, list[JobItem]]:
        found: dict[str, list[JobItem]] = {job.id: [] for job in jobs}
        where, values = recordings_filter(
            jobs[0].batch_id, "planned", None, jobs[0].first, jobs[-1].last
        )
        where += " and job_id ge @first_job and job_id le @last_job"
        values |= {"first_job": jobs[0].id, "last_job": jobs[-1].id}
        columns = ["job_id", *JobItem.__struct_fields__]
        with storage_errors("list items", "table"):
            for row in self._rows.query(where, values, select=columns):
                if row["job_id"] in found:
                    found[row["job_id"]].append(from_row(JobItem, row))
        return found
