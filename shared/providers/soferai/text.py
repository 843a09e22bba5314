"""From the text of a transcription, which is marked up, to plain words.

Transliterated Hebrew stands in `<i>`, signs are HTML entities (the quotation mark of a Hebrew
abbreviation, say), a line is a paragraph. Where both scripts were asked for, every Hebrew word
stands there twice, transliterated and then in Hebrew letters; here it stays once. Letters keep
their order, so that what is read from right to left stays so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from itertools import groupby
from typing import NamedTuple

_LINE = re.compile(r"\r\n?|\n|<br\s*/?>|</p>", re.IGNORECASE)
_ITALIC = re.compile(r"<i>(.*?)</i>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_HEBREW = re.compile("[\u0590-\u05ff\ufb1d-\ufb4f]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_PUNCTUATION = re.compile("^.*?([.,;:?!\u2026)\\]]*)$", re.DOTALL)


class Token(NamedTuple):
    """A word with its punctuation. `begins` tells that a paragraph begins with it."""

    text: str
    begins: bool = False


class _Piece(NamedTuple):
    """`is_closed`: a comma or the like follows, so that what comes next is another word."""

    text: str
    is_italic: bool
    is_closed: bool = False

    @property
    def is_hebrew(self) -> bool:
        return bool(_HEBREW.search(self.text)) and not _LATIN.search(self.text)


def tokens(text: str, script: str) -> list[Token]:
    """The words of a text, Hebrew ones in `script` ("he" or "en") where they come in both."""
    found: list[Token] = []
    for line in _LINE.split(text):
        words = [word for piece in _once(list(_pieces(line)), script) for word in piece.split()]
        found += [Token(word, begins=at == 0) for at, word in enumerate(words)]
    return found


def plain_word(word: str) -> str:
    """A single word, of the time stamps, without markup."""
    return " ".join(_plain(word).split())


def _pieces(line: str) -> Iterator[_Piece]:
    """What is in italics, and the words between, one by one. What clings to the end of italics
    is a piece with them: a full stop is no word."""
    at = 0
    for italic in _ITALIC.finditer(line):
        yield from _words(line[at : italic.start()])
        at = italic.end()
        clinging = re.match(r"[^\s<]*", line[at:])
        rest = _plain(clinging[0]) if clinging else ""
        if _HEBREW.search(rest) or _LATIN.search(rest):
            rest = ""
        at += len(clinging[0]) if rest and clinging else 0
        yield _Piece(_plain(italic[1]) + rest, is_italic=True, is_closed=bool(rest))
    yield from _words(line[at:])


def _words(text: str) -> Iterator[_Piece]:
    for word in _plain(text).split():
        yield _Piece(word, is_italic=False)


def _once(pieces: list[_Piece], script: str) -> list[str]:
    """Without the twins: italics before Hebrew letters, or Hebrew letters after italics, whose
    full stop stays."""
    runs = [list(run) for _, run in groupby(pieces, key=lambda p: (p.is_italic, p.is_hebrew))]
    kept: list[str] = []
    for number, run in enumerate(runs):
        before = runs[number - 1][-1] if number else None
        after = runs[number + 1][0] if number + 1 < len(runs) else None
        if script == "he" and _are_twins(run[-1], after):
            continue
        if script != "he" and _are_twins(before, run[0]):
            kept[-1] += _PUNCTUATION.sub(r"\1", run[-1].text)
            continue
        kept += [piece.text for piece in run]
    return kept


def _are_twins(one: _Piece | None, other: _Piece | None) -> bool:
    if one is None or other is None or one.is_closed or not one.is_italic:
        return False
    return other.is_hebrew and not other.is_italic


def _plain(marked_up: str) -> str:
    """Tags go before entities are read, which may stand for a `<` that was said."""
    return unescape(_TAG.sub("", marked_up))
