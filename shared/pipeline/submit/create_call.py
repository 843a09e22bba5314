"""What a job's create call says: its recordings' links, in the order of their positions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import msgspec

from shared.model.batch.job import Job, JobItem
from shared.model.batch.recording import Recording
from shared.ports.blobs import AudioBlobs, Requests
from shared.ports.provider import JobRequest
from shared.ports.state import BatchStore


@dataclass(frozen=True, kw_only=True)
class PrepareCalls:
    """The create calls of jobs of one line, whose recordings are read in one go. Links are made
    anew for every call, so none is old when the provider gets to it."""

    store: BatchStore
    audio: AudioBlobs
    requests: Requests

    def __call__(self, jobs: Sequence[Job]) -> list[JobRequest]:
        """In the order of the jobs. A job whose recordings all left it gets an empty one."""
        listed = [job for job in jobs if job.whole_container is None]
        items = self.store.items_of(listed) if listed else {}
        ordered = {job.id: self._ordered(job, items[job.id]) for job in listed}
        links = iter(self._links([row for job in listed for row in ordered[job.id]]))
        return [
            _request(job, content_urls=tuple(islice(links, len(ordered[job.id]))))
            if job.whole_container is None
            else _request(job, container_url=self.audio.readable_url(job.whole_container, None))
            for job in jobs
        ]

    def _ordered(self, job: Job, items: list[JobItem]) -> list[JobItem]:
        ordered = sorted(items, key=_position)
        if any(item.job_index != i for i, item in enumerate(ordered)):
            self._renumber(job)
        return ordered

    def _renumber(self, job: Job) -> None:
        """Results are told apart by their position in the call, and some recordings may have left
        the job: it was refused, and whoever was giving them back died halfway."""
        ordered = sorted(self.store.rows_left(job), key=_position)
        self.store.save_all(
            msgspec.structs.replace(row, job_index=i)
            for i, row in enumerate(ordered)
            if row.job_index != i
        )

    def _links(self, rows: Sequence[JobItem]) -> list[str]:
        """Addresses on the web are secrets, which only the stored request holds; read in one go."""
        positions = {row.item for row in rows if row.web_url is not None and row.item is not None}
        batch = self.store.batch(rows[0].batch_id) if positions else None
        items = self.requests.find(batch, positions) if batch is not None else {}
        return [
            self.audio.readable_url(row.container, row.name)
            if row.web_url is None
            else items[row.item or 0].url or ""
            for row in rows
        ]


def is_empty(request: JobRequest) -> bool:
    """Nothing to transcribe: every recording left the job."""
    return not (request.content_urls or request.container_url)


def _position(row: JobItem | Recording) -> int:
    return row.job_index or 0


def _request(
    job: Job, *, container_url: str | None = None, content_urls: tuple[str, ...] = ()
) -> JobRequest:
    return JobRequest(
        mark=job.id,
        display_name=f"dropscribe {job.batch_id}",
        options=job.options,
        mode=job.mode,
        audio_ms=job.audio_ms,
        tries=job.tries,
        keep=job.keep_provider_copy,
        container_url=container_url,
        content_urls=content_urls,
    )
