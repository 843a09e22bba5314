"""Jobs in Table Storage, read, and what is left of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, islice

from shared.model.job.carrier import Carried, Stretch, in_call, stretches
from shared.model.job.job import Job
from shared.model.job.job_item import JobItem
from shared.model.recording.recording import Recording
from shared.stores.failures import storage_errors
from shared.stores.table.recordings import TableRecordings, recordings_filter
from shared.stores.table.struct_to_row import from_row, prepare

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
        job: Stretch,
        *,
        first: str | None = None,
        last: str | None = None,
        page: int | None = None,
    ) -> Iterator[Recording]:
        for part in stretches(job):
            yield from self.recordings(
                part.batch_id,
                state="planned",
                job_id=part.id,
                first=first or part.first,
                last=last or part.last,
                page=page,
            )

    def items_left(self, job: Stretch) -> Iterator[JobItem]:
        for part in stretches(job):
            where, values = _left(part)
            with storage_errors("list items", "table"):
                rows = self._rows.query(where, values, select=list(JobItem.__struct_fields__))
                for row in rows:
                    yield in_call(from_row(JobItem, row), part)

    def part_left(self, part: Carried) -> tuple[Job | None, list[Recording]]:
        where, values = _left(part)
        # The SDK tells its parameters apart by the spaces around them.
        where = f"PartitionKey eq @pk and ( RowKey eq @job_row or ( {where} ) )"
        values["job_row"] = f"job-{part.id}"
        job, rows = None, []
        with storage_errors("read part", "table"):
            for row in self._rows.query(where, values):
                if row["RowKey"].startswith("job-"):
                    job = from_row(Job, row)
                else:
                    rows.append(from_row(Recording, row))
        return job, rows

    def any_left(self, job: Stretch) -> bool:
        return any(self._is_left(part) for part in stretches(job))

    def _is_left(self, part: Stretch) -> bool:
        where, values = _left(part)
        with storage_errors("look for recordings", "table"):
            rows = self._rows.query(where, values, results_per_page=1, select=["RowKey"])
            return next(iter(rows), None) is not None

    def items_of(self, jobs: Sequence[Job]) -> dict[str, list[JobItem]]:
        found: dict[str, list[JobItem]] = {}
        for _, group in groupby(jobs, key=lambda job: job.batch_id):
            same = list(group)
            found |= self._items_of(same) if len(same) > 1 else self._all_of(same[0])
        return found

    def _all_of(self, job: Job) -> dict[str, list[JobItem]]:
        return {job.id: list(self.items_left(job))}

    def _items_of(self, jobs: Sequence[Job]) -> dict[str, list[JobItem]]:
        """Of one batch."""
        found: dict[str, list[JobItem]] = {job.id: [] for job in jobs}
        first, last = min(job.first for job in jobs), max(job.last for job in jobs)
        where, values = recordings_filter(jobs[0].batch_id, "planned", None, first, last)
        where += " and job_id ge @first_job and job_id le @last_job"
        values |= {"first_job": min(found), "last_job": max(found)}
        columns = ["job_id", *JobItem.__struct_fields__]
        with storage_errors("list items", "table"):
            for row in self._rows.query(where, values, select=columns):
                if row["job_id"] in found:
                    found[row["job_id"]].append(from_row(JobItem, row))
        return found


def _left(part: Stretch) -> tuple[str, dict[str, str]]:
    return recordings_filter(part.batch_id, "planned", part.id, part.first, part.last)
