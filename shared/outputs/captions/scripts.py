"""What the writing system decides: how wide a character is and where words may be cut."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from shared.model.language.scripts import UNSPACED_FROM, Script, script_of
from shared.outputs.captions.line_limits import CHAR, WIDE_CHAR

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


def is_joined(before: str, after: str) -> bool:
    """True where no reader would accept a cut between the two characters."""
    return (
        unicodedata.category(after) in _ATTACHED
        or after in _THAI_ATTACHED
        or before in _CLINGS_TO_NEXT
    )


def pieces(token: str, line: int) -> list[str]:
    """The parts of a token without spaces between which a line may end.

    One character in scripts without spaces, runs of everything else; nothing wider than a `line`.
    """
    if ord(max(token)) < UNSPACED_FROM:
        return _fitting(token, line)
    cuts = [0]
    last = script_of(token[0])
    for n, (before, char) in enumerate(pairwise(token), 1):
        script = script_of(char)
        whole = script is last is Script.SPACED
        if not whole and not is_joined(before, char):
            cuts.append(n)
            last = script
    runs = (token[begin:end] for begin, end in pairwise([*cuts, len(token)]))
    return [part for run in runs for part in _fitting(run, line)]


def _fitting(run: str, line: int) -> list[str]:
    """Cut a word that no line can hold, after punctuation where it has some."""
    if width_of(run) <= line:
        return [run]
    parts = []
    begin = width = 0
    for n, char in enumerate(run):
        width += _char_width(char)
        if width > line:
            cut = _cut(run, begin, n)
            parts.append(run[begin:cut])
            begin, width = cut, width_of(run[cut : n + 1])
    return [*parts, run[begin:]]


def _cut(run: str, begin: int, end: int) -> int:
    """The last good place in the second half of what fits, else the end."""
    half = (begin + end) // 2
    cut = next((n for n in range(end, half, -1) if not run[n - 1].isalnum()), end)
    while cut > begin + 1 and is_joined(run[cut - 1], run[cut]):
        cut -= 1
    return cut
