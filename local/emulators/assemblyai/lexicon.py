"""The few words of which the emulator knows what kind of thing they name."""

from __future__ import annotations

_KINDS = {
    "date": "monday tuesday wednesday thursday friday saturday sunday today tomorrow",
    "time": "morning noon evening midnight",
    "location": "london paris berlin boston canada america england france germany",
    "person_name": "alice bob charlie david emma frank grace henry john mary peter susan",
    "occupation": "doctor teacher driver manager nurse agent",
}
_BY_WORD = {word: kind for kind, words in _KINDS.items() for word in words.split()}


def kind_of(word: str) -> str | None:
    """The kind of what a spoken word names, in the service's vocabulary."""
    return _BY_WORD.get(word.lower())
