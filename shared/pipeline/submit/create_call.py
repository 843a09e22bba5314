"""What a job's create call says: its recordings' links, in the order of their positions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import msgspec

from shared.model.batch.job import Job, JobItem
from shared.pipeline.fail.old import ROWS_IN_TRANSACTION, rows_left
from shared.ports.blobs import AudioBlobs, Requests
from shared.ports.provider import JobRequest
from shared.ports.state import BatchStore


def create_call(job: Job, store: BatchStore, audio: AudioBlobs, requests: Requests) -> JobRequest:
    """Links are made anew for every call, so none is old when the provider gets to it."""
    if job.whole_container:
        return _request(job, container_url=audio.readable_url(job.whole_container, None))
    ordered = _ordered(job, list(store.items_left(job)), store)
    return _request(job, content_urls=_links(ordered, store, audio, requests))


def create_calls(
    jobs: Sequence[Job], store: BatchStore, audio: AudioBlobs, requests: Requests
) -> list[JobRequest]:
    """Those of several jobs of one line, whose recordings are read in one go."""
    items = store.items_of(jobs)
    ordered = {job.id: _ordered(job, items[job.id], store) for job in jobs}
    rows = [row for job in jobs for row in ordered[job.id]]
    links = iter(_links(rows, store, audio, requests))
    return [_request(job, content_urls=tuple(islice(links, len(ordered[job.id])))) for job in jobs]


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


def _ordered(job: Job, items: list[JobItem], store: BatchStore) -> list[JobItem]:
    ordered = sorted(items, key=lambda item: item.job_index or 0)
    if any(item.job_index != i for i, item in enumerate(ordered)):
        _renumber(job, store)
    return ordered


def _links(
    rows: Sequence[JobItem], store: BatchStore, audio: AudioBlobs, requests: Requests
) -> tuple[str, ...]:
    """Addresses on the web are secrets, which only the stored request holds; read in one go."""
    positions = {row.item for row in rows if row.web_url is not None and row.item is not None}
    batch = store.batch(rows[0].batch_id) if positions else None
    items = requests.find(batch, positions) if batch is not None else {}
    return tuple(
        audio.readable_url(row.container, row.name)
        if row.web_url is None
        else items[row.item or 0].url or ""
        for row in rows
    )


def _renumber(job: Job, store: BatchStore) -> None:
    """Results are told apart by their position in the call, and some recordings may have left
    the job: it was refused, and whoever was giving them back died halfway."""
    ordered = sorted(rows_left(job, store), key=lambda row: row.job_index or 0)
    moved = [
        msgspec.structs.replace(row, job_index=i)
        for i, row in enumerate(ordered)
        if row.job_index != i
    ]
    for start in range(0, len(moved), ROWS_IN_TRANSACTION):
        store.save(recordings=moved[start : start + ROWS_IN_TRANSACTION])
