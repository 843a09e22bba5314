"""Places in a text, counted as the caller asks: in text elements, code points or UTF-16 units."""

from __future__ import annotations

import unicodedata
from itertools import accumulate, pairwise

_JOINER = "\u200d"
_BEHIND = ("\ufe0e", "\ufe0f", "\u20e3")
_MODIFIERS = range(0x1F3FB, 0x1F400)
_REGIONS = range(0x1F1E6, 0x1F200)


class Places:
    """Of one text. `unit` is TextElements_v8, UnicodeCodePoint or Utf16CodeUnit."""

    def __init__(self, text: str, unit: str) -> None:
        if unit == "UnicodeCodePoint":
            widths = [1] * len(text)
        elif unit == "Utf16CodeUnit":
            widths = [2 if ord(char) > 0xFFFF else 1 for char in text]
        else:
            widths = _begins(text)
        self._before = [0, *accumulate(widths)]

    @property
    def length(self) -> int:
        """Of the whole text."""
        return self._before[-1]

    def of(self, start: int, end: int) -> tuple[int, int]:
        """Offset and length of a stretch that is given in code points."""
        return self._before[start], self._before[end] - self._before[start]


def _begins(text: str) -> list[int]:
    """1 where a text element begins, as readers see characters: a good part of the rules."""
    found = [1] if text else []
    regions = int(ord(text[0]) in _REGIONS) if text else 0
    for before, char in pairwise(text):
        is_region = ord(char) in _REGIONS
        joins = (
            unicodedata.category(char) in ("Mn", "Me", "Mc")
            or char in _BEHIND
            or _JOINER in (char, before)
            or ord(char) in _MODIFIERS
            or (is_region and regions % 2 == 1)
            or before + char == "\r\n"
        )
        regions = regions + 1 if is_region else 0
        found.append(0 if joins else 1)
    return found
