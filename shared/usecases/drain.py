"""What comes out of the poison queues: five failures of ours are no reason to lose audio."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import msgspec

from shared.errors import DropscribeError
from shared.log import event
from shared.messages import KINDS, Collect, Finish, Message, Register, Write, decode
from shared.model.failure import Failure
from shared.model.policy import Policy
from shared.model.recording import Recording
from shared.ports import BatchStore, Clock, Outputs, Queue
from shared.usecases.settle import settle_failure

PAUSE = timedelta(minutes=5)
POISONED = Failure(
    kind="ours",
    code="internal_error",
    reason="Dropscribe failed five times in a row to store the result of this recording.",
    advice="Look in the log for what failed, mend it, then drop the recording again.",
)
UNREGISTERED = Failure(
    kind="ours",
    code="not_registered",
    reason="Dropscribe failed five times in a row to register this recording.",
    advice="Look in the log for what failed, mend it, then drop the recording again.",
)


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
) -> None:
    """A slice of results gets another round later, and its recordings an error report once they
    have had their rounds. Audio that could not be registered is tried blob by blob. Whatever
    else was to be done is found by the poll and the sweep."""
    message = _read(queue_name, body)
    event("message.poisoned", queue=queue_name, is_readable=message is not None, level=40)
    if isinstance(message, Register):
        _register_each(message, register)
    if not isinstance(message, Write) or not message.items:
        return
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
