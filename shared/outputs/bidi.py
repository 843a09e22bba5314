"""Which way a line reads, and the mark that says so where its first letter does not.

Players take a line's direction from its first strong character (WebVTT: `unicode-bidi:
plaintext`), so a Hebrew line that begins with a Latin name would come out in the wrong order.
Characters are never reordered here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

RIGHT_TO_LEFT_MARK = "\u200f"
LEFT_TO_RIGHT_MARK = "\u200e"
_RTL_LETTERS = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_RTL_LANGUAGES = frozenset(
    ["ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ps", "sd", "ug", "ur", "yi"]
)


def is_rtl(texts: Iterable[str], language: str | None) -> bool:
    """True where the letters are, mostly or by the language, written from right to left."""
    text = "".join(texts)
    if not _RTL_LETTERS.search(text):
        return False
    kinds = [unicodedata.bidirectional(char) for char in text]
    rtl = sum(kind in ("R", "AL") for kind in kinds)
    primary = (language or "").partition("-")[0].lower()
    return rtl > 0 and (primary in _RTL_LANGUAGES or rtl > kinds.count("L"))


def marked(line: str, rtl: bool) -> str:
    """`line`, preceded by a direction mark where players would otherwise guess wrong."""
    if not rtl and line.isascii():
        return line
    for char in line:
        kind = unicodedata.bidirectional(char)
        if kind in ("R", "AL"):
            return line if rtl else LEFT_TO_RIGHT_MARK + line
        if kind == "L":
            return RIGHT_TO_LEFT_MARK + line if rtl else line
    return RIGHT_TO_LEFT_MARK + line if rtl else line
