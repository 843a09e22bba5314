"""What users call their batches and recordings, as it may stand in the list of a provider."""

from __future__ import annotations

from unicodedata import category

from shared.providers.redaction import redacted

_NEVER = ("Cc", "Cs")


def plain_title(title: str, most: int) -> str:
    """On one line, without control characters, and without the query of an address, which may be a
    secret; at most so many characters. "" where nothing is left."""
    line = " ".join("".join(_printed(character) for character in title).split())
    line = redacted(line)
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def _printed(character: str) -> str:
    return " " if category(character) in _NEVER else character
