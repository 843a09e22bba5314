"""Pieces in memory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from shared.model.pieces import Listing, Stored, listing
from shared.ports.queue import Clock


class FakePieces:
    """`ports.pieces.Pieces` and `PieceStore`. `reads` counts how often a range was read."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.there: dict[str, bytes] = {}
        self.changed_at: dict[str, datetime] = {}
        self.reads = 0

    def listing(self) -> Listing:
        return self.seen()

    def seen(self) -> Listing:
        """For those who look at it from outside."""
        return listing(self._stored(""))

    def stored(self, prefix: str = "") -> list[Stored]:
        return self._stored(prefix)

    def _stored(self, prefix: str) -> list[Stored]:
        return [
            Stored(name, len(content), self.changed_at[name])
            for name, content in sorted(self.there.items())
            if name.startswith(prefix)
        ]

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes | None:
        self.reads += 1
        content = self.there.get(name)
        if content is None:
            return None
        return content[offset:] if length is None else content[offset : offset + length]

    def put(self, name: str, content: bytes) -> None:
        self.there[name], self.changed_at[name] = content, self._clock.now()

    def remove(self, names: Iterable[str]) -> None:
        for name in list(names):
            self.there.pop(name, None)
