"""What comes out of the poison queues: five failures of ours are no reason to lose audio."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import msgspec

from shared.errors import DropscribeError
from shared.log import event
from shared.messages import KINDS, Collect, Finish, Message, Plan, Register, Submit, Write, decode
from shared.model.batch.policy import Policy
from shared.model.batch.recording import Recording
from shared.model.failure_texts import POISONED, STEP_FAILED, UNPLANNED, UNREGISTERED
from shared.pipeline.fail.old import FailJob, count_fault, fail, settle_failure
from shared.pipeline.submit.step import AT_ONCE
from shared.ports.blobs import Outputs
from shared.ports.queue import Clock, Queue
from shared.ports.state import BatchStore

ROWS_IN_TRANSACTION = 100
PAUSE = timedelta(minutes=5)


class BlobEvent(msgspec.Struct, frozen=True, rename="pascal"):
    """What the functions host puts into `webjobs-blobtrigger-poison`."""

    container_name: str
    blob_name: str


_blob_event = msgspec.json.Decoder(BlobEvent)


def drain(
    queue_name: str,
    body: bytes,
    *,
    store: BatchStore,
    outputs: Outputs,
    errors_container: str,
    queue: Queue,
    policy: Policy,
    clock: Clock,
    register: Callable[..., Any],
    plan: Callable[[str], None],
    fail_job: FailJob,
) -> None:
    """A slice of results gets another round later, and its recordings an error report once they
    have had their rounds. Audio that could not be registered is tried blob by blob; a batch that
    could not be planned is tried for a day, a job that could not be sent or collected a few times.
    Whatever else was to be done is found by the poll and the sweep."""
    message = _read(queue_name, body)
    event("message.poisoned", queue=queue_name, is_readable=message is not None, level=40)
    if isinstance(message, Register):
        _register_each(message, register)
    elif isinstance(message, Plan):
        is_planned = _is_planned(message.batch_id, plan)
        if not is_planned:
            _fail_waiting(message.batch_id, store, outputs, errors_container, queue, policy, clock)
    elif isinstance(message, Submit) and message.last is not None:
        _take_apart(message, message.last, store, queue)
    elif isinstance(message, Submit | Collect):
        _note_fault(message, store, fail_job, policy)
    elif isinstance(message, Write) and message.items:
        _another_round(message, store, outputs, errors_container, queue, policy, clock)


def _is_planned(batch_id: str, plan: Callable[[str], None]) -> bool:
    """Whether it works now. While storage is out of reach, the message stays and comes back."""
    try:
        plan(batch_id)
    except DropscribeError:
        raise
    except Exception as error:
        event("batch.not_planned", batch=batch_id, error=type(error).__name__, level=40)
        return False
    return True


def _fail_waiting(
    batch_id: str,
    store: BatchStore,
    outputs: Outputs,
    errors_container: str,
    queue: Queue,
    policy: Policy,
    clock: Clock,
) -> None:
    """Of the recordings that nobody could plan, those that have been waiting for a day."""
    now = clock.now()
    since = now - timedelta(seconds=policy.give_up_seconds)
    rows = [row for row in store.recordings(batch_id, state="waiting") if row.changed_at < since]
    for start in range(0, len(rows), ROWS_IN_TRANSACTION):
        store.save(
            recordings=[
                fail(row, UNPLANNED, outputs=outputs, errors_container=errors_container, now=now)
                for row in rows[start : start + ROWS_IN_TRANSACTION]
            ]
        )
    if rows:
        queue.send(Finish(batch_id=batch_id))


def _take_apart(message: Submit, last: str, store: BatchStore, queue: Queue) -> None:
    """Nobody knows which of the jobs of a step was at fault: each gets a message of its own, and
    the rest of the line goes on."""
    jobs = store.planned_jobs(message.batch_id, message.job_id, last, AT_ONCE)
    for job in jobs:
        queue.send(Submit(batch_id=job.batch_id, job_id=job.id))
    if len(jobs) == AT_ONCE:
        queue.send(msgspec.structs.replace(message, job_id=f"{jobs[-1].id}!"))


def _note_fault(
    message: Submit | Collect, store: BatchStore, fail_job: FailJob, policy: Policy
) -> None:
    """The sweep and the poll hand the step over again, until the job has had its faults."""
    if message.batch_id is None or message.job_id is None:
        return
    job = store.job(message.batch_id, message.job_id)
    if job is not None and job.state in ("planned", "submitted", "collecting"):
        count_fault(job, STEP_FAILED, store=store, fail_job=fail_job, policy=policy)


def _another_round(
    message: Write,
    store: BatchStore,
    outputs: Outputs,
    errors_container: str,
    queue: Queue,
    policy: Policy,
    clock: Clock,
) -> None:
    job = store.job(message.batch_id, message.job_id)
    if job is None:
        return
    wanted = {item.recording_id for item in message.items}
    left = store.recordings(
        job.batch_id, state="planned", job_id=job.id, first=min(wanted), last=max(wanted)
    )
    now = clock.now()

    def another_round(row: Recording) -> Recording:
        if row.fetches + 1 < policy.max_fetches:
            return msgspec.structs.replace(row, fetches=row.fetches + 1, changed_at=now)
        return settle_failure(
            row,
            POISONED,
            outputs=outputs,
            errors_container=errors_container,
            policy=policy,
            now=now,
        )

    changed = [another_round(row) for row in left if row.id in wanted]
    store.save(recordings=changed)
    if any(row.state == "planned" for row in changed) and job.endpoint and job.transcription_id:
        again = Collect(
            endpoint=job.endpoint,
            transcription_id=job.transcription_id,
            batch_id=job.batch_id,
            job_id=job.id,
            again=True,
        )
        queue.send(again, after=PAUSE)
    else:
        queue.send(Finish(batch_id=job.batch_id, job_id=job.id))


def drain_blob_event(body: bytes, *, register: Callable[..., Any]) -> None:
    """Try once more; if that fails too, register the recording as failed, so that it is in a
    report and under `errors/`, and not only in a queue."""
    try:
        blob = _blob_event.decode(body)
    except msgspec.DecodeError:
        event("message.poisoned", queue="blob trigger", is_readable=False, level=40)
        return
    event("message.poisoned", queue="blob trigger", is_readable=True, level=40)
    _register_or_fail(blob.container_name, blob.blob_name, register)


def _register_each(message: Register, register: Callable[..., Any]) -> None:
    """Raises the first error after all had their turn."""
    errors: list[Exception] = []
    for name in message.names:
        try:
            _register_or_fail(message.container, name, register)
        except Exception as error:
            errors.append(error)
    if errors:
        raise errors[0]


def _register_or_fail(container: str, name: str, register: Callable[..., Any]) -> None:
    try:
        register(container, name)
    except DropscribeError:
        raise  # storage is out of reach: the message stays hidden and comes back
    except Exception as error:
        event("recording.not_registered", error=type(error).__name__, level=40)
        register(container, name, refusal=UNREGISTERED)


def _read(queue_name: str, body: bytes) -> Message | None:
    for kind in KINDS:
        if kind.queue == queue_name:
            try:
                return cast(Message, decode(cast(Any, kind), body))
            except msgspec.DecodeError:
                return None
    return None
