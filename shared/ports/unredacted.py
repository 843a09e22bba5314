"""Where transcripts are kept as they were before anything was hidden in them."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from shared.model.recording.recording import Recording


class Unredacted(Protocol):
    """By recording and attempt, under names that tell nothing. Nothing else is kept there."""

    def put(self, recording: Recording, content: bytes) -> None:
        """In place of what was there of this attempt."""

    def read(self, recording: Recording) -> bytes | None:
        """That of its attempt; None: it is not there."""

    def remove(self, recording: Recording) -> None:
        """Of all its attempts. No error where there is nothing."""

    def remove_all(self, batch_id: str) -> None:
        """Of all recordings of a batch."""

    def remove_older(self, than: datetime) -> int:
        """What was put before; how many."""
