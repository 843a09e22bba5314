"""A transcription may be over: ask the provider, and hand its results over in slices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

import msgspec

from shared.errors import ResultMalformed, ResultMissing, TranscriptionMissing
from shared.log import event
from shared.messages import Collect, Finish, Plan, SliceItem, Write
from shared.model.failure import Failure
from shared.model.job import OVER, Job
from shared.model.places import keys, keys_of
from shared.model.policy import Policy
from shared.model.recording import Recording
from shared.ports import (
    ActiveJobs,
    BatchStore,
    Clock,
    Outputs,
    ProviderReport,
    Queue,
    RemoteStatus,
    ResultFile,
    SpeechProvider,
)
from shared.usecases.give_back import give_back
from shared.usecases.submit import note_submitted

MOST_BYTES = 48_000  # a queue message holds 64 KiB, which is 48 KiB before base64
VANISHED = Failure(
    kind="provider",
    code="transcription_missing",
    reason="The provider does not know the transcription any more.",
    advice="It is submitted again by itself. If this repeats, look for somebody who deletes "
    "transcriptions at the Speech resource.",
    retryable=True,
)
NO_RESULT = Failure(
    kind="provider",
    code="result_missing",
    reason="The provider reported the job as done, but there is no result for this recording.",
    advice="It is tried again by itself. If that fails too, drop the recording again.",
    retryable=True,
)


def collect(
    hint: Collect,
    *,
    store: BatchStore,
    active: ActiveJobs,
    outputs: Outputs,
    errors_container: str,
    endpoints: Mapping[str, SpeechProvider],
    queue: Queue,
    policy: Policy,
    clock: Clock,
) -> None:
    """What is believed is what the provider says now, not the hint. Repeated hints are
    harmless: a job that is being collected is left alone until it seems stuck."""
    provider = endpoints.get(hint.endpoint)
    if provider is None:
        event("endpoint.not_configured", endpoint=hint.endpoint, level=40)
        return
    remote = _look(provider, hint.transcription_id)
    job = _find_job(hint, remote, store, active)
    if job is None or job.state in ("planning", "planned"):
        return
    if job.state in OVER:
        active.remove(job.id)  # whoever finished it died before this
        return
    if job.state == "submitting":
        job = _adopt(job, hint, store, active, policy, clock)
    if job is None or (_is_being_collected(job, policy, clock) and not hint.again):
        return
    if remote is not None and remote.state == "running":
        return
    if remote is None or remote.state == "failed":
        failure = VANISHED if remote is None else (remote.failure or NO_RESULT)
        files = [] if remote is None else _list_files(provider, hint.transcription_id)
        report = _read_report(provider, files)
        rows = _rows_left(job, store)
        give_back(
            job,
            failure,
            store=store,
            outputs=outputs,
            errors_container=errors_container,
            policy=policy,
            now=clock.now(),
            known=_known_failures(report, rows),
            split=remote is not None,  # no recording is to blame for a copy that was deleted
        )
        _note_failed(job, failure, store)
        queue.send(Finish(batch_id=job.batch_id, job_id=job.id))
        queue.send(Plan(batch_id=job.batch_id))
        return
    files = _list_files(provider, hint.transcription_id)
    slices = list(_slices(job, files, store, provider, policy))
    _note_collecting(job, remote, store, clock)
    for slice_ in slices:
        queue.send(slice_)
    if not slices:
        queue.send(Finish(batch_id=job.batch_id, job_id=job.id))
    event("job.collected", batch=job.batch_id, job=job.id, slices=len(slices), files=len(files))


def _look(provider: SpeechProvider, transcription_id: str) -> RemoteStatus | None:
    try:
        return provider.status(transcription_id)
    except TranscriptionMissing:
        return None


def _find_job(
    hint: Collect, remote: RemoteStatus | None, store: BatchStore, active: ActiveJobs
) -> Job | None:
    """The job of the hint; from a webhook, the one whose mark the transcription carries. Other
    people's transcriptions at the same resource carry none."""
    batch_id, job_id = hint.batch_id, hint.job_id
    if batch_id is None or job_id is None:
        entry = active.get(remote.mark) if remote is not None and remote.mark else None
        if entry is None:
            return None
        batch_id, job_id = entry.batch_id, entry.job_id
    job = store.job(batch_id, job_id)
    if job is not None and job.transcription_id not in (None, hint.transcription_id):
        return None
    return job


def _adopt(
    job: Job, hint: Collect, store: BatchStore, active: ActiveJobs, policy: Policy, clock: Clock
) -> Job | None:
    """The provider was faster than our own note of its id."""
    entry = active.get(job.id)
    if entry is not None:
        note_submitted(
            job,
            entry,
            hint.transcription_id,
            store=store,
            active=active,
            policy=policy,
            now=clock.now(),
        )
    job_now = store.job(job.batch_id, job.id)
    return job_now if job_now is not None and job_now.state == "submitted" else None


def _is_being_collected(job: Job, policy: Policy, clock: Clock) -> bool:
    patience = timedelta(seconds=policy.stuck_after_seconds)
    return job.state == "collecting" and clock.now() < job.changed_at + patience


def _note_collecting(job: Job, remote: RemoteStatus, store: BatchStore, clock: Clock) -> None:
    """Whoever loses here leaves the slices to the winner. Only once there is nothing more to ask
    of the provider, so that an outage in between does not leave the job half handed over."""
    now = clock.now()
    collecting = msgspec.structs.replace(
        job,
        state="collecting",
        changed_at=now,
        collects=job.collects + 1,
        model=remote.model,
        completed_at=job.completed_at or remote.completed_at,
    )
    store.save(collecting)


def _note_failed(job: Job, failure: Failure, store: BatchStore) -> None:
    store.save(msgspec.structs.replace(job, failure=failure))


def _list_files(provider: SpeechProvider, transcription_id: str) -> list[ResultFile]:
    return [file for page in provider.files(transcription_id) for file in page]


def _rows_left(job: Job, store: BatchStore) -> list[Recording]:
    return list(
        store.recordings(
            job.batch_id, state="planned", job_id=job.id, first=job.first, last=job.last
        )
    )


def _slices(
    job: Job,
    files: list[ResultFile],
    store: BatchStore,
    provider: SpeechProvider,
    policy: Policy,
) -> Iterator[Write]:
    """Every recording that is left, with its result or with the reason why there is none. The
    report is read only where a result is missing. What waits for money is left as it is: the
    sweep has the job collected again, over and over, until there is none left."""
    unfunded = {file.index for file in files if file.kind == "unfunded"}
    if unfunded:
        event("job.unfunded", batch=job.batch_id, job=job.id, recordings=len(unfunded), level=40)
    rows = sorted(
        (row for row in _rows_left(job, store) if row.job_index not in unfunded),
        key=lambda row: row.id,
    )
    by_index = {file.index: file for file in files if file.kind == "result"}
    by_name = {file.name: file for file in files if file.kind == "result"}
    found = {
        row.id: by_name.get(f"{row.name}.json")
        if job.whole_container
        else by_index.get(row.job_index)
        for row in rows
    }
    lacking = [row for row in rows if found[row.id] is None]
    known = _known_failures(_read_report(provider, files), lacking) if lacking else {}
    items = [_item(row, found[row.id], known) for row in rows]
    for part in _parts(items, policy.slice_size):
        yield Write(batch_id=job.batch_id, job_id=job.id, items=part)


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


def _item(row: Recording, file: ResultFile | None, known: Mapping[str, Failure]) -> SliceItem:
    if file is not None:
        return SliceItem(recording_id=row.id, name=file.name, url=file.url)
    return SliceItem(recording_id=row.id, failure=known.get(row.id, NO_RESULT))


def _read_report(provider: SpeechProvider, files: list[ResultFile]) -> ProviderReport:
    """A report that is missing or cannot be read says nothing, and stops nothing. One that only
    cannot be had now is waited for: without it, what is final would be tried again, and paid."""
    for file in files:
        if file.kind == "report":
            try:
                return provider.report(file)
            except (ResultMissing, ResultMalformed) as error:
                event("report.unreadable", error=type(error).__name__, level=30)
    return ProviderReport()


def _known_failures(report: ProviderReport, rows: list[Recording]) -> dict[str, Failure]:
    failed = {key: failure for source, failure in report.failed.items() for key in keys(source)}
    return {
        row.id: failed[key]
        for row in rows
        for key in reversed(keys_of(row.container, row.name, row.web_url))
        if key in failed
    } | {
        row.id: report.failed_inputs[row.job_index]
        for row in rows
        if row.job_index is not None and row.job_index in report.failed_inputs
    }
