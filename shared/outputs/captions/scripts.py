"""What the writing system decides: how wide a character is and where words may be cut.

Widths are in eighths of a Latin character, so that a line of 42 Latin characters and one of
16 full-width characters are equally full (336), and reading speed scales with them.
"""

from __future__ import annotations

import unicodedata
from enum import IntEnum
from itertools import pairwise

from shared.outputs.captions.cue import MAX_LINE_CHARS

CHAR = 8
WIDE_CHAR = 21
LINE = MAX_LINE_CHARS * CHAR


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

CLOSING = frozenset("、。，．：；？！」』）】》〉〕］｝〙〗’”)]}»›,.:;?!%…‥・ー々ゝゞヽヾ〻～〜")
"""Never first on a line. Kinsoku characters of JIS X 4051, and the Latin ones."""
SMALL_KANA = frozenset("ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ")
OPENING = frozenset("「『（【《〈〔［｛〘〖‘“([{«‹¿¡")
"""Never last on a line."""
CHINESE_PARTICLES = frozenset("的了吗呢吧着过们嗎著過們")
# Vowels written before their consonant, and signs that stack the next consonant below.
_CLINGS_TO_NEXT = frozenset("เแโใไເແໂໃໄ\u17d2\u1039\u200d")
_ATTACHED = frozenset({"Mn", "Mc", "Me"})
_THAI_ATTACHED = frozenset("ะาำๅๆฯ\u0eb0\u0eb2\u0eb3\u0ebd\u0ec6\u200c\u200d")


_UNSPACED_FROM = 0x0E00


def script_of(char: str) -> Script:
    code = ord(char)
    if code < _UNSPACED_FROM:
        return Script.SPACED
    return next((s for low, high, s in _RANGES if low <= code <= high), Script.SPACED)


def width_of(text: str) -> int:
    """Width in eighths of a Latin character; marks that stack on a letter take no room."""
    if text.isascii():
        return len(text) * CHAR
    return sum(map(_char_width, text))


def _char_width(char: str) -> int:
    if char.isascii():
        return CHAR
    if unicodedata.east_asian_width(char) in "WF":
        return WIDE_CHAR
    return 0 if unicodedata.category(char) in ("Mn", "Me", "Cf") else CHAR


def _joined(before: str, after: str) -> bool:
    """True where no reader would accept a cut between the two characters."""
    return (
        unicodedata.category(after) in _ATTACHED
        or after in _THAI_ATTACHED
        or before in _CLINGS_TO_NEXT
    )


def pieces(token: str) -> list[str]:
    """The parts of a token without spaces between which a line may end.

    One character in scripts without spaces, runs of everything else; nothing wider than a line.
    """
    if ord(max(token)) < _UNSPACED_FROM:
        return _fitting(token)
    cuts = [0]
    last = script_of(token[0])
    for n, (before, char) in enumerate(pairwise(token), 1):
        script = script_of(char)
        whole = script is last is Script.SPACED
        if not whole and not _joined(before, char):
            cuts.append(n)
            last = script
    runs = (token[begin:end] for begin, end in pairwise([*cuts, len(token)]))
    return [part for run in runs for part in _fitting(run)]


def _fitting(run: str) -> list[str]:
    """Cut a word that no line can hold, after punctuation where it has some."""
    if width_of(run) <= LINE:
        return [run]
    parts = []
    begin = width = 0
    for n, char in enumerate(run):
        width += _char_width(char)
        if width > LINE:
            cut = _cut(run, begin, n)
            parts.append(run[begin:cut])
            begin, width = cut, width_of(run[cut : n + 1])
    return [*parts, run[begin:]]


def _cut(run: str, begin: int, end: int) -> int:
    """The last good place in the second half of what fits, else the end."""
    half = (begin + end) // 2
    cut = next((n for n in range(end, half, -1) if not run[n - 1].isalnum()), end)
    while cut > begin + 1 and _joined(run[cut - 1], run[cut]):
        cut -= 1
    return cut
