"""A folder of a table, to whoever merges what is in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.exporting.files import Ages, Key, ages, join, origin
from shared.model.export.folders import as_pieces, blob_name, notes_of
from shared.model.export.tables import Table
from shared.model.pieces import Forgotten, Listing, Piece, listing
from shared.outputs.parquet.file import ParquetFile
from shared.ports.pieces import PieceStore


@dataclass(frozen=True)
class Folder:
    """`ports.pieces.Pieces`. A listing is two calls."""

    store: PieceStore
    path: str

    def listing(self) -> Listing:
        blobs = [*self.store.stored(f"{self.path}/"), *self.store.stored(notes_of(self.path))]
        return listing(as_pieces(self.path, blobs))

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes | None:
        return self.store.read(blob_name(self.path, name), offset, length)

    def put(self, name: str, content: bytes) -> None:
        self.store.put(blob_name(self.path, name), content)

    def remove(self, names: Iterable[str]) -> None:
        self.store.remove([blob_name(self.path, name) for name in names])


class MergedRows:
    """`ports.pieces.Merged`, of one folder, for as long as somebody merges there: a file is read
    once to see what is in it."""

    def __init__(self, table: Table, folder: Folder) -> None:
        self._table, self._folder = table, folder
        self._known: dict[str, Ages] = {}

    @property
    def most_things(self) -> int:
        return self._table.most_recordings

    def joined(self, contents: Iterator[bytes], forgotten: Forgotten) -> tuple[bytes, int]:
        return join(self._table, contents, forgotten)

    def holds(self, piece: Piece, forgotten: Forgotten) -> bool:
        return any(forgotten.covers(origin(*each)) for each in self.ages(piece).items())

    def ages(self, piece: Piece) -> Ages:
        """Empty where it is gone: somebody merged it meanwhile."""
        if piece.name not in self._known:
            content = self._folder.read(piece.name)
            self._known[piece.name] = ages(ParquetFile(content)) if content else {}
        return self._known[piece.name]

    def overtaken(self, pieces: Iterable[Piece]) -> Iterator[tuple[Piece, Forgotten]]:
        """Which files have rows of which another has later ones, and what is to go from them. What
        is equally late stays, in every file: somebody may be about to remove one of them."""
        latest: Ages = {}
        for piece in pieces:
            for key, age in self.ages(piece).items():
                latest[key] = max(age, latest.get(key, 0))
        for piece in pieces:
            mine = self.ages(piece).items()
            gone = {key: latest[key] for key, age in mine if age < latest[key]}
            if gone:
                yield piece, Forgotten(before=gone)

    def doubled(self, pieces: Iterable[Piece]) -> tuple[Piece, ...]:
        """Two files that have the same rows; () where none have."""
        first: dict[tuple[Key, int], Piece] = {}
        for piece in pieces:
            for each in self.ages(piece).items():
                other = first.setdefault(each, piece)
                if other != piece:
                    return other, piece
        return ()
