"""A batch is deleted: its rows, its request, and if wanted all that was written for it. Somebody
asks for it, or its profile says that it is old."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from shared.errors import BatchBusy, BatchMissing, StoreConflict
from shared.log import event
from shared.messages import Change
from shared.model.batch import batch as batches
from shared.model.batch.batch import Batch, BatchEntry
from shared.model.batch.recording import Recording
from shared.model.profile.profile import Profile
from shared.outputs.report import FORMATS
from shared.ports.blobs import Outputs, Requests, Revisions
from shared.ports.copies import Copies
from shared.ports.indices import Diaries, Diary
from shared.ports.queue import Clock, Queue
from shared.ports.state import BatchFilter, BatchStore

ROWS_AT_ONCE = 50
PARTS_IN_RUN = 40
ENTRIES_AT_ONCE, PAGES_IN_RUN = 100, 40
AGED, AGED_EVERY = "age out batches", timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class DeleteBatch:
    """Asks for it; it is carried out by a message. The source audio stays. Raises `BatchMissing`,
    `BatchBusy` while the batch is worked on, `StoreConflict`."""

    store: BatchStore
    queue: Queue

    def __call__(self, batch_id: str, with_outputs: bool) -> None:
        batch = self.store.batch(batch_id)
        if batch is None or batch.deleted_at is not None:
            raise BatchMissing(f"there is no batch {batch_id}")
        if batch.deleting is None:
            if self.store.note_version(batch_id) is not None:
                raise BatchBusy("the batch is being worked on: cancel it, or wait until it is over")
            batch = batches.to_be_deleted(batch, with_outputs=with_outputs)
            self.store.open_batch(batch)  # as for a retry
            self.store.save_batch(batch)
        self.store.open_batch(batch)
        self.queue.send(Change(batch_id=batch_id))


@dataclass(frozen=True, kw_only=True)
class AgeOutBatches:
    """Once a day those are deleted that were finished longer ago than their profile keeps rows; a
    few thousand in one go, and the next one goes on from there."""

    store: BatchStore
    delete: DeleteBatch
    profiles: Sequence[Profile]
    diaries: Diaries
    clock: Clock

    def __call__(self) -> None:
        kept = {profile.name: profile for profile in self.profiles if profile.keep_rows_days}
        if not kept:
            return
        now, diary = self.clock.now(), self.diaries.get(AGED)
        is_cut_short = diary is not None and bool(diary.place)
        if diary and not is_cut_short and now - diary.done_at < AGED_EVERY:
            return
        shortest = min(profile.keep_rows_days or 0 for profile in kept.values())
        wanted = BatchFilter(created_to=now - timedelta(days=shortest))
        after = diary.place if diary and is_cut_short else None
        for _ in range(PAGES_IN_RUN):
            entries, after = self.store.entries(wanted, after=after, most=ENTRIES_AT_ONCE)
            for entry in entries:
                self._age_out(entry, kept.get(entry.profile), now)
            if after is None:
                break
        version = diary.version if diary else ""
        with suppress(StoreConflict):  # another instance did the same at the same time
            self.diaries.save(Diary(name=AGED, done_at=now, place=after or "", version=version))

    def _age_out(self, entry: BatchEntry, profile: Profile | None, now: datetime) -> None:
        if profile is None or entry.finished_at is None:
            return
        if now - entry.finished_at < timedelta(days=profile.keep_rows_days or 0):
            return
        with suppress(BatchBusy, BatchMissing, StoreConflict):  # it is looked at again tomorrow
            self.delete(entry.id, not profile.keep_outputs)
            event("batch.aged_out", batch=entry.id, profile=profile.name)


@dataclass(frozen=True, kw_only=True)
class CarryOutDelete:
    """Safe to repeat, and in small runs, each of which gets somewhere: outputs go before the rows
    that name them, and these before the next ones are looked at. The header
    stays, without what it says of anybody, so that the manifest or the key from which it came does
    not start the batch anew."""

    store: BatchStore
    requests: Requests
    outputs: Outputs
    revisions: Revisions
    copies: Copies
    reports_container: str
    queue: Queue
    clock: Clock
    pool: Executor

    def __call__(self, batch: Batch) -> None:
        note = self.store.note_version(batch.id)
        if batch.deleting == "outputs":
            batch, is_done = self._without_outputs(batch)
            if not is_done:
                self.queue.send(Change(batch_id=batch.id))
                return
        self.copies.remove_all(f"{batch.id}/")
        if batch.items is not None:
            self.requests.remove(batch)
        batch = self.store.forget(batch)
        self.store.save_batch(batches.deleted(batch, self.clock.now()))
        if note is not None:
            self.store.close_batch(batch.id, note)
        event("batch.deleted", batch=batch.id)

    def _without_outputs(self, batch: Batch) -> tuple[Batch, bool]:
        """With its new version, and whether all are gone. Of a large batch, not yet."""
        for _ in range(PARTS_IN_RUN):
            found = self.store.recordings(batch.id, page=ROWS_AT_ONCE)
            part = list(islice(found, ROWS_AT_ONCE))
            list(self.pool.map(self._remove_outputs_of, part))
            batch = self.store.forget_recordings(batch, part)
            if len(part) < ROWS_AT_ONCE:
                self._remove_reports(batch)
                return batch, True
        return batch, False

    def _remove_reports(self, batch: Batch) -> None:
        for name in FORMATS:
            self.outputs.remove_report(f"{self.reports_container}/{batch.id}.{name}")
        if batch.error_report is not None:
            self.outputs.remove_report(batch.error_report)

    def _remove_outputs_of(self, row: Recording) -> None:
        paths = list(row.outcome.outputs.values()) if row.outcome else []
        if row.outcome and row.outcome.correction:
            paths += row.outcome.correction.outputs.values()
            self.revisions.remove(row)
        for path in [*paths, *([row.error_report] if row.error_report else [])]:
            self.outputs.remove(path, recording=row)
