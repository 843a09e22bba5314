"""All that is kept of a transcript beside its outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from shared.exporting.keep import KeepRows
from shared.model.export.tables import Rows
from shared.model.recording.recording import Recording
from shared.model.search.entry import Entry
from shared.model.transcript.transcript import Transcript
from shared.searching.keep import KeepWords


class Said(NamedTuple):
    """Of one transcript: what search is to know, and its rows in the tables for analysis; None
    where the profile wants none."""

    recording_id: str
    words: Entry
    rows: Rows | None


@dataclass(frozen=True, kw_only=True)
class KeepSaid:
    """One call for all that is kept together, before the rows say that there are transcripts.
    Raises `StoreUnavailable` where tables are exported and cannot be written."""

    words: KeepWords
    rows: KeepRows

    def of(self, row: Recording, transcript: Transcript, revision: int = 0) -> Said:
        """`transcript` is what the outputs are made of."""
        words = self.words.entry(row, transcript, revision)
        return Said(row.id, words, self.rows.rows(row, transcript, revision))

    def __call__(self, said: Sequence[Said]) -> None:
        self.words([each.words for each in said])
        self.rows([each.rows for each in said if each.rows is not None])

    def forget(self, row: Recording) -> None:
        """In any revision. Raises `StoreUnavailable`."""
        self.words.forget(row.batch_id, row.id)
        self.rows.forget(row)
