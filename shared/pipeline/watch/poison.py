"""What comes out of the poison queues: five failures of ours are no reason to lose audio.

The host moves a message that failed five times to a queue of the same name with `-poison`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import msgspec

from shared.errors import BlobUnread, DropscribeError, RowUnreadable
from shared.log import event
from shared.messages import (
    Collect,
    Finish,
    Message,
    Plan,
    Prepare,
    Register,
    Submit,
    Translate,
    Understand,
    Write,
    read,
    step_of,
)
from shared.model.failure import Failure
from shared.model.failure_texts import POISONED, STEP_FAILED, UNPLANNED, UNREGISTERED
from shared.model.job.transitions import with_smaller_slices
from shared.model.recording.recording import Recording
from shared.model.recording.transitions import asked_again
from shared.pipeline.fail.job import CountFault
from shared.pipeline.fail.try_again_or_fail import FailRecording, SaveSettled, SettleFailure
from shared.pipeline.register.unreadable import GiveUpOnBlob
from shared.pipeline.write.rows import rows_of
from shared.ports.ground import UseCase
from shared.ports.queue import Queue
from shared.ports.state import BatchStore

PAUSE = timedelta(minutes=5)
MOST_ROUNDS = 50
"""Of insights and translations, which nothing but their message asks for."""


class BlobEvent(msgspec.Struct, frozen=True, rename="pascal"):
    """What the functions host puts into `webjobs-blobtrigger-poison`."""

    container_name: str
    blob_name: str


_blob_event = msgspec.json.Decoder(BlobEvent)


class Take(Protocol):
    """Register a manifest or audio that came into a container that we watch; with a `refusal`, as
    failed for that reason."""

    def __call__(self, container: str, name: str, *, refusal: Failure | None = None) -> object: ...


@dataclass(frozen=True, kw_only=True)
class RegisterOrFail:
    """Try once more; if that fails too, register the recording as failed, so that it is in a
    report and under `errors/`, and not only in a queue. While storage is out of reach, that is
    raised: the message stays hidden and comes back. What it refuses of one blob alone is waited
    for: the comparison of the container brings that blob back, until its time is up."""

    take: Take
    give_up: GiveUpOnBlob

    def __call__(self, container: str, name: str) -> None:
        try:
            self.take(container, name)
        except BlobUnread as error:
            refusal = self.give_up(container, name, error)
            if refusal is not None:
                self.take(container, name, refusal=refusal)
        except DropscribeError:
            raise
        except Exception as error:
            event("recording.not_registered", error=type(error).__name__, level=40)
            self.take(container, name, refusal=UNREGISTERED)

    def each(self, message: Register) -> None:
        """Raises the first error after all had their turn."""
        errors: list[Exception] = []
        for name in message.names:
            try:
                self(message.container, name)
            except Exception as error:
                errors.append(error)
        if errors:
            raise errors[0]


@dataclass(frozen=True, kw_only=True)
class DrainBlobEvent:
    """A blob whose registration failed five times in a row, as the functions host tells of it."""

    register: RegisterOrFail

    def __call__(self, body: bytes) -> None:
        try:
            blob = _blob_event.decode(body)
        except msgspec.DecodeError:
            event("message.poisoned", queue="blob trigger", is_readable=False, level=40)
            return
        event("message.poisoned", queue="blob trigger", is_readable=True, level=40)
        self.register(blob.container_name, blob.blob_name)


@dataclass(frozen=True, kw_only=True)
class ReadAnotherRound(UseCase):
    """A slice of results gets another round later. Nobody knows which of its results ended the
    process, or whether any did: no recording is charged with it. The next slices are half as long,
    until the culprit stands alone, and that one gets an error report once it had its rounds."""

    settle: SettleFailure
    save_settled: SaveSettled

    def __call__(self, message: Write) -> None:
        job = self.store.job(message.batch_id, message.job_id)
        if job is None:
            return
        rows = [
            of_part.rows[item.recording_id]
            for of_part in rows_of(message.items, job, self.store)
            for item in of_part.items
            if item.recording_id in of_part.rows
        ]
        if len(rows) > 1:
            job = self.store.save(with_smaller_slices(job, len(rows))) or job
        else:
            rows = [self._another_round(row) for row in rows]
            self.save_settled(rows)
        if any(row.state == "planned" for row in rows) and job.endpoint and job.transcription_id:
            again = Collect(
                endpoint=job.endpoint,
                transcription_id=job.transcription_id,
                batch_id=job.batch_id,
                job_id=job.id,
                again=True,
            )
            self.queue.send(again, after=PAUSE)
        else:
            self.queue.send(Finish(batch_id=job.batch_id, job_id=job.id))

    def _another_round(self, row: Recording) -> Recording:
        if row.fetches + 1 < self.policy.max_fetches:
            return asked_again(row, self.clock.now())
        return self.settle(row, POISONED)


@dataclass(frozen=True, kw_only=True)
class PlanOrFail(UseCase):
    """A batch that could not be planned is tried for a day. While storage is out of reach, that is
    raised: the message stays and comes back."""

    plan: Callable[[str], None]
    fail: FailRecording
    save_settled: SaveSettled

    def __call__(self, batch_id: str) -> None:
        try:
            self.plan(batch_id)
        except RowUnreadable as error:  # storage answers, and will not mend it
            self._tell_and_fail(batch_id, error)
        except DropscribeError:
            raise
        except Exception as error:
            self._tell_and_fail(batch_id, error)

    def _tell_and_fail(self, batch_id: str, error: Exception) -> None:
        event("batch.not_planned", batch=batch_id, error=type(error).__name__, level=40)
        self._fail_waiting(batch_id)

    def _fail_waiting(self, batch_id: str) -> None:
        """Of the recordings that nobody could plan, those that have been waiting for a day."""
        since = self.clock.now() - timedelta(seconds=self.policy.give_up_seconds)
        waiting = self.store.recordings(batch_id, state="waiting")
        rows = [row for row in waiting if row.changed_at < since]
        self.save_settled(self.fail(row, UNPLANNED) for row in rows)
        if rows:
            self.queue.send(Finish(batch_id=batch_id))


@dataclass(frozen=True, kw_only=True)
class Drain:
    """What a poisoned message was to do gets another chance, and what has had its chances an error
    report. Audio that could not be registered is tried blob by blob, a job that could not be sent
    or collected a few times. Whatever else was to be done is found by the poll and the sweep."""

    store: BatchStore
    register: RegisterOrFail
    plan: PlanOrFail
    count_fault: CountFault
    read_another_round: ReadAnotherRound
    queue: Queue

    def __call__(self, queue_name: str, body: bytes) -> None:
        message = _read(queue_name, body)
        told = {} if message is None else {"step": step_of(message)}
        event("message.poisoned", level=40, queue=queue_name, is_readable=bool(told), **told)
        match message:
            case Register():
                self.register.each(message)
            case Plan():
                self.plan(message.batch_id)
            case Prepare():
                self.queue.send(message, after=PAUSE)  # its row counts how often somebody began
            case Understand() | Translate() if message.waits < MOST_ROUNDS:
                again = msgspec.structs.replace(message, waits=message.waits + 1)
                self.queue.send(again, after=PAUSE)
            case Submit() | Collect():
                self._note_fault(message)
            case Write() if message.items:
                self.read_another_round(message)

    def _note_fault(self, message: Submit | Collect) -> None:
        """The sweep and the poll hand the step over again, until the job has had its faults."""
        if not (message.batch_id and message.job_id):
            return  # nobody knows of which job; the poll has somebody go along the line again
        job = self.store.job(message.batch_id, message.job_id)
        if job is not None and job.state in ("planned", "submitted", "collecting"):
            self.count_fault(job, STEP_FAILED)


def _read(queue_name: str, body: bytes) -> Message | None:
    try:
        return read(queue_name, body)
    except msgspec.DecodeError:
        return None
