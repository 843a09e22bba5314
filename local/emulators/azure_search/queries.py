"""The simple syntax of queries, as far as this stand-in knows it: words, phrases, begun words, and
what is not to be there. What it does not know it refuses."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import chain
from typing import NamedTuple

from local.emulators.azure_search.definition import ANALYZERS, Field
from local.emulators.azure_search.errors import invalid

_PART = re.compile(r'(?P<sign>[-+]?)(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"+|()\\]+))(?=\s|$)\s*')
LONGEST_WORD = 255


class Part(NamedTuple):
    """`words` follow one another; of one that is `begun` the last is only the beginning."""

    words: Sequence[str]
    is_begun: bool
    is_unwanted: bool


class Words:
    """What is to be found in a field: words where they stand, and of several values each apart."""

    def __init__(self, field: Field, value: str | Sequence[str] | None) -> None:
        values = [value] if isinstance(value, str) else value or ()
        apart = ANALYZERS[field.analyzer or ""]
        self.runs = [list(chain.from_iterable(map(_cut, apart(one)))) for one in values]

    def has(self, part: Part) -> bool:
        return any(_has(run, part) for run in self.runs)


def _has(run: Sequence[str], part: Part) -> bool:
    if part.is_begun:
        return any(word.startswith(part.words[-1]) for word in run)
    size = len(part.words)
    return any(list(run[at : at + size]) == list(part.words) for at in range(len(run)))


def _cut(word: str) -> list[str]:
    return [word[at : at + LONGEST_WORD] for at in range(0, len(word), LONGEST_WORD)]


def read_query(text: str, analyzer: Callable[[str], list[str]] = str.split) -> list[Part]:
    """[] is everything. Raises `Refusal`."""
    if text.strip() in ("", "*"):
        return []
    parts, at, said = [], 0, text.strip()
    while at < len(said):
        match = _PART.match(said, at)
        if match is None:
            raise invalid(f"This stand-in does not know what stands at {at} of the query.")
        parts.append(_part(match, analyzer))
        at = match.end()
    return parts


def _part(match: re.Match[str], analyzer: Callable[[str], list[str]]) -> Part:
    is_unwanted = match["sign"] == "-"
    word = match["word"]
    if word is None:
        return Part(analyzer(match["phrase"]), False, is_unwanted)
    if word.endswith("*"):  # what is begun is not taken apart, only made small
        return Part([word[:-1].lower()], True, is_unwanted)
    if re.search(r"[*?~^]", word):
        raise invalid("This stand-in knows a star at the end of a word alone.")
    return Part(analyzer(word), False, is_unwanted)
