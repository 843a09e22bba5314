"""Where pieces are kept: of the index of what was said, and of whatever else is merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from shared.model.pieces import Forgotten, Listing, Piece, Stored


class Pieces(Protocol):
    """Blobs that are never changed. Raises `StoreUnavailable`."""

    def listing(self) -> Listing:
        """All that there is, in one call for each 5,000."""

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes | None:
        """That part of it. None: it is not there any more, for it was merged."""

    def put(self, name: str, content: bytes) -> None:
        """As often as anybody likes."""

    def remove(self, names: Iterable[str]) -> None:
        """No error where one is gone already."""


class PieceStore(Protocol):
    """Blobs in folders, each of which is to whoever merges like a container of pieces. Raises
    `StoreUnavailable`."""

    def stored(self, prefix: str = "") -> Sequence[Stored]:
        """Those whose names begin so, in one call for each 5,000."""

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes | None:
        """That part of it. None: it is not there any more, for it was merged."""

    def put(self, name: str, content: bytes) -> None:
        """As often as anybody likes."""

    def remove(self, names: Iterable[str]) -> None:
        """No error where one is gone already."""


class Merged(Protocol):
    """What is merged: how many become one, and whether one holds what is forgotten."""

    @property
    def most_things(self) -> int:
        """How many things a piece can hold."""

    def joined(self, contents: Iterator[bytes], forgotten: Forgotten) -> tuple[bytes, int]:
        """One piece of all, without what is forgotten, and how many things are in it."""

    def holds(self, piece: Piece, forgotten: Forgotten) -> bool:
        """Whether something that is forgotten is still in it."""
