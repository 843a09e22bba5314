"""Scripts that put no spaces between words, and how what is said one after the other is joined."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Script(IntEnum):
    """Scripts that do not put spaces between words, and all the others."""

    SPACED = 0
    HAN = 1
    HIRAGANA = 2
    KATAKANA = 3
    SOUTH_EAST_ASIAN = 4


_RANGES = (
    (0x0E00, 0x0EFF, Script.SOUTH_EAST_ASIAN),  # Thai, Lao
    (0x1000, 0x109F, Script.SOUTH_EAST_ASIAN),  # Myanmar
    (0x1780, 0x17FF, Script.SOUTH_EAST_ASIAN),  # Khmer
    (0x2E80, 0x2FDF, Script.HAN),
    (0x3001, 0x303F, Script.HAN),
    (0x3040, 0x309F, Script.HIRAGANA),
    (0x30A0, 0x30FF, Script.KATAKANA),
    (0x31F0, 0x31FF, Script.KATAKANA),
    (0x3400, 0x4DBF, Script.HAN),
    (0x4E00, 0x9FFF, Script.HAN),
    (0xF900, 0xFAFF, Script.HAN),
    (0xFF01, 0xFF0F, Script.HAN),
    (0xFF1A, 0xFF20, Script.HAN),
    (0xFF3B, 0xFF40, Script.HAN),
    (0xFF5B, 0xFF65, Script.HAN),
    (0xFF66, 0xFF9F, Script.KATAKANA),
    (0x20000, 0x3FFFF, Script.HAN),
)
UNSPACED_FROM = 0x0E00
_NO_SPACE_BETWEEN_SENTENCES = (Script.HAN, Script.HIRAGANA, Script.KATAKANA)


def script_of(char: str) -> Script:
    code = ord(char)
    if code < UNSPACED_FROM:
        return Script.SPACED
    return next((s for low, high, s in _RANGES if low <= code <= high), Script.SPACED)


def joint(before: str, after: str) -> str:
    """What stands between two sentences: nothing between Han and Kana, else a space."""
    if not before or not after:
        return ""
    if ord(before[-1]) < UNSPACED_FROM or ord(after[0]) < UNSPACED_FROM:
        return " "
    unspaced = _NO_SPACE_BETWEEN_SENTENCES
    return "" if script_of(before[-1]) in unspaced and script_of(after[0]) in unspaced else " "


def joined(texts: Iterable[str]) -> str:
    """Texts that were said one after the other, as one."""
    whole: list[str] = []
    last = ""
    for text in texts:
        whole += [joint(last, text), text]
        last = text or last
    return "".join(whole)
