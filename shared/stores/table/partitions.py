"""The names of the partitions that are no batch."""

from __future__ import annotations

OPEN, ACTIVE, ENDPOINT, DIARY = "!open", "!active", "!endpoint", "!diary"


BATCHES, CONTENT = "!batches", "!content"
