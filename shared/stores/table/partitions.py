"""The names of the partitions that are no batch."""

from __future__ import annotations

OPEN, ACTIVE, ENDPOINT, DIARY, BRAKES = "!open", "!active", "!endpoint", "!diary", "!brakes"


BATCHES, CONTENT, KEYS = "!batches", "!content", "!keys"
CONTENTS = [CONTENT, *(f"{CONTENT}-{digit:x}" for digit in range(16))]
"""The first is of releases before, the others of contents that begin with that hex digit: together
they take more in a second than an account does."""


def contents(content: str) -> str:
    """Of a hash."""
    return f"{CONTENT}-{content[0]}"


def names(key: str) -> str:
    """One of four: enough for what a table takes in a second, few enough that the names of a batch
    go in a few transactions. `key` begins with a hex digit."""
    return f"!names-{int(key[0], 16) // 4}"
