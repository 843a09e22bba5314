"""Sealing what is secret while it lies in storage. Adapters implement this."""

from __future__ import annotations

from typing import Protocol


class Sealer(Protocol):
    """Both raise `StoreUnavailable` where the key cannot be had."""

    def seal(self, content: bytes, about: str) -> bytes:
        """Sealed for what it is `about`: elsewhere it cannot be opened."""

    def open(self, stored: bytes, about: str) -> bytes:
        """The content. What was never sealed, as by a release before, comes back as it is. Raises
        `SealBroken`."""
