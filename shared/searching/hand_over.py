"""What was kept in pieces is handed over to the service that finds it, where there is one.

A piece is an outbox: it is found like any other, and what the service finds as well leaves it.
So whoever writes transcripts waits for nobody, and where the service throttles, is out or takes a
part only, nothing is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from shared.log import event
from shared.model.pieces import Forgotten, Origin, Piece, piece_name
from shared.model.search.entry import Entry
from shared.model.search.piece import Packed, entries_in, packed, write_piece
from shared.ports.indices import Diaries
from shared.ports.pieces import Pieces
from shared.ports.queue import Clock
from shared.ports.searcher import Searcher
from shared.searching.catch_up import DIARY, diary_of

LONGEST = timedelta(seconds=20)
AT_ONCE = 500
REMOVED_AT_ONCE = 1_000
LATER = timedelta(days=2)
"""Storage ends outputs some time after their days are over; until then they would be handed over
again."""
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_Stored = tuple[Entry, bytes]


@dataclass(frozen=True, kw_only=True)
class HandOver:
    """A call to see whether the index is there and a listing; for each piece a read, and for each
    500 recordings in it a call to see which the service has, and one for those that it has not. The
    next sweep finds that it has them, and takes them out of the piece. Raises
    `StoreUnavailable`."""

    pieces: Pieces
    searcher: Searcher
    diaries: Diaries
    clock: Clock
    days: int = 0

    def __call__(self) -> None:
        until = self.clock.now() + LONGEST
        if not self.searcher.is_made():
            self.diaries.note(diary_of(self.searcher), _NEVER)
            self.searcher.make()
        there = self.pieces.listing()
        for piece in there.pieces:
            if self.clock.now() < until:
                self._give(piece, there.forgotten, until)
        self._remove(self._ended(), until)

    def forget(self, forgotten: Forgotten) -> bool:
        """What is forgotten leaves the service. Whether there was time for all of it."""
        return self._remove(self._covered(forgotten), self.clock.now() + LONGEST)

    def _give(self, piece: Piece, forgotten: Forgotten, until: datetime) -> None:
        """The service gets what it has not. What it has already leaves the piece."""
        content = self.pieces.read(piece.name)
        if content is None:
            return  # it was merged meanwhile
        entries = (one for one in entries_in(content) if not forgotten.covers(one[0].origin))
        left: list[Packed] = []
        count = 0
        while part := list(islice(entries, AT_ONCE)):
            is_late = self.clock.now() >= until
            left += [packed(*one) for one in (part if is_late else self._given(part))]
            count += len(part)
        if not left or len(left) < count:
            self._leave(piece, left)

    def _given(self, entries: Sequence[_Stored]) -> list[_Stored]:
        """Those that the service had not yet."""
        held = set(self.searcher.held(recordings={one.recording_id for one, _ in entries}))
        missing = [one for one in entries if one[0].origin not in held]
        if missing:
            self.searcher.put([entry for entry, _ in missing])
            event("words.handed_over", recordings=len(missing))
        return missing

    def _leave(self, piece: Piece, left: Sequence[Packed]) -> None:
        """That of the piece alone. Whoever has no service any more has to look for the rest."""
        self.diaries.note(DIARY, _NEVER)
        if left:
            content, count = write_piece(left, with_words=True)
            self.pieces.put(piece_name(content, count), content)
        self.pieces.remove([piece.name])

    def _covered(self, forgotten: Forgotten) -> Iterator[Origin]:
        things = {thing for _, thing in forgotten.before}
        yield from filter(forgotten.covers, self.searcher.held(batches=set(forgotten.batches)))
        yield from filter(forgotten.covers, self.searcher.held(recordings=things))

    def _ended(self) -> Iterator[Origin]:
        """What is older than the service may hold."""
        if self.days:
            moment = self.clock.now() - timedelta(days=self.days) - LATER
            yield from self.searcher.held(before_ms=int(moment.timestamp() * 1_000))

    def _remove(self, origins: Iterator[Origin], until: datetime) -> bool:
        """Whether there was time for all of them."""
        removed = 0
        while part := list(islice(origins, REMOVED_AT_ONCE)):
            if self.clock.now() > until:
                return False
            self.searcher.remove(part)
            removed += len(part)
        if removed:
            event("words.removed", recordings=removed)
        return True
