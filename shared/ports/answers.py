"""Answers that were paid for and come at once: kept until what they say is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple, Protocol


class KeptAnswer(NamedTuple):
    """An answer by the mark of its job, and when it was stored."""

    mark: str
    stored_at: datetime


class Slot(Protocol):
    """Where one answer will lie."""

    def put(self, answer: bytes) -> None:
        """Store it; of two the first one stays. Raises `StoreUnavailable`."""


class Answers(Protocol):
    """By mark. All but the names may be sealed."""

    def slot(self, mark: str, *, is_sealed: bool) -> Slot:
        """A place for the answer, before it is asked for: what is to be sealed has its key in hand
        then. Raises `StoreUnavailable` where there is none."""

    def read(self, mark: str) -> bytes | None:
        """None: there is none. Raises `StoreUnavailable`, `SealBroken`."""

    def has(self, mark: str) -> bool:
        """Whether there is one, whatever it says."""

    def kept(self, beginning: str) -> Iterator[tuple[KeptAnswer, ...]]:
        """Those whose mark begins so, a page at a time."""

    def remove(self, mark: str) -> None:
        """No error where there is none."""
