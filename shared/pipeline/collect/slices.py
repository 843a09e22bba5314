"""A job's results by recording, in messages that a queue can carry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from shared.errors import ResultMalformed, ResultMissing
from shared.log import event
from shared.messages import SliceItem, Write
from shared.model.failure import Failure
from shared.model.failure_texts import NO_RESULT
from shared.model.job.carrier import unsettled
from shared.model.job.job import Job
from shared.model.job.job_item import JobItem
from shared.model.policy import Policy
from shared.model.recording.places import keys, keys_of
from shared.pipeline.compare import CompareVersions, compared
from shared.ports.provider import ProviderReport, RemoteStatus, ResultFile, SpeechProvider
from shared.ports.state import BatchStore

MOST_BYTES = 48_000  # a queue message holds 64 KiB, which is 48 KiB before base64


def files_of(job: Job, provider: SpeechProvider, remote: RemoteStatus) -> list[ResultFile]:
    """All that the provider made; it is asked only where its status did not tell."""
    if remote.files is not None:
        return list(remote.files)
    return [file for page in provider.files(job.transcription_id or "") for file in page]


@dataclass(frozen=True, kw_only=True)
class CutSlices:
    """Every recording that is left, with its result or with the reason why there is none, and how
    its audio stands. The report is read only where a result is missing. What waits for money is
    left as it is: the sweep has the job collected again, over and over, until there is none
    left."""

    store: BatchStore
    policy: Policy
    compare: CompareVersions

    def __call__(
        self, job: Job, files: list[ResultFile], provider: SpeechProvider
    ) -> Iterator[Write]:
        rows = _singles(job, files) or self._rows(job, files)
        found = _found(job, rows, files)
        lacking = [row for row in rows if found[row.id] is None]
        known = known_failures(read_report(provider, files), lacking) if lacking else {}
        items = [_item(row, found[row.id], known) for row in rows]
        seen = self.compare([row for row in rows if row.name and found[row.id] is not None])
        items = [compared(item, seen.get(item.recording_id)) for item in items]
        most = min(self.policy.slice_size, job.slice_most or self.policy.slice_size)
        for part in _parts(items, most):
            yield Write(batch_id=job.batch_id, job_id=job.id, items=part)

    def _rows(self, job: Job, files: list[ResultFile]) -> list[JobItem]:
        """Those that do not wait for money, in the order of their ids."""
        unfunded = {file.index for file in files if file.kind == "unfunded"}
        if unfunded:
            count = len(unfunded)
            event("job.unfunded", batch=job.batch_id, job=job.id, recordings=count, level=40)
        rows = [row for row in self.store.items_left(job) if row.job_index not in unfunded]
        return sorted(rows, key=lambda row: (row.part or 0, row.id))


def _singles(job: Job, files: Sequence[ResultFile]) -> list[JobItem]:
    """Of a carrier whose parts had a recording each, and whose results are all there, the parts
    tell enough; of a part that others left they do not tell which recording it is. Nor do they
    tell names: so audio is compared when it is written, where the rows are read anyway. [] of any
    other job."""
    there = {file.index for file in files if file.kind == "result" and file.failure is None}
    parts = unsettled(job)
    if any(
        part.recordings != 1 or part.first != part.last or part.offset not in there
        for part in parts
    ):
        return []
    return [
        JobItem(
            batch_id=part.batch_id,
            id=part.first,
            container="",
            name="",
            job_index=part.offset,
            part=part.number,
        )
        for part in parts
    ]


def _found(job: Job, rows: list[JobItem], files: list[ResultFile]) -> dict[str, ResultFile | None]:
    """What there is of each recording, by its id. Only of a whole container do the files have the
    names of their recordings."""
    if job.whole_container:
        by_name = {file.name: file for file in files if file.kind == "result"}
        return {row.id: by_name.get(f"{row.name}.json") for row in rows}
    by_index = {file.index: file for file in files if file.kind in ("result", "failure")}
    return {row.id: by_index.get(row.job_index) for row in rows}


def _parts(items: list[SliceItem], most: int) -> Iterator[tuple[SliceItem, ...]]:
    """As many items as a slice may have and a message can carry: names and links may be long."""
    part: list[SliceItem] = []
    room = MOST_BYTES
    for item in items:
        length = len(msgspec.json.encode(item)) + 1
        if part and (len(part) == most or length > room):
            yield tuple(part)
            part, room = [], MOST_BYTES
        part.append(item)
        room -= length
    if part:
        yield tuple(part)


def _item(row: JobItem, file: ResultFile | None, known: Mapping[str, Failure]) -> SliceItem:
    if file is not None and file.failure is None:
        return SliceItem(
            recording_id=row.id, part=row.part, name=file.name, url=file.url, bytes=file.bytes
        )
    failure = known.get(row.id, NO_RESULT) if file is None else file.failure
    return SliceItem(recording_id=row.id, part=row.part, failure=failure)


def read_report(provider: SpeechProvider, files: list[ResultFile]) -> ProviderReport:
    """A report that is missing or cannot be read says nothing, and stops nothing. One that only
    cannot be had now is waited for: without it, what is final would be tried again, and paid."""
    for file in files:
        if file.kind == "report":
            try:
                return provider.report(file)
            except (ResultMissing, ResultMalformed) as error:
                event("report.unreadable", error=type(error).__name__, level=30)
    return ProviderReport()


def known_failures(report: ProviderReport, rows: Sequence[JobItem]) -> dict[str, Failure]:
    failed = {key: failure for source, failure in report.failed.items() for key in keys(source)}
    return {
        row.id: failed[key]
        for row in rows
        for key in reversed(keys_of(row.container, row.name, row.web_url, row.copy))
        if key in failed
    }


def told_failures(files: list[ResultFile], rows: list[JobItem]) -> dict[str, Failure]:
    """Those that the list itself tells of."""
    failures = {file.index: file.failure for file in files if file.failure is not None}
    return {row.id: failures[row.job_index] for row in rows if row.job_index in failures}


def waits_for_money(files: list[ResultFile]) -> bool:
    return any(file.kind == "unfunded" for file in files)
