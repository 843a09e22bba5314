"""What is old goes, as profiles say: batches from the table, audio and outputs from storage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.batches.delete import DeleteBatch
from shared.errors import BatchBusy, BatchMissing, OnHold, StoreConflict
from shared.keeping.remove import AskForRemoval
from shared.log import event
from shared.model.access.trail import TrailEntry
from shared.model.batch.batch import Batch, BatchEntry, is_over
from shared.model.keeping.due import AGES, Days, days_of
from shared.model.keeping.removal import Removing
from shared.model.profile.profile import Profile
from shared.ports.access import Trail
from shared.ports.indices import Diaries, Diary
from shared.ports.queue import Clock
from shared.ports.state import BatchFilter, BatchStore

ENTRIES_AT_ONCE, PAGES_IN_RUN = 100, 40
AGED, AGED_EVERY = "age out batches", timedelta(days=1)
CALLER = "retention"
"""Who did it, in the trail."""


@dataclass(frozen=True, kw_only=True)
class AgeOutBatches:
    """Once a day those are deleted that were finished longer ago than their profile keeps rows, and
    those are looked into whose audio or outputs are older than a profile keeps them; a few
    thousand in one go, and the next one goes on from there. What is held stays. What cannot be
    written down in the trail does not happen."""

    store: BatchStore
    delete: DeleteBatch
    ask: AskForRemoval
    profiles: Sequence[Profile]
    diaries: Diaries
    clock: Clock
    trail: Trail
    new_call_id: Callable[[], str]

    def __call__(self) -> None:
        shortest = min(_all_days(self.profiles), default=None)
        if shortest is None:
            return
        now, diary = self.clock.now(), self.diaries.get(AGED)
        is_cut_short = diary is not None and bool(diary.place)
        if diary and not is_cut_short and now - diary.done_at < AGED_EVERY:
            return
        wanted = BatchFilter(created_to=now - timedelta(days=shortest))
        after = diary.place if diary and is_cut_short else None
        in_force = {profile.name: profile for profile in self.profiles}
        for _ in range(PAGES_IN_RUN):
            entries, after = self.store.entries(wanted, after=after, most=ENTRIES_AT_ONCE)
            for entry in entries:
                with suppress(BatchBusy, BatchMissing, OnHold, StoreConflict):
                    self._age_out(entry, in_force, now)  # or it is looked at again tomorrow
            if after is None:
                break
        version = diary.version if diary else ""
        with suppress(StoreConflict):  # another instance did the same at the same time
            self.diaries.save(Diary(name=AGED, done_at=now, place=after or "", version=version))

    def _age_out(self, entry: BatchEntry, in_force: Mapping[str, Profile], now: datetime) -> None:
        if entry.finished_at is None:
            return
        profile = in_force.get(entry.profile)
        rows = profile.keep_rows_days if profile else None
        if profile and rows is not None and now - entry.finished_at >= timedelta(days=rows):
            batch = self._untouched(entry)
            if batch is not None and not batch.is_held:
                self._write_down("age_out_batch", entry.id, now)
                self.delete(entry.id, not profile.keep_outputs)
                event("batch.aged_out", batch=entry.id, profile=profile.name)
        elif _is_any_due(entry, _days_in(entry, in_force), now):
            batch = self._untouched(entry)
            if batch is not None and batch.hold is None:
                self._write_down("age_out_recordings", entry.id, now)
                self.ask(batch, Removing(at=now))
                event("recordings.aged_out", batch=entry.id, profile=entry.profile)

    def _untouched(self, entry: BatchEntry) -> Batch | None:
        """The batch, if it is over and nobody is at it."""
        batch = self.store.batch(entry.id)
        if batch is None or not is_over(batch) or self.store.note_version(entry.id) is not None:
            return None
        return batch

    def _write_down(self, operation: str, batch_id: str, now: datetime) -> None:
        self.trail.add(
            TrailEntry(
                at=now,
                call=self.new_call_id(),
                caller=CALLER,
                kind="change",
                operation=operation,
                target=batch_id,
            )
        )


def _all_days(profiles: Sequence[Profile]) -> list[int]:
    all_ = (days for p in profiles for days in (p.keep_rows_days, *days_of(p)))
    return [days for days in all_ if days is not None]


def _days_in(entry: BatchEntry, in_force: Mapping[str, Profile]) -> Days:
    """Of a batch of several profiles the shortest of all; its recordings then go by their own."""
    if entry.profile:
        profile = in_force.get(entry.profile)
        return days_of(profile) if profile else Days()
    each = [days_of(profile) for profile in in_force.values()]
    return Days(
        min((days.audio for days in each if days.audio is not None), default=None),
        min((days.outputs for days in each if days.outputs is not None), default=None),
    )


def _is_any_due(entry: BatchEntry, days: Days, now: datetime) -> bool:
    return any(
        number is not None
        and part not in entry.removed
        and now - entry.created_at >= timedelta(days=number)
        for part, number in zip(AGES, days, strict=True)
    )
