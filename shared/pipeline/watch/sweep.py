"""The guarantee beneath the messages: find what is stuck and put it back on its way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from shared.errors import DropscribeError
from shared.log import event
from shared.messages import Change, Collect, Expand, Finish, Message, Plan, Submit
from shared.model.batch.batch import Batch
from shared.model.batch.job import OVER, ActiveJob, Job
from shared.model.batch.policy import Policy
from shared.ports.queue import Clock, Queue
from shared.ports.state import ActiveJobs, BatchStore, OpenBatch


def sweep(
    *,
    store: BatchStore,
    active: ActiveJobs,
    queue: Queue,
    policy: Policy,
    clock: Clock,
) -> None:
    """Look at every batch that has work to do, and tell how much is left. A batch that cannot be
    read does not keep the others from being looked at."""
    listed = {entry.job_id for entry in active.all()}
    backlog = _Backlog(clock.now())
    for note in store.open_batches():
        try:
            _sweep_batch(note, listed, store, active, queue, policy, clock.now(), backlog)
        except DropscribeError as error:
            event("sweep.batch_skipped", batch=note.id, error=type(error).__name__, level=30)
    backlog.tell()


class _Backlog:
    """What is left to do, added up on the way."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._batches = self._jobs = self._recordings = 0
        self._oldest_at = now

    def add_batch(self, batch: Batch) -> None:
        self._batches += 1
        self._oldest_at = min(self._oldest_at, batch.created_at)

    def add_job(self, job: Job) -> None:
        self._jobs += 1
        self._recordings += job.recordings

    def tell(self) -> None:
        """Also when nothing is left: that it is told shows that the app is alive."""
        event(
            "backlog.measured",
            batches=self._batches,
            jobs=self._jobs,
            recordings=self._recordings,
            oldest_seconds=int((self._now - self._oldest_at).total_seconds()),
        )


def _sweep_batch(
    note: OpenBatch,
    listed: set[str],
    store: BatchStore,
    active: ActiveJobs,
    queue: Queue,
    policy: Policy,
    now: datetime,
    backlog: _Backlog,
) -> None:
    batch_id = note.id
    batch = store.batch(batch_id)
    if batch is None or now < batch.closes_at + timedelta(seconds=policy.settle_seconds):
        return
    if batch.cancelled_at or batch.retry_at or batch.deleting:
        queue.send(Change(batch_id=batch_id))
    if batch.deleting:
        return
    backlog.add_batch(batch)
    if batch.is_expanding:
        _expand_again(batch_id, store, queue, policy, now)
    has_open_job = False
    lines = _Lines(policy, now)
    for job in store.jobs(batch_id):
        message = None if lines.take(job) else _next_step(job, store, policy, now)
        if message is not None:
            event("job.overdue", batch=batch_id, job=job.id, state=job.state, level=30)
            queue.send(message)
        if job.state not in OVER:
            has_open_job = True
            backlog.add_job(job)
        _list_again(job, listed, active, policy, now)
    for message in lines.overdue():
        event("line.overdue", batch=batch_id, job=message.job_id, level=30)
        queue.send(message)
    patience = timedelta(seconds=policy.stuck_after_seconds)
    is_reported_on = note.reporting_at is not None and now - note.reporting_at < patience
    if (not has_open_job and not is_reported_on) or _has_waiting(batch_id, store):
        queue.send(Plan(batch_id=batch_id))


class _Lines:
    """Planned jobs that wait in lines. Whoever goes along a line says so on the last one of it."""

    def __init__(self, policy: Policy, now: datetime) -> None:
        self._patience, self._now = timedelta(seconds=policy.stuck_after_seconds), now
        self._firsts: dict[str, Job] = {}
        self._lasts: dict[str, Job] = {}

    def take(self, job: Job) -> bool:
        """Whether the job waits in a line. Jobs come in the order of their ids."""
        if job.line is None or job.state != "planned":
            return False
        self._firsts.setdefault(job.line, job)
        self._lasts[job.line] = job
        return True

    def overdue(self) -> Iterator[Submit]:
        for line, last in self._lasts.items():
            if self._now - last.changed_at >= self._patience:
                first = self._firsts[line]
                yield Submit(batch_id=first.batch_id, job_id=first.id, last=last.id)


def _expand_again(
    batch_id: str, store: BatchStore, queue: Queue, policy: Policy, now: datetime
) -> None:
    """Parts of which nothing was heard for too long; or the batch itself, if none is left."""
    left = [part for part in store.parts(batch_id) if not part.is_done]
    patience = timedelta(seconds=policy.stuck_after_seconds)
    overdue = [part.number for part in left if now - part.changed_at >= patience]
    if overdue:
        event("batch.expansion_overdue", batch=batch_id, parts=len(overdue), level=30)
    for number in overdue if left else [None]:
        queue.send(Expand(batch_id=batch_id, part=number))


def _next_step(job: Job, store: BatchStore, policy: Policy, now: datetime) -> Message | None:
    """The message that the job has been waiting for too long, if any. Jobs at the provider are
    the poll's; abandoned planning and unanswered create calls have keepers of their own."""
    if now - job.changed_at < timedelta(seconds=policy.stuck_after_seconds):
        return None
    if job.state == "planned":
        return Submit(batch_id=job.batch_id, job_id=job.id)
    if job.state == "planning":
        return Plan(batch_id=job.batch_id)
    if job.state == "collecting" and job.endpoint and job.transcription_id:
        if not store.any_left(job):
            return Finish(batch_id=job.batch_id, job_id=job.id)
        return Collect(
            endpoint=job.endpoint,
            transcription_id=job.transcription_id,
            batch_id=job.batch_id,
            job_id=job.id,
        )
    return None


def _list_again(
    job: Job, listed: set[str], active: ActiveJobs, policy: Policy, now: datetime
) -> None:
    """A job that was written down, and whose entry in the index was not."""
    at_provider = job.state in ("submitting", "submitted", "collecting")
    patience = timedelta(seconds=policy.resolve_after_seconds)
    if at_provider and job.id not in listed and job.endpoint and now - job.changed_at > patience:
        active.put(
            ActiveJob(
                job_id=job.id,
                batch_id=job.batch_id,
                endpoint=job.endpoint,
                audio_ms=job.audio_ms,
                since_at=job.submitted_at or job.changed_at,
                transcription_id=job.transcription_id,
            )
        )


def _has_waiting(batch_id: str, store: BatchStore) -> bool:
    return next(iter(store.recordings(batch_id, state="waiting")), None) is not None
