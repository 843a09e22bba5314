"""Merges pieces, and leaves out what was forgotten. The same for the index of what was said and for
whatever else comes in small pieces: `ports.pieces.Merged` says how several become one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from shared.errors import StoreConflict
from shared.log import event
from shared.model.pieces import Forgotten, Listing, Piece, piece_name, to_merge
from shared.ports.indices import Diaries, Diary
from shared.ports.pieces import Merged, Pieces
from shared.ports.queue import Clock

LONGEST = timedelta(seconds=40)
"""What comes after it in the same run has to have its turn, too."""
CLEANED_EVERY = timedelta(hours=1)
NOTES_KEPT = timedelta(days=1)
"""Who was at work when something was forgotten has ended by then, a retry of the message too."""


class _Gone(Exception):
    """Another instance merged the same pieces."""


@dataclass(frozen=True, kw_only=True)
class MergePieces:
    """The new piece is stored, then those that it is made of are removed: whoever is cut short in
    between leaves things twice, which readers count once and the next merge makes one. A listing,
    and a read, a removal and a part of a write for each piece."""

    pieces: Pieces
    merged: Merged
    diaries: Diaries
    clock: Clock
    name: str
    cleaned_every: timedelta = CLEANED_EVERY
    forget_elsewhere: Callable[[Forgotten], bool] | None = None
    """Where else it lies, what is forgotten goes there, too. Whether all of it is gone: until then
    the notes stay."""

    def __call__(self) -> None:
        began = self.clock.now()
        there = self.pieces.listing()
        with suppress(_Gone):
            while group := to_merge(there.pieces, self.merged.most_things):
                self._become_one(group, there.forgotten)
                if self.clock.now() - began > LONGEST:
                    return
                there = self.pieces.listing()
            if there.notes and self._is_due():
                self._clean(there)

    def become_one(self, pieces: Sequence[Piece], forgotten: Forgotten) -> bool:
        """Without what is forgotten. Whether that was done: not, where one is gone."""
        with suppress(_Gone):
            self._become_one(pieces, forgotten)
            return True
        return False

    def _become_one(self, group: Sequence[Piece], forgotten: Forgotten) -> None:
        content, things = self.merged.joined(self._contents(group), forgotten)
        name = piece_name(content, things)
        if things:
            self.pieces.put(name, content)
        self.pieces.remove(piece.name for piece in group if piece.name != name)
        event("pieces.merged", of=self.name, pieces=len(group), things=things, bytes=len(content))

    def _contents(self, group: Sequence[Piece]) -> Iterator[bytes]:
        """One at a time."""
        for piece in group:
            content = self.pieces.read(piece.name)
            if content is None:
                raise _Gone(piece.name)
            yield content

    def _is_due(self) -> bool:
        before = self.diaries.get(self._diary)
        return before is None or self.clock.now() - before.done_at >= self.cleaned_every

    def _clean(self, there: Listing) -> None:
        """Write those anew that hold what was forgotten, for as long as there is time. Where none
        is left, nobody needs to know any more what was."""
        began = self.clock.now()
        for piece in there.pieces:
            if self.clock.now() - began > LONGEST:
                return
            if self.merged.holds(piece, there.forgotten):
                self._become_one([piece], there.forgotten)
        if self.forget_elsewhere and not self.forget_elsewhere(there.forgotten):
            return
        old = [note.name for note in there.notes if began - note.changed_at > NOTES_KEPT]
        self.pieces.remove(old)
        before = self.diaries.get(self._diary)
        version = before.version if before else ""
        with suppress(StoreConflict):  # another instance did the same at the same time
            self.diaries.save(Diary(name=self._diary, done_at=began, version=version))

    @property
    def _diary(self) -> str:
        return f"merge {self.name}"
