"""How pieces of the index become one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared.model.pieces import Forgotten, Piece
from shared.model.search.piece import MOST_ENTRIES, Packed, entries_in, packed, write_piece
from shared.searching.reader import IndexReader, PieceGone, holds


@dataclass(frozen=True, kw_only=True)
class MergedWords:
    """`ports.pieces.Merged`."""

    reader: IndexReader
    most_things: int = MOST_ENTRIES

    def joined(self, contents: Iterator[bytes], forgotten: Forgotten) -> tuple[bytes, int]:
        return write_piece(_kept(contents, forgotten), with_words=True)

    def holds(self, piece: Piece, forgotten: Forgotten) -> bool:
        try:
            return holds(self.reader.open(piece), forgotten)
        except PieceGone:
            return False  # it was merged meanwhile, without what was forgotten


def _kept(contents: Iterator[bytes], forgotten: Forgotten) -> Iterator[Packed]:
    for content in contents:
        for entry, stored in entries_in(content):
            if not forgotten.covers(entry.origin):
                yield packed(entry, stored)
