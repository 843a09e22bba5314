"""What was found once, found wherever it is said again.

One look at each text, however many values there are: somebody may read out numbers for hours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

LEAST_DIGITS = 4
"""So many of a number, said again, are a part of it."""
SURE = 7
"""Shorter values stand in many places by chance, and are looked for nowhere else."""


def plain(text: str) -> tuple[str, list[int]]:
    """Letters and digits alone, and where in the text each stands."""
    places = [n for n, char in enumerate(text) if char.isalnum()]
    return "".join(text[n].casefold()[0] for n in places), places


class Known:
    """Values with their kinds, as `plain` has them or as digits."""

    def __init__(self, kinds: Mapping[str, str]) -> None:
        self.kinds = {value: kind for value, kind in kinds.items() if len(value) >= SURE}
        self._lengths: defaultdict[str, set[int]] = defaultdict(set)
        self._parts: dict[str, str] = {}
        for value in self.kinds:
            self._lengths[value[:SURE]].add(len(value))
            if value.isdigit():
                for part in _parts_of(value):
                    self._parts.setdefault(part, value)
        self.has_letters = not all(map(str.isdigit, self.kinds))

    def within(self, text: str) -> Iterator[tuple[int, int, str]]:
        """From where to where a value stands in a text that is `plain`."""
        for start in range(len(text) - SURE + 1):
            for length in self._lengths.get(text[start : start + SURE], ()):
                value = text[start : start + length]
                if len(value) == length and value in self.kinds:
                    yield start, start + length, value

    def of_digits(self, digits: str) -> str | None:
        """The value that digits hold, or are a part of, or are put together of parts of."""
        if len(digits) < LEAST_DIGITS:
            return None
        whole = next((value for _, _, value in self.within(digits)), None)
        if whole is not None:
            return whole
        found = [self._parts.get(part) for part in _parts_of(digits)]
        return found[0] if all(found) else None


def _parts_of(digits: str) -> Iterable[str]:
    return (digits[n : n + LEAST_DIGITS] for n in range(len(digits) - LEAST_DIGITS + 1))
