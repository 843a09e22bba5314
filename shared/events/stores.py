"""Whoever changes a row tells others of it, without a line of code about that.

The stores that the use-cases get are wrapped in those of this file. Where somebody wants to hear of
a change, a notice goes into its transaction, and then a message. So no use-case can forget to tell,
and what is told is what was saved. Where nobody listens, nothing is added to any call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shared.events.audience import Announcer
from shared.model.batch.batch import Batch, Part
from shared.model.endpoint.endpoint import EndpointState
from shared.model.events.event import Event
from shared.model.events.happenings import (
    Links,
    of_accepted,
    of_completed,
    of_endpoint,
    of_recording,
    of_submitted,
)
from shared.model.events.notice import Notice
from shared.model.job.job import Job
from shared.model.recording.recording import Recording
from shared.ports.indices import NoticedBook
from shared.ports.queue import Clock
from shared.ports.state import ROWS_IN_TRANSACTION, NoticedRows, in_transactions

ENDPOINTS = "!endpoint"
"""The partition of the endpoint book."""


class AnnouncingStore:
    """`ports.state.BatchStore` that tells of recordings that are over, of jobs that were sent,
    and of batches that begin or are complete. What nobody wants to hear of goes to the rows."""

    def __init__(self, rows: NoticedRows, announcer: Announcer, links: Links) -> None:
        self._rows, self._announcer, self._links = rows, announcer, links
        self.batch, self.part, self.parts = rows.batch, rows.part, rows.parts
        self.whole, self.note_work = rows.whole, rows.note_work
        self.list_batches, self.close_batches = rows.list_batches, rows.close_batches
        self.entries, self.open_batches = rows.entries, rows.open_batches
        self.job, self.jobs, self.planned_jobs = rows.job, rows.jobs, rows.planned_jobs
        self.items_left, self.items_of = rows.items_left, rows.items_of
        self.rows_left, self.any_left = rows.rows_left, rows.any_left
        self.recording, self.recordings = rows.recording, rows.recordings
        self.recording_ids, self.facts = rows.recording_ids, rows.facts
        self.conversations = rows.conversations
        self.list_batch, self.save_part = rows.list_batch, rows.save_part
        self.note_version, self.take_note = rows.note_version, rows.take_note
        self.give_note_back, self.close_batch = rows.give_note_back, rows.close_batch
        self.forget, self.forget_recordings = rows.forget, rows.forget_recordings
        self.part_left, self.commit = rows.part_left, rows.commit

    def open_batch(self, batch: Batch) -> None:
        notice = None if batch.version else self._accepted(batch)
        self._rows.open_batch(batch, notice)
        self._announcer.hand_on(notice)

    def create_batch(self, batch: Batch, parts: Sequence[Part] = ()) -> bool:
        notice = self._accepted(batch) if batch.error_report is None else None
        is_new = self._rows.create_batch(batch, parts, notice)
        if is_new:
            self._announcer.hand_on(notice)
        return is_new

    def save_batch(self, batch: Batch, *, lists: bool = True) -> None:
        notice = self._announcer.notice(batch.id, of_completed(batch, self._links))
        self._rows.save_batch(batch, notice, lists=lists)
        self._announcer.hand_on(notice)

    def insert(self, recording: Recording) -> bool:
        notice = self._announcer.notice(recording.batch_id, self._of([recording]))
        is_new = self._rows.insert(recording, notice)
        if is_new:
            self._announcer.hand_on(notice)
        return is_new

    def insert_first(self, batch: Batch, recording: Recording) -> bool:
        events = [of_accepted(batch, self._links), *self._of([recording])]
        notice = self._announcer.notice(batch.id, events)
        is_new = self._rows.insert_first(batch, recording, notice)
        if is_new:
            self._announcer.hand_on(notice)
        return is_new

    def save(self, job: Job | None = None, recordings: Iterable[Recording] = ()) -> Job | None:
        """The rows of a notice that is too large, or for which there is no room, are saved in two
        halves: who saves this many has to be ready to find some saved and some not."""
        rows = list(recordings)
        events = self._of(rows, job)
        notice = None
        if events:
            batch_id = rows[0].batch_id if job is None else job.batch_id
            notice = self._announcer.notice(batch_id, events)
        if notice is None:
            return self._rows.save(job, rows)
        is_too_much = len(rows) + (job is not None) >= ROWS_IN_TRANSACTION or not notice.fits
        middle = len(rows) // 2
        if is_too_much and middle:
            self.save(None, rows[:middle])
            return self.save(job, rows[middle:])
        saved = self._rows.save(job, rows, notice)
        self._announcer.hand_on(notice)
        return saved

    def save_all(self, recordings: Iterable[Recording]) -> None:
        for part in in_transactions(recordings):
            self.save(recordings=part)

    def save_jobs(self, jobs: Sequence[Job], recordings: Sequence[Recording] = ()) -> list[Job]:
        """In two halves, where `save` does that."""
        events = [event for job in jobs for event in self._of([], job)] + self._of(recordings)
        notice = self._announcer.notice(jobs[0].batch_id, events)
        if notice is None:
            return self._rows.save_jobs(jobs, recordings)
        is_too_much = len(jobs) + len(recordings) >= ROWS_IN_TRANSACTION or not notice.fits
        middle = len(jobs) // 2
        if is_too_much and middle:
            return [*self.save_jobs(jobs[:middle]), *self.save_jobs(jobs[middle:], recordings)]
        saved = self._rows.save_jobs(jobs, recordings, notice)
        self._announcer.hand_on(notice)
        return saved

    def _accepted(self, batch: Batch) -> Notice | None:
        return self._announcer.notice(batch.id, [of_accepted(batch, self._links)])

    def _of(self, rows: Sequence[Recording], job: Job | None = None) -> list[Event]:
        has_subscribers = self._announcer.has_subscribers
        events = [
            event
            for row in rows
            if has_subscribers or row.callback is not None
            for event in of_recording(row, self._links)
        ]
        if job is not None and has_subscribers:
            events += of_submitted(job, self._links)
        return events


class AnnouncingBook:
    """`ports.state.EndpointBook` that tells of an endpoint that was well and takes no jobs. What
    was before is known from the version: it is that of the state that was read."""

    def __init__(self, book: NoticedBook, announcer: Announcer, clock: Clock) -> None:
        self._book, self._announcer, self._clock = book, announcer, clock
        self.all = book.all
        self._was_well: dict[str, str] = {}  # the version in which an endpoint was well

    def state(self, name: str) -> EndpointState:
        return self._seen(self._book.state(name))

    def save(self, state: EndpointState) -> EndpointState:
        notice = None
        now = self._clock.now()
        was_well = self._was_well.get(state.name) == state.version
        if was_well and not state.is_well(now):
            event = of_endpoint(state, now)
            notice = self._announcer.notice(ENDPOINTS, [event])
        saved = self._seen(self._book.save(state, notice))
        self._announcer.hand_on(notice)
        return saved

    def _seen(self, state: EndpointState) -> EndpointState:
        if state.is_well(self._clock.now()):
            self._was_well[state.name] = state.version
        return state
