"""Transcripts that search does not know: of before there was an index, of a time when it was
switched off, or of a moment at which a piece could not be stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

import msgspec

from shared.errors import StoreConflict
from shared.log import event
from shared.model.pieces import Forgotten
from shared.model.recording.recording import Recording
from shared.model.search.candidates import Lookup
from shared.model.search.entry import Entry
from shared.model.search.piece import of_recording
from shared.model.transcript.transcript import Transcript
from shared.ports.blobs import Outputs
from shared.ports.indices import Diaries, Diary
from shared.ports.queue import Clock
from shared.ports.searcher import Searcher
from shared.ports.state import BatchFilter, BatchStore
from shared.searching.keep import KeepWords
from shared.searching.reader import IndexReader, OpenPiece, PieceGone

DIARY = "words caught up"
EVERY = timedelta(days=1)
LOOKED_BACK = timedelta(days=14)
"""Batches are looked at in the order in which they were made, and are over some days later."""
LONGEST = timedelta(seconds=15)
BATCHES_AT_ONCE, ROWS_AT_ONCE = 10, 50
_decoder = msgspec.json.Decoder(Transcript)


@dataclass(frozen=True, kw_only=True)
class CatchUp:
    """Once a day the batches that are over are looked through; where that takes long, the place is
    kept, and the next sweep goes on. A query for each page of rows, a call to the service for
    fifty of them where there is one, and for what is missing a read each and a piece for fifty."""

    store: BatchStore
    outputs: Outputs
    keep: KeepWords
    reader: IndexReader
    diaries: Diaries
    clock: Clock
    pool: Executor
    searcher: Searcher | None = None

    def __call__(self) -> None:
        now, diary = self.clock.now(), self.diaries.get(diary_of(self.searcher))
        if not self.keep.is_on or (diary and not diary.place and now - diary.done_at < EVERY):
            return
        before = diary.complete_to_at if diary else None
        wanted = BatchFilter(created_from=before - LOOKED_BACK if before else None)
        with suppress(PieceGone):  # merged meanwhile: the next sweep begins here once more
            after = self._walk(wanted, diary.place or None if diary else None, now)
            self._note(diary, after, now, before)

    def _walk(self, wanted: BatchFilter, after: str | None, began: datetime) -> str | None:
        """As far as there is time: where to go on, None at the end."""
        there = self.keep.pieces.listing()
        opened = list(self.pool.map(self.reader.open, there.pieces))
        while True:
            entries, after = self.store.entries(wanted, after=after, most=BATCHES_AT_ONCE)
            for entry in entries:
                if entry.finished_at is not None:
                    self._look_at(entry.id, opened, there.forgotten)
            if after is None or self.clock.now() - began > LONGEST:
                return after

    def _note(
        self, diary: Diary | None, after: str | None, now: datetime, before: datetime | None
    ) -> None:
        found = Diary(
            name=diary_of(self.searcher),
            done_at=now,
            complete_to_at=before if after else now,
            place=after or "",
            version=diary.version if diary else "",
        )
        with suppress(StoreConflict):  # another instance does the same at the same time
            self.diaries.save(found)

    def _look_at(self, batch_id: str, opened: Sequence[OpenPiece], forgotten: Forgotten) -> None:
        missing = self._not_held(self._missing(batch_id, opened), forgotten)
        while part := list(islice(missing, ROWS_AT_ONCE)):
            entries = [entry for entry in self.pool.map(self._entry, part) if entry is not None]
            event("words.caught_up", batch=batch_id, recordings=len(entries), level=30)
            self.keep(entries)

    def _missing(self, batch_id: str, opened: Sequence[OpenPiece]) -> Iterator[Recording]:
        for row in self.store.recordings(batch_id, state="transcribed"):
            revision = _revision(row)
            is_there = row.outcome is not None and bool(row.outcome.outputs)
            if is_there and not any(map(partial(_knows, row.id, revision), opened)):
                yield row

    def _not_held(self, rows: Iterator[Recording], forgotten: Forgotten) -> Iterator[Recording]:
        """By the service, where there is one."""
        if self.searcher is None:
            yield from rows
            return
        while part := list(islice(rows, ROWS_AT_ONCE)):
            held = self.searcher.held(recordings=[row.id for row in part])
            known = {(one.thing, one.revision) for one in held if not forgotten.covers(one)}
            yield from (row for row in part if (row.id, _revision(row)) not in known)

    def _entry(self, row: Recording) -> Entry | None:
        """None: what was written of it is gone, or makes no sense."""
        outcome = row.outcome
        if outcome is None:
            return None
        outputs = outcome.correction.outputs if outcome.correction else outcome.outputs
        content = self.outputs.read_own(outputs["json"], row.id)
        try:
            transcript = _decoder.decode(content) if content else None
        except msgspec.DecodeError:
            return None
        return None if transcript is None else self.keep.entry(row, transcript, _revision(row))


def diary_of(searcher: Searcher | None) -> str:
    """Of what lies in storage, or at that service."""
    return f"{DIARY} {searcher.name}" if searcher else DIARY


def _revision(row: Recording) -> int:
    correction = row.outcome.correction if row.outcome else None
    return correction.number if correction else 0


def _knows(recording_id: str, revision: int, opened: OpenPiece) -> bool:
    if opened.head.blocks:
        return bool(opened.look(Lookup(of_recording(recording_id, revision))))
    return opened.has(recording_id, revision)
