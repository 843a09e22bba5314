"""A transcription may be over: ask the provider, and hand its results over in slices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from shared.errors import (
    EndpointDown,
    ProviderRefused,
    ProviderUnavailable,
    TranscriptionMissing,
)
from shared.log import event
from shared.messages import Collect, Finish, Write
from shared.model.batch.job import OVER, Job
from shared.model.batch.policy import Policy
from shared.model.failure import Failure
from shared.model.failure_texts import NO_RESULT, OVERDUE, UNAVAILABLE, VANISHED, refused
from shared.pipeline.collect.slices import (
    known_failures,
    list_files,
    read_report,
    slices_of,
    told_failures,
    waits_for_money,
)
from shared.pipeline.fail.old import (
    FailJob,
    begin_anew,
    cancel_copy,
    count_fault,
    has_been_collected_for_long,
    is_late,
    rows_left,
)
from shared.pipeline.step import AtOnce
from shared.pipeline.submit.answer import note_submitted
from shared.ports.provider import ProviderReport, RemoteStatus, ResultFile, SpeechProvider
from shared.ports.queue import Clock, Queue
from shared.ports.state import ActiveJobs, BatchStore


def collect(
    hint: Collect,
    *,
    store: BatchStore,
    active: ActiveJobs,
    endpoints: Mapping[str, SpeechProvider],
    fail_job: FailJob,
    write_now: AtOnce[Write],
    queue: Queue,
    policy: Policy,
    clock: Clock,
) -> None:
    """What is believed is what the provider says now, not the hint. Repeated hints are
    harmless: a job that is being collected is left alone until it seems stuck. Nor does it
    matter if they stop: the poll gives others for as long as there is something to collect."""
    provider = endpoints.get(hint.endpoint)
    if provider is None:
        event("endpoint.not_configured", endpoint=hint.endpoint, level=40)
        return
    job: Job | None = None
    try:
        remote = _look(provider, hint.transcription_id)
        job = _job_to_collect(hint, remote, store, active, policy, clock)
        if job is not None:
            collected = _Collected(job, provider, store, fail_job, write_now, queue, policy, clock)
            collected.go_on(remote)
    except ProviderRefused as error:
        job = job or _find_job(hint, None, store, active)
        if job is not None and job.state in ("submitted", "collecting"):
            count_fault(job, refused(error), store=store, fail_job=fail_job, policy=policy)


class _Collected:
    """A job that may have something to collect, and what becomes of it."""

    def __init__(
        self,
        job: Job,
        provider: SpeechProvider,
        store: BatchStore,
        fail_job: FailJob,
        write_now: AtOnce[Write],
        queue: Queue,
        policy: Policy,
        clock: Clock,
    ) -> None:
        self._job, self._provider, self._store = job, provider, store
        self._fail_job, self._queue, self._policy = fail_job, queue, policy
        self._write_now = write_now
        self._now = clock.now()
        self._is_late = is_late(job, policy, self._now)

    def go_on(self, remote: RemoteStatus | None) -> None:
        """`remote` is what the provider says, None: that it knows no such transcription."""
        if remote is None:
            self._fail_or_finish()
        elif remote.state == "failed":
            self._fail(remote, remote.failure or NO_RESULT)
        elif remote.state == "succeeded":
            self._hand_over(remote)
        elif self._is_late:
            cancel_copy(self._job, self._provider)
            self._fail_job(self._job, OVERDUE, split=False)

    def _fail_or_finish(self) -> None:
        """No recording is to blame for a copy that was deleted; and where none is left that waits
        for it, its finish deleted it and was cut short before it wrote that down."""
        job = self._job
        is_settled = job.state == "collecting" or job.failure is not None
        if is_settled and not self._store.any_left(job):
            self._queue.send(Finish(batch_id=job.batch_id, job_id=job.id))
        else:
            self._fail_job(job, VANISHED, split=False)

    def _files(self, remote: RemoteStatus) -> list[ResultFile]:
        if remote.files is not None:
            return list(remote.files)
        return list_files(self._provider, self._job.transcription_id or "")

    def _fail(self, remote: RemoteStatus, failure: Failure) -> None:
        """As a whole; those that the list or the report names go their own ways."""
        files: list[ResultFile] = []
        try:
            files = self._files(remote)
            report = read_report(self._provider, files)
        except ProviderUnavailable:
            if not self._is_late:
                raise
            report = ProviderReport()
        rows = rows_left(self._job, self._store)
        known = known_failures(report, rows) | told_failures(files, rows)
        self._fail_job(self._job, failure, known=known)

    def _hand_over(self, remote: RemoteStatus) -> None:
        job = self._job
        try:
            files = self._files(remote)
            slices = list(slices_of(job, files, self._store, self._provider, self._policy))
        except EndpointDown:
            raise
        except ProviderUnavailable:
            if not self._is_late:
                raise
            self._fail_job(job, UNAVAILABLE, split=False)
            return
        is_in_vain = bool(slices) and not waits_for_money(files)
        if self._is_late and job.state == "collecting" and is_in_vain:
            self._fail_job(job, UNAVAILABLE, split=False)
            return
        self._store.save(_collecting(job, remote, self._policy, self._now))
        event("job.collected", batch=job.batch_id, job=job.id, slices=len(slices), files=len(files))
        if not slices:
            self._queue.send(Finish(batch_id=job.batch_id, job_id=job.id))
        elif job.recordings == 1:
            self._write_now(slices[0])
        else:
            for slice_ in slices:
                self._queue.send(slice_)


def _job_to_collect(
    hint: Collect,
    remote: RemoteStatus | None,
    store: BatchStore,
    active: ActiveJobs,
    policy: Policy,
    clock: Clock,
) -> Job | None:
    job = _find_job(hint, remote, store, active)
    if job is None or job.state in ("planning", "planned"):
        return None
    if job.state in OVER:
        active.remove(job.id)  # whoever finished it died before this
        return None
    if job.state == "submitting":
        job = _adopt(job, hint, store, active, policy, clock)
    if job is None:
        return None
    job = begin_anew(job, store, policy, clock.now())
    return None if _is_being_collected(job, policy, clock) and not hint.again else job


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
    now, patience = clock.now(), timedelta(seconds=policy.stuck_after_seconds)
    if job.last_round_at is None and has_been_collected_for_long(job, policy, now):
        return False
    is_fresh = now < job.changed_at + patience and not is_late(job, policy, now)
    return job.state == "collecting" and is_fresh


def _collecting(job: Job, remote: RemoteStatus, policy: Policy, now: datetime) -> Job:
    """Whoever loses in saving this leaves the slices to the winner. Saved only once there is
    nothing more to ask of the provider, so that an outage in between does not leave the job half
    handed over."""
    is_last_round = job.last_round_at is None and has_been_collected_for_long(job, policy, now)
    return msgspec.structs.replace(
        job,
        state="collecting",
        changed_at=now,
        collects=job.collects + 1,
        collecting_at=job.collecting_at or now,
        last_round_at=now if is_last_round else job.last_round_at,
        model=remote.model,
        completed_at=job.completed_at or remote.completed_at,
    )
