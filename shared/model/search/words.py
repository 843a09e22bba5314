"""Words as they are compared: without case and accents, in any script.

A word is a run of letters, marks and digits. Scripts that put no spaces between words (Chinese,
Japanese, Thai and their like) are taken letter by letter, and what is looked for in them is a run
of letters: this finds every word without knowing where one ends.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from shared.model.language.scripts import UNSPACED_FROM, Script, script_of

_PLAIN = re.compile(r"[a-z0-9]+")
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]+")
"""Of Latin, Greek and Cyrillic letters, and the signs for vowels in Hebrew and Arabic, which most
people do not write. In other scripts a mark is a part of the letter."""
_OTHER_LETTERS = str.maketrans(
    {"ı": "i", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ـ": None}
)


class Token(NamedTuple):
    """`term` is the word as it is compared, `start` and `end` are where it stands in the text, in
    characters."""

    term: str
    start: int
    end: int


def folded(text: str) -> str:
    """Without case and accents, and in the usual width."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = _ACCENTS.sub("", apart).casefold()
    return unicodedata.normalize("NFC", bare).translate(_OTHER_LETTERS)


def tokens(text: str) -> list[Token]:
    """The words of a text, in their order."""
    if text.isascii():
        found = _PLAIN.finditer(text.lower())
        return [Token(match.group(), match.start(), match.end()) for match in found]
    return [token for match in _letters().finditer(text) for token in _of_run(match)]


def terms(found: Sequence[Token]) -> set[str]:
    """What stands in the index for these: every word, and of letters that follow one another
    without a space every pair."""
    return {token.term for token in found} | set(_pairs(found))


def needed(found: Sequence[Token]) -> set[str]:
    """The terms that hold everything in which these follow one another."""
    pairs = set(_pairs(found))
    paired = {letter for pair in pairs for letter in pair}
    return pairs | {token.term for token in found if token.term not in paired}


def _pairs(found: Sequence[Token]) -> Iterator[str]:
    for one, other in pairwise(found):
        if one.end == other.start:
            yield one.term + other.term


def _of_run(match: re.Match[str]) -> Iterator[Token]:
    """A word, or, where a script puts no spaces, its letters."""
    run, start = match.group(), match.start()
    if all(ord(char) < UNSPACED_FROM for char in run):
        yield from _named([(run, start)])
        return
    parts: list[tuple[str, int]] = []
    is_open = False
    for at, char in enumerate(run, start):
        is_spaced = script_of(char) == Script.SPACED
        if is_spaced and is_open:
            parts[-1] = (parts[-1][0] + char, parts[-1][1])
        else:
            parts.append((char, at))
        is_open = is_spaced
    yield from _named(parts)


def _named(parts: Iterable[tuple[str, int]]) -> Iterator[Token]:
    for text, start in parts:
        term = folded(text)
        if term:
            yield Token(term, start, start + len(text))


@cache
def _letters() -> re.Pattern[str]:
    r"""Runs of letters, digits and marks: `\w` has no marks, without which Indic and Thai words
    fall apart. Marks beyond the Basic Multilingual Plane are of scripts that nobody speaks."""
    marks = (chr(n) for n in range(0x300, 0x10000) if unicodedata.category(chr(n))[0] == "M")
    return re.compile(rf"(?:[^\W_]|[{''.join(marks)}])+")
