"""Rows for analysis are kept with the transcript that they are of, and forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.exporting.files import write_rows
from shared.exporting.folder import Folder
from shared.model.export.folders import folder_of
from shared.model.export.tables import TABLES, Rows, day_of, rows_of
from shared.model.pieces import thing_note
from shared.model.recording.recording import Recording
from shared.model.transcript.transcript import Transcript
from shared.ports.pieces import PieceStore
from shared.ports.queue import Clock

AFTER_ALL = 10**20
"""Later than any rows."""


@dataclass(frozen=True, kw_only=True)
class KeepRows:
    """Two calls for all that is kept together, for each day of which it is. It is done before the
    rows of the table say that there are transcripts, as with outputs: whoever is cut short does
    both again, and the same rows are the same file. Everything raises `StoreUnavailable`."""

    store: PieceStore
    clock: Clock

    def rows(self, row: Recording, transcript: Transcript, revision: int = 0) -> Rows | None:
        """None: its profile exports nothing. `transcript` is what the outputs are made of."""
        if not row.profile.export:
            return None
        return rows_of(row, transcript, revision, self.clock.now())

    def __call__(self, rows: Sequence[Rows]) -> None:
        for day in sorted({each.day for each in rows}):
            of_day = [each for each in rows if each.day == day]
            for table in TABLES:
                file = write_rows(table, of_day)
                if file is not None:
                    Folder(self.store, folder_of(table, day)).put(file.name, file.content)

    def forget(self, row: Recording) -> None:
        """The next sweep takes its rows away, and whoever is at work leaves them out."""
        if not row.profile.export:
            return
        for table in TABLES:
            folder = Folder(self.store, folder_of(table, day_of(row)))
            folder.put(thing_note(row.batch_id, row.id, AFTER_ALL), b"")
