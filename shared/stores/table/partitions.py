"""The names of the partitions that are no batch."""

from __future__ import annotations

OPEN, ACTIVE, ENDPOINT, DIARY, BRAKES = "!open", "!active", "!endpoint", "!diary", "!brakes"


BATCHES, CONTENT = "!batches", "!content"
