"""A folder of a table, to whoever merges what is in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.exporting.files import Ages, ages, join, origin
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

    def doubles(self, pieces: Iterable[Piece]) -> Iterator[tuple[Piece, Forgotten]]:
        """Which files have rows of recordings that others have, too, and what is to go from them:
        the latest stay, and of the same those in the smallest file."""
        ordered = sorted(pieces, key=lambda piece: (piece.things, piece.name))
        best: dict[tuple[str, str], tuple[int, str]] = {}
        for piece in ordered:
            for key, age in self.ages(piece).items():
                if key not in best or best[key][0] < age:
                    best[key] = age, piece.name
        for piece in ordered:
            mine = self.ages(piece).items()
            gone = {key: age + 1 for key, age in mine if best[key][1] != piece.name}
            if gone:
                yield piece, Forgotten(before=gone)
