"""What a job's create call says: its recordings' links, in the order of their positions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import msgspec

from shared.model.job.carrier import (
    Carried,
    Stretch,
    in_call,
    is_carrier,
    number_of,
    parts_of,
    stretches,
    with_counts,
)
from shared.model.job.job import Job, answer_seconds
from shared.model.job.job_item import JobItem
from shared.model.job.title import title_of_parts
from shared.model.recording.recording import Recording
from shared.pipeline.compare import CompareVersions
from shared.pipeline.submit.sound import BlobSound, CopySound
from shared.ports.blobs import AudioBlobs, Requests
from shared.ports.provider import JobRequest
from shared.ports.state import BatchStore

_Known = Mapping[tuple[str, str], JobItem | None]


@dataclass(frozen=True, kw_only=True)
class PrepareCalls:
    """The create calls of jobs, whose recordings are read in one go where they are of one batch.
    Links are made anew for every call, so none is old when the provider gets to it. `shows_titles`
    are the providers that show what each recording is called."""

    store: BatchStore
    audio: AudioBlobs
    requests: Requests
    compare: CompareVersions
    shows_titles: Set[str]

    def __call__(self, jobs: Sequence[Job], parts: Sequence[Job] = ()) -> list[Call]:
        """In the order of the jobs. A job whose recordings all left it gets an empty one. `parts`
        are the jobs that carriers among them carry, as they were claimed."""
        known = {(job.batch_id, job.id): job.item for job in (*jobs, *parts) if _is_told(job)}
        items = self._items([job for job in jobs if job.whole_container is None], known)
        calls = [
            self._call(job, items[job.id])
            if job.whole_container is None
            else Call(job, self._of_container(job, job.whole_container))
            for job in jobs
        ]
        return [self._titled(call, parts) for call in calls]

    def _titled(self, call: Call, parts: Sequence[Job]) -> Call:
        """With what its makers call it, and where that is shown, each recording."""
        job, request = call.job, call.request
        title = title_of_parts(_carried_by(job, parts)) if is_carrier(job) else job.title
        titles = self._titles(job, call.items) if job.provider in self.shows_titles else ()
        return call._replace(request=msgspec.structs.replace(request, title=title, titles=titles))

    def _titles(self, job: Job, items: Sequence[JobItem]) -> tuple[str, ...]:
        if job.options.redact:
            return ()
        found = {(row.batch_id, row.id): row.labels.title for row in self.store.rows_left(job)}
        return tuple(found.get((item.batch_id, item.id)) or "" for item in items)

    def _items(self, jobs: Sequence[Job], known: _Known) -> dict[str, list[JobItem]]:
        """By id of the job. What a job tells of its one recording is not read again."""
        whole = [job for job in jobs if not is_carrier(job) and (job.batch_id, job.id) not in known]
        found = self.store.items_of(whole) if whole else {}
        for job in jobs:
            if job.id not in found:
                found[job.id] = [item for part in stretches(job) for item in self._of(part, known)]
        return found

    def _of(self, part: Stretch, known: _Known) -> Iterable[JobItem]:
        item = known.get((part.batch_id, part.id))
        return self.store.items_left(part) if item is None else [in_call(item, part)]

    def _of_container(self, job: Job, container: str) -> JobRequest:
        return _request(job, container_url=self.audio.readable_url(container, None))

    def _call(self, job: Job, items: list[JobItem]) -> Call:
        """A carrier gets the positions at which its parts really begin."""
        ordered: list[JobItem] = []
        counts: list[int] = []
        for part in stretches(job):
            of_part = [item for item in items if item.part == number_of(part)]
            ordered += self._ordered(part, of_part)
            counts.append(len(of_part))
        if is_carrier(job):
            job = with_counts(job, counts)
        if job.lane and len(ordered) == 1 and (ordered[0].copy or ordered[0].web_url is None):
            return Call(job, _request(job, sound=self._sound(ordered[0])), ordered)
        return Call(job, _request(job, content_urls=tuple(self._links(ordered))), ordered)

    def _sound(self, item: JobItem) -> BlobSound | CopySound:
        if item.copy is not None:
            return CopySound(path=item.copy, audio=self.audio)
        return BlobSound(item=item, audio=self.audio, compare=self.compare)

    def _ordered(self, job: Stretch, items: list[JobItem]) -> list[JobItem]:
        ordered = sorted(items, key=_position)
        first = job.offset if isinstance(job, Carried) else 0
        if any(item.job_index != i for i, item in enumerate(ordered, first)):
            self._renumber(job)
        return ordered

    def _renumber(self, job: Stretch) -> None:
        """Results are told apart by their position in the call, and some recordings may have left
        the job: it was refused, and whoever was giving them back died halfway."""
        ordered = sorted(self.store.rows_left(job), key=_position)
        self.store.save_all(
            msgspec.structs.replace(row, job_index=i)
            for i, row in enumerate(ordered)
            if row.job_index != i
        )

    def _links(self, rows: Sequence[JobItem]) -> Iterator[str]:
        for batch_id, some in groupby(rows, key=lambda row: row.batch_id):
            yield from self._links_of(batch_id, list(some))

    def _links_of(self, batch_id: str, rows: Sequence[JobItem]) -> list[str]:
        """Addresses on the web are secrets, which only the stored request holds; read in one go."""
        positions = {row.item for row in rows if row.web_url is not None and row.item is not None}
        batch = self.store.batch(batch_id) if positions else None
        items = self.requests.find(batch, positions) if batch is not None else {}
        return [
            self.audio.readable_url(*_blob_of(row))
            if row.web_url is None or row.copy is not None
            else items[row.item or 0].url or ""
            for row in rows
        ]


def _blob_of(row: JobItem) -> tuple[str, str]:
    """What the provider reads: the container, and the name in it."""
    if row.copy is None:
        return row.container, row.name
    container, _, name = row.copy.partition("/")
    return container, name


def _is_told(job: Job) -> bool:
    """Whether its one recording is what it says. Where it failed as a whole, the recording may have
    left it before its row could tell."""
    return job.item is not None and job.faults == 0 and job.failure is None


class Call(NamedTuple):
    """A job as it is to be sent, what its create call says, and of which recordings. Of a whole
    container they are not known."""

    job: Job
    request: JobRequest
    items: Sequence[JobItem] = ()


def is_empty(request: JobRequest) -> bool:
    """Nothing to transcribe: every recording left the job."""
    return not (request.content_urls or request.container_url or request.sound)


def _carried_by(job: Job, parts: Sequence[Job]) -> list[Job]:
    ids = {(part.batch_id, part.id) for part in parts_of(job)}
    return [part for part in parts if (part.batch_id, part.id) in ids]


def _position(row: JobItem | Recording) -> int:
    return row.job_index or 0


def _whose(job: Job) -> str:
    return f"{job.id}, several batches" if is_carrier(job) else job.batch_id


def _request(
    job: Job,
    *,
    container_url: str | None = None,
    content_urls: tuple[str, ...] = (),
    sound: BlobSound | CopySound | None = None,
) -> JobRequest:
    return JobRequest(
        mark=job.id,
        display_name=f"dropscribe {_whose(job)}",
        options=job.options,
        mode=job.mode,
        audio_ms=job.audio_ms,
        tries=job.tries,
        keep=job.keep_provider_copy,
        container_url=container_url,
        content_urls=content_urls,
        sound=sound,
        answer_seconds=answer_seconds(job),
    )
