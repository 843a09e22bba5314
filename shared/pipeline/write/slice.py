"""Fetch, normalise, render and store the results of a slice; then one table transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from shared.errors import DropscribeError, StoreUnavailable
from shared.log import event
from shared.messages import Collect, Finish, Plan, SliceItem, Write
from shared.model.batch import recording as recordings
from shared.model.batch.job import OVER, Job
from shared.model.batch.recording import Recording
from shared.pipeline.fail.recording import SaveSettled
from shared.pipeline.step import AtOnce
from shared.pipeline.write.recording import WriteRecording
from shared.pipeline.write.results import Results
from shared.pipeline.write.room import Room, result_bytes
from shared.ports.ground import UseCase
from shared.ports.provider import SpeechProvider

Written = Recording | DropscribeError | None
"""A changed row; why it may go better the next time; or nothing changed."""


@dataclass(frozen=True, kw_only=True)
class WriteSlice(UseCase):
    """One query, one GET a recording, one PUT an output, one transaction, one look whether the
    job is done. What one recording lacks is settled for that recording alone. After what succeeded
    is saved, an error that may pass is raised, so that the queue brings the rest back; or the rest
    is listed anew, where a result could not be read by the link that the slice has.
    """

    endpoints: Mapping[str, SpeechProvider]
    write_recording: WriteRecording
    save_settled: SaveSettled
    finish_now: AtOnce[Finish]
    room: Room
    pool: Executor

    def __call__(self, message: Write) -> None:
        job = self.store.job(message.batch_id, message.job_id)
        if job is None or job.state in OVER or job.endpoint is None:
            return
        rows = self._rows(message, job)
        provider = self.endpoints.get(job.endpoint)
        if provider is None:  # the poll sees to it, and the sweep once the endpoint is back
            event("endpoint.not_configured", endpoint=job.endpoint, level=40)
            return
        results = Results(job, provider)
        items = [item for item in message.items if item.recording_id in rows]
        written = list(
            self.pool.map(lambda item: self._in_room(rows[item.recording_id], item, results), items)
        )
        changed = {row.id: row for row in written if isinstance(row, Recording)}
        stuck = self._stuck(rows, items, written)
        if changed or stuck:
            self.save_settled([*changed.values(), *stuck])
        self._go_on(job, changed.values(), written)

    def _rows(self, message: Write, job: Job) -> dict[str, Recording]:
        """The recordings of the slice that still wait for their result, by id."""
        ids = [item.recording_id for item in message.items]
        return {row.id: row for row in self.store.rows_left(job, first=min(ids), last=max(ids))}

    def _in_room(self, row: Recording, item: SliceItem, results: Results) -> Written:
        with self.room.taken(result_bytes(row, item)):
            return self._tried(row, item, results)

    def _tried(self, row: Recording, item: SliceItem, results: Results) -> Written:
        try:
            return self.write_recording(row, item, results)
        except DropscribeError as error:
            return error

    def _stuck(
        self, rows: Mapping[str, Recording], items: Sequence[SliceItem], written: Sequence[Written]
    ) -> list[Recording]:
        """Those whose outputs storage does not take, where that is not written down yet."""
        return [
            recordings.stuck(rows[item.recording_id], self.clock.now())
            for item, result in zip(items, written, strict=True)
            if isinstance(result, StoreUnavailable)
            and rows[item.recording_id].stuck_since_at is None
        ]

    def _go_on(self, job: Job, changed: Collection[Recording], written: Sequence[Written]) -> None:
        """With what the slice leaves to be done."""
        if any(row.state == "waiting" for row in changed):
            self.queue.send(Plan(batch_id=job.batch_id))
        again = [row for row in changed if row.state == "planned"]
        if again:
            pauses = (self.policy.refetch_pause(row.fetches, row.unread_since_at) for row in again)
            self.queue.send(_list_again(job), after=min(pauses))
            return
        for error in written:
            if isinstance(error, DropscribeError):
                raise error
        over = Finish(batch_id=job.batch_id, job_id=job.id)
        if job.recordings == 1 and changed:
            self.finish_now(over)
        elif None not in written and not self.store.any_left(job):
            self.queue.send(over)


def _list_again(job: Job) -> Collect:
    """All results that are left, with fresh links."""
    return Collect(
        endpoint=job.endpoint or "",
        transcription_id=job.transcription_id or "",
        batch_id=job.batch_id,
        job_id=job.id,
        again=True,
    )
