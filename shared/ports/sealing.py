"""Sealing what is secret while it lies in storage. Adapters implement this."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

Seal = Callable[[bytes], bytes]
"""Seals one thing, by a key that is in hand."""


class Sealer(Protocol):
    """All raise `StoreUnavailable` where the key cannot be had."""

    def key_for(self, about: str) -> Seal:
        """The key for what will be sealed later, and may then not fail. Raises `StoreUnavailable`
        also where no key is set at all."""

    def seal(self, content: bytes, about: str) -> bytes:
        """Sealed for what it is `about`: elsewhere it cannot be opened."""

    def open(self, stored: bytes, about: str) -> bytes:
        """The content. What was never sealed, as by a release before, comes back as it is. Raises
        `SealBroken`."""
