"""Which way a line reads, and the marks that say so to players that would guess otherwise.

Browsers take a line's direction from its first strong character (WebVTT: `unicode-bidi:
plaintext`); libass, with which mpv, Kodi and FFmpeg draw, takes every line for one from left to
right. So a line that reads from right to left is embedded as a whole (U+202B ... U+202C), and one
whose first strong character runs the other way has a direction mark before it. Characters are
never reordered here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

RIGHT_TO_LEFT_MARK = "\u200f"
LEFT_TO_RIGHT_MARK = "\u200e"
RIGHT_TO_LEFT_EMBEDDING = "\u202b"
POP = "\u202c"
DIRECTION_MARKS = RIGHT_TO_LEFT_MARK + LEFT_TO_RIGHT_MARK + RIGHT_TO_LEFT_EMBEDDING + POP
_RTL_LETTERS = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_RTL_LANGUAGES = frozenset(
    ["ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ps", "sd", "ug", "ur", "yi"]
)


def is_rtl(texts: Iterable[str], language: str | None) -> bool:
    """True where the letters are, mostly or by the language, written from right to left."""
    text = "".join(texts)
    if text.isascii() or not _RTL_LETTERS.search(text):
        return False
    kinds = [unicodedata.bidirectional(char) for char in text]
    rtl = sum(kind in ("R", "AL") for kind in kinds)
    primary = (language or "").partition("-")[0].lower()
    return rtl > 0 and (primary in _RTL_LANGUAGES or rtl > kinds.count("L"))


def first_is_rtl(line: str) -> bool | None:
    """Whether the first strong character runs from right to left; None where there is none."""
    for char in line:
        kind = unicodedata.bidirectional(char)
        if kind in ("R", "AL"):
            return True
        if kind == "L":
            return False
    return None


def marked(line: str, rtl: bool) -> str:
    """`line` with what makes it read as `rtl` says, in browsers and libass players alike."""
    if not rtl:
        return LEFT_TO_RIGHT_MARK + line if not line.isascii() and first_is_rtl(line) else line
    mark = "" if first_is_rtl(line) else RIGHT_TO_LEFT_MARK
    return RIGHT_TO_LEFT_EMBEDDING + mark + line + POP


def begun(line: str, rtl: bool) -> str:
    """`line` with a mark at its beginning, where its first strong character says otherwise; for
    texts in which every reader takes the direction from that character."""
    first = False if not rtl and line.isascii() else first_is_rtl(line)
    if rtl:
        return line if first else RIGHT_TO_LEFT_MARK + line
    return LEFT_TO_RIGHT_MARK + line if first else line
