"""What was said is kept for search, and forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.errors import DropscribeError
from shared.log import event
from shared.model.pieces import batch_note, piece_name, thing_note
from shared.model.recording.recording import Recording
from shared.model.search.entry import Entry, entry_of
from shared.model.search.piece import packed, write_piece
from shared.model.transcript.transcript import Transcript
from shared.ports.pieces import Pieces
from shared.ports.queue import Clock

AFTER_ALL = 999_999
"""A revision behind all that people make."""


@dataclass(frozen=True, kw_only=True)
class KeepWords:
    """One call for all that is kept together. It is done before the rows say that there are
    transcripts, so that whoever is cut short does both again. Trouble with the index holds nothing
    up: what is missing is found by `CatchUp`."""

    pieces: Pieces
    clock: Clock
    is_on: bool

    def entry(self, row: Recording, transcript: Transcript, revision: int = 0) -> Entry:
        """`transcript` is what the outputs are made of."""
        return entry_of(row, transcript, revision, self.clock.now())

    def __call__(self, entries: Sequence[Entry]) -> None:
        if not self.is_on or not entries:
            return
        content, count = write_piece(map(packed, entries), with_words=False)
        try:
            self.pieces.put(piece_name(content, count), content)
            for entry in entries:
                if entry.revision:  # what was said before is not said any more
                    note = thing_note(entry.batch_id, entry.recording_id, entry.revision)
                    self.pieces.put(note, b"")
        except DropscribeError as error:
            event("words.not_kept", recordings=len(entries), error=type(error).__name__, level=40)

    def forget(self, batch_id: str, recording_id: str = "") -> None:
        """From now on nobody finds the batch, or that recording of it in any revision, whatever
        pieces still hold of it; also where search was switched off since. Raises
        `StoreUnavailable`."""
        if recording_id:
            note = thing_note(batch_id, recording_id, AFTER_ALL)
        else:
            note = batch_note(batch_id, self.clock.now())
        self.pieces.put(note, b"")
