"""Small files of rows become large ones, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.errors import StoreConflict
from shared.exporting.folder import Folder, MergedRows
from shared.merging.merge import MergePieces
from shared.model.export.folders import table_of, to_look_at
from shared.ports.indices import Diaries, Diary
from shared.ports.pieces import PieceStore
from shared.ports.queue import Clock

DIARY = "exports merged"
LONGEST = timedelta(seconds=30)
SKEW = timedelta(minutes=10)
"""What storage says of when something was written, against our own clock."""


@dataclass(frozen=True, kw_only=True)
class MergeExports:
    """A listing, and in each folder where something was written since the last time what
    `MergePieces` needs. Rows that are there twice, because their step was done twice or somebody
    corrected the transcript, are there once afterwards; what is to be forgotten is gone."""

    store: PieceStore
    diaries: Diaries
    clock: Clock

    def __call__(self) -> None:
        began, blobs = self.clock.now(), self.store.stored()
        if not blobs:
            return
        diary = self.diaries.get(DIARY)
        folders = to_look_at(blobs, diary.done_at - SKEW if diary else None)
        if folders and self._merged_all(folders, began):
            version = diary.version if diary else ""
            with suppress(StoreConflict):  # another instance did the same at the same time
                self.diaries.save(Diary(name=DIARY, done_at=began, version=version))

    def _merged_all(self, folders: Sequence[str], began: datetime) -> bool:
        """As far as there is time."""
        for path in folders:
            if self.clock.now() - began > LONGEST:
                return False
            self._merge(path)
        return True

    def _merge(self, path: str) -> None:
        table = table_of(path)
        if table is None:
            return
        folder = Folder(self.store, path)
        merged = MergedRows(table, folder)
        merge = MergePieces(
            pieces=folder,
            merged=merged,
            diaries=self.diaries,
            clock=self.clock,
            name=f"exports {path.replace('/', ' ')}",
            cleaned_every=timedelta(0),
        )
        there = folder.listing()
        for piece, forgotten in list(merged.overtaken(there.pieces)):
            merge.become_one([piece], forgotten)
        while same := merged.doubled(folder.listing().pieces):
            if not merge.become_one(same, there.forgotten):
                return  # another instance is at it
        merge()
