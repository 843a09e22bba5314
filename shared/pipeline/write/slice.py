"""Fetch, normalise, render and store the results of a slice; then one table transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from shared.errors import DropscribeError, StoreUnavailable
from shared.log import event
from shared.messages import Collect, Finish, Plan, SliceItem, Write
from shared.model.job.carrier import Carried, is_carrier
from shared.model.job.job import OVER, Job
from shared.model.pauses import refetch_pause
from shared.model.recording import transitions as recordings
from shared.model.recording.recording import Recording
from shared.pipeline.compare import compared
from shared.pipeline.fail.parts import EndedPart, EndPart, NoteSettled, ended
from shared.pipeline.fail.try_again_or_fail import SaveSettled
from shared.pipeline.now_or_later import AtOnce
from shared.pipeline.write.results import Results
from shared.pipeline.write.room import Room, result_bytes
from shared.pipeline.write.rows import OfPart, number, rows_of
from shared.pipeline.write.transcribed_or_failed import WriteRecording
from shared.ports.ground import UseCase
from shared.ports.provider import SpeechProvider
from shared.said.keep import KeepSaid

Written = Recording | DropscribeError | None
"""A changed row; why it may go better the next time; or nothing changed."""
Pair = tuple[Recording, SliceItem]


@dataclass(frozen=True, kw_only=True)
class WriteSlice(UseCase):
    """One query, one GET a recording, one PUT an output, one for what search is to know, two for
    the tables of those that are exported, one transaction, one look whether the job is done; of a
    carrier a query and a transaction for each batch. What one recording lacks is settled for that
    recording alone. After what succeeded is saved, an error that may pass is raised, so that the
    queue brings the rest back; or the rest is listed anew, where a result could not be read by the
    link that the slice has.
    """

    endpoints: Mapping[str, SpeechProvider]
    write_recording: WriteRecording
    save_settled: SaveSettled
    finish_now: AtOnce[Finish]
    finish_few: Callable[[Sequence[EndedPart]], None]
    room: Room
    end_part: EndPart
    note_settled: NoteSettled
    keep_said: KeepSaid
    pool: Executor

    def __call__(self, message: Write) -> None:
        job = self.store.job(message.batch_id, message.job_id)
        if job is None or job.state in OVER or job.endpoint is None:
            return
        found = list(rows_of(message.items, job, self.store))
        provider = self.endpoints.get(job.endpoint)
        if provider is None:  # the poll sees to it, and the sweep once the endpoint is back
            event("endpoint.not_configured", endpoint=job.endpoint, level=40)
            return
        pairs = self._compared(_pairs(found))
        gather = self.write_recording.publish.look.gather(len(pairs))
        results = Results(job, provider, gather)
        written = list(self.pool.map(lambda pair: self._in_room(pair[0], pair[1], results), pairs))
        changed = {row.id: row for row in written if isinstance(row, Recording)}
        for row in self._stuck(pairs, written):
            changed[row.id] = row
        self._keep_said(results, changed)
        over = self._save(job, found, changed)
        self.write_recording.clear(changed.values())
        self._go_on(job, [row for row in written if isinstance(row, Recording)], written, over)

    def _compared(self, pairs: Sequence[Pair]) -> Sequence[Pair]:
        """Those that nobody compared with their audio yet, all at once."""
        rows = [row for row, item in pairs if not item.seen and item.failure is None]
        if len(rows) < 2:
            return pairs
        seen = self.write_recording.compare(rows)
        return [(row, compared(item, seen.get(row.id))) for row, item in pairs]

    def _keep_said(self, results: Results, changed: Mapping[str, Recording]) -> None:
        """Of those that are transcribed, all in one piece."""
        done = {id_ for id_, row in changed.items() if row.state == "transcribed"}
        self.keep_said([said for said in results.said if said.recording_id in done])

    def _in_room(self, row: Recording, item: SliceItem, results: Results) -> Written:
        with self.room.taken(result_bytes(row, item)), results.gather.one():
            return self._tried(row, item, results)

    def _tried(self, row: Recording, item: SliceItem, results: Results) -> Written:
        try:
            return self.write_recording(row, item, results)
        except DropscribeError as error:
            return error

    def _stuck(self, pairs: Sequence[Pair], written: Sequence[Written]) -> list[Recording]:
        """Those whose outputs storage does not take, where that is not written down yet."""
        return [
            recordings.stuck(row, self.clock.now())
            for (row, _), result in zip(pairs, written, strict=True)
            if isinstance(result, StoreUnavailable) and row.stuck_since_at is None
        ]

    def _save(
        self, job: Job, found: Sequence[OfPart], changed: Mapping[str, Recording]
    ) -> list[OfPart]:
        """A transaction for each batch. Returns the parts of a carrier that are over: their row was
        saved with the last of their recordings."""
        over: list[OfPart] = []
        for of_part in found:
            mine = [changed[id_] for id_ in of_part.rows if id_ in changed]
            left = [changed.get(id_, row) for id_, row in of_part.rows.items()]
            is_over = of_part.is_all and not any(row.state == "planned" for row in left)
            row = of_part.job if is_over else None
            is_mine = row is not None and row.state == "carried" and row.carrier == job.id
            settled = ended(row, job, self.clock) if row and is_mine else None
            self._save_part(settled, mine)
            over += [of_part.saved(settled, mine)] if is_over or self._is_over(job, of_part) else []
        return over

    def _save_part(self, row: Job | None, changed: Sequence[Recording]) -> None:
        if row is not None:
            self.save_settled.with_job(row, changed)
        elif changed:
            self.save_settled(changed)

    def _is_over(self, job: Job, of_part: OfPart) -> bool:
        """Of a part that takes several slices."""
        is_whole = not is_carrier(job) or of_part.is_all
        return not (is_whole or self.store.any_left(of_part.part))

    def _go_on(
        self,
        job: Job,
        changed: Collection[Recording],
        written: Sequence[Written],
        over: Sequence[OfPart],
    ) -> None:
        """With what the slice leaves to be done."""
        for batch_id in {row.batch_id for row in changed if row.state == "waiting"}:
            self.queue.send(Plan(batch_id=batch_id))
        if over:
            self._end(job, over)
        again = [row for row in changed if row.state == "planned"]
        if again:
            pauses = (refetch_pause(self.policy, row.fetches, row.unread_since_at) for row in again)
            self.queue.send(list_again(job), after=min(pauses))
            return
        for error in written:
            if isinstance(error, DropscribeError):
                raise error
        finish = Finish(batch_id=job.batch_id, job_id=job.id)
        if is_carrier(job):
            return  # who settles the last part has it finished
        if job.recordings == 1 and changed:
            self.finish_now(finish)
        elif None not in written and not self.store.any_left(job):
            self.queue.send(finish)

    def _end(self, job: Job, over: Sequence[OfPart]) -> None:
        for of_part in over:
            if isinstance(of_part.part, Carried) and not of_part.is_all:
                self.end_part(of_part.part, job)
        all_of = [one for one in over if one.is_all]
        self.finish_few([EndedPart(one.part.batch_id, one.note, one.whole) for one in all_of])
        self.note_settled(job, [number(of_part) for of_part in over])


def _pairs(found: Sequence[OfPart]) -> list[Pair]:
    return [
        (of_part.rows[item.recording_id], item)
        for of_part in found
        for item in of_part.items
        if item.recording_id in of_part.rows
    ]


def list_again(job: Job) -> Collect:
    """All results that are left, with fresh links."""
    return Collect(
        endpoint=job.endpoint or "",
        transcription_id=job.transcription_id or "",
        batch_id=job.batch_id,
        job_id=job.id,
        again=True,
    )
