"""Reads the index by ranges, and keeps what it read: pieces never change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from threading import Lock

from shared.model.pieces import Forgotten, Piece
from shared.model.search.candidates import Lookup, candidates, numbers
from shared.model.search.entry import Entry, decoded
from shared.model.search.piece import (
    TAIL_BYTES,
    Block,
    Head,
    Places,
    bits,
    head_bytes,
    of_batch,
    of_recording,
    read_block,
    read_head,
    read_places,
)
from shared.model.search.query import Filters, Query
from shared.ports.pieces import Pieces

WHOLE_BYTES = 256 * 1024
"""A piece of that length is read at once."""
TAIL_READ = 64 * 1024
"""What is read first of a longer one: its head is hardly ever longer."""
KEPT_BYTES = 48 * 1024 * 1024
MOST_BLOCKS = 12
"""Of those in which words begin with what was asked for. Of more nobody looks."""


class PieceGone(Exception):
    """It was merged meanwhile: the listing is to be read again."""


class Kept:
    """Ranges of pieces that were read lately, up to so many bytes."""

    def __init__(self, pieces: Pieces, most: int = KEPT_BYTES) -> None:
        self._pieces, self._most, self._bytes = pieces, most, 0
        self._ranges: OrderedDict[tuple[str, int, int], bytes] = OrderedDict()
        self._lock = Lock()

    def read(self, name: str, offset: int, length: int) -> bytes:
        """Raises `PieceGone`, `StoreUnavailable`."""
        key = (name, offset, length)
        with self._lock:
            if key in self._ranges:
                self._ranges.move_to_end(key)
                return self._ranges[key]
        content = self._pieces.read(name, offset, length)
        if content is None:
            raise PieceGone(name)
        with self._lock:
            if key not in self._ranges:
                self._ranges[key] = content
                self._bytes += len(content)
            while self._bytes > self._most and len(self._ranges) > 1:
                self._bytes -= len(self._ranges.popitem(last=False)[1])
        return content


class OpenPiece:
    """One piece, its head read. Everything raises `PieceGone` and `StoreUnavailable`."""

    def __init__(self, piece: Piece, kept: Kept) -> None:
        self.piece, self._kept = piece, kept
        self.head: Head = self._read_head()
        self._places: Places | None = None
        self._ids: set[tuple[str, int]] | None = None

    def candidates(self, query: Query, filters: Filters) -> int:
        """As `model.search.candidates`; all of a piece that has no words."""
        if not self.head.blocks:
            return (1 << self.head.count) - 1
        return candidates(query, filters, self.head.count, self.look)

    def look(self, lookup: Lookup) -> int | None:
        """Which entries hold it. None: too many words begin so."""
        last = lookup.term + "\U0010ffff" if lookup.is_prefix else lookup.term
        blocks = self.head.blocks_of(lookup.term, last)
        if len(blocks) > MOST_BLOCKS:
            return None
        found = 0
        for block in blocks:
            words = self._words(block)
            names = _beginning(words, lookup.term) if lookup.is_prefix else (lookup.term,)
            for name in names:
                if name in words:
                    found |= bits(words[name], self.head.count)
        return found

    def has(self, recording_id: str, revision: int) -> bool:
        """Of a piece that has no words."""
        if self._ids is None:
            entries = map(self.entry, range(self.head.count))
            self._ids = {(entry.recording_id, entry.revision) for entry in entries}
        return (recording_id, revision) in self._ids

    def places(self) -> Places:
        if self._places is None:
            content = self._read(self.head.places_at, self.head.places_bytes)
            self._places = read_places(content, self.head.count)
        return self._places

    def entry(self, number: int) -> Entry:
        offsets = self.places().offsets
        return decoded(self._read(offsets[number], offsets[number + 1] - offsets[number]))

    def _words(self, block: Block) -> dict[str, bytes]:
        return read_block(self._read(block.offset, block.bytes))

    def _read(self, offset: int, length: int) -> bytes:
        size = self.piece.bytes
        if size <= WHOLE_BYTES:
            return self._kept.read(self.piece.name, 0, size)[offset : offset + length]
        return self._kept.read(self.piece.name, offset, length)

    def _read_head(self) -> Head:
        size = self.piece.bytes
        begins = max(size - TAIL_READ, 0)
        tail = self._read(begins, size - begins)
        length = head_bytes(tail[-TAIL_BYTES:]) + TAIL_BYTES
        if length > len(tail):
            tail = self._read(size - length, length)
        return read_head(tail[-length:-TAIL_BYTES])


class IndexReader:
    """Pieces that were opened once stay so."""

    def __init__(
        self, pieces: Pieces, opened: Callable[[Piece, Kept], OpenPiece] = OpenPiece
    ) -> None:
        self._kept, self._opened = Kept(pieces), opened
        self._open: dict[str, OpenPiece] = {}

    def open(self, piece: Piece) -> OpenPiece:
        there = self._open.get(piece.name)
        if there is None:
            there = self._open[piece.name] = self._opened(piece, self._kept)
        return there

    def keep_only(self, pieces: Iterable[Piece]) -> None:
        """Others are there no more."""
        names = {piece.name for piece in pieces}
        for name in [name for name in self._open if name not in names]:
            self._open.pop(name, None)


def holds(opened: OpenPiece, forgotten: Forgotten) -> bool:
    """Whether something is still in it that is forgotten."""
    maybe = range(opened.head.count) if not opened.head.blocks else _named(opened, forgotten)
    return any(forgotten.covers(opened.entry(number).origin) for number in maybe)


def _named(opened: OpenPiece, forgotten: Forgotten) -> Iterator[int]:
    """Entries of those of which something is forgotten."""
    for batch_id in forgotten.batches:
        yield from numbers(opened.look(Lookup(of_batch(batch_id))) or 0)
    for _, thing in forgotten.before:
        yield from numbers(opened.look(Lookup(of_recording(thing), is_prefix=True)) or 0)


def _beginning(words: dict[str, bytes], begun: str) -> list[str]:
    return [word for word in words if word.startswith(begun)]
