"""The result of a job of one recording: the row and the job are over together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.errors import DropscribeError, StoreConflict
from shared.log import event
from shared.messages import Plan, Write, step_of
from shared.model.job.job import Job
from shared.model.job.transitions import over
from shared.model.pauses import refetch_pause
from shared.model.recording.recording import Recording
from shared.pipeline.fail.try_again_or_fail import SaveSettled
from shared.pipeline.write.results import Results
from shared.pipeline.write.room import Room, result_bytes
from shared.pipeline.write.rows import rows_of
from shared.pipeline.write.slice import list_again
from shared.pipeline.write.transcribed_or_failed import WriteRecording
from shared.ports.ground import UseCase
from shared.ports.provider import SpeechProvider
from shared.said.keep import KeepSaid


@dataclass(frozen=True, kw_only=True)
class WriteSingle(UseCase):
    """One query and one transaction, and then its end, by `end`. Whether that was done: if not,
    nothing was changed, and it goes the way of all others. Raises `StoreConflict` where the job or
    its recording are not as they were."""

    endpoints: Mapping[str, SpeechProvider]
    write_recording: WriteRecording
    save_settled: SaveSettled
    room: Room
    keep_said: KeepSaid
    end: Callable[[Job], None]

    def __call__(self, job: Job, message: Write) -> bool:
        """`job` is as it would be saved while it is collected."""
        [item], provider = message.items, self.endpoints[job.endpoint or ""]
        [found] = rows_of([item], job, self.store)
        row = found.rows.get(item.recording_id)
        if row is None:
            return False
        try:
            with self.room.taken(result_bytes(row, item)):
                results = Results(job, provider, self.write_recording.publish.look.gather())
                with results.gather.one():
                    written = self.write_recording(row, item, results)
            if written is None:
                return False
            if written.state == "planned":
                return self._ask_again(job, written)
            if written.state == "transcribed":
                self.keep_said(results.said)
            ended = self.save_settled.with_job(over(job, self.clock.now()), [written])
            self.write_recording.clear([written])
        except StoreConflict:
            raise
        except DropscribeError as error:
            event("step.queued", step=step_of(message), error=type(error).__name__, level=30)
            return False
        if written.state == "waiting":
            self.queue.send(Plan(batch_id=job.batch_id))
        event("job.finished", batch=job.batch_id, job=job.id, state=ended.state)
        self.end(ended)
        return True

    def _ask_again(self, job: Job, row: Recording) -> bool:
        """Its result could not be read by this link."""
        self.store.save(job, [row])
        pause = refetch_pause(self.policy, row.fetches, row.unread_since_at)
        self.queue.send(list_again(job), after=pause)
        return True
