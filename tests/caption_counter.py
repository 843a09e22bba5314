"""Counts what captions do against the limits of their language, as docs/captions.md has them, and
against a list of small words that the writer does not use. Knows nothing of how they were made."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import stopwordsiso

PAGE = Path(__file__).parents[1] / "docs" / "captions.md"
_ROW = re.compile(
    r"^\| ([A-Z][^|]+?) \| `([a-z]{2})` \| (\d+)( full-width)? \| (\d+) \| ([^|]+) \|$"
)
WIDE = 42 / 16


class Shown(NamedTuple):
    """A cue of whatever writer: milliseconds, and lines as a viewer reads them."""

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]


class Limits(NamedTuple):
    line_columns: float
    columns_per_second: float


class Count(NamedTuple):
    """How often each rule is broken. `ends` are small words at the end of lines that go on."""

    cues: int = 0
    lines: int = 0
    too_wide: int = 0
    too_many_lines: int = 0
    too_short: int = 0
    too_long: int = 0
    too_fast: int = 0
    too_close: int = 0
    ends: tuple[str, ...] = ()

    def __add__(self, other: tuple[object, ...]) -> Count:  # type: ignore[override]
        return Count(*(a + b for a, b in zip(self, other, strict=True)))  # type: ignore[operator]


@cache
def published() -> dict[str, Limits]:
    """By primary language; "" for the general ones. Full-width characters are 42/16 columns."""
    found = {}
    for line in PAGE.read_text("utf-8").splitlines():
        if row := _ROW.match(line):
            wide = WIDE if row[4] else 1.0
            found[row[2]] = Limits(int(row[3]) * wide, int(row[5]) * wide)
    return found


def limits_of(tag: str) -> Limits:
    return published().get(tag.partition("-")[0], Limits(42, 17))


def columns(text: str) -> float:
    """Marks that stack on a letter take no room; signs of direction neither."""
    return sum(
        WIDE
        if unicodedata.east_asian_width(char) in "WF"
        else 0
        if unicodedata.category(char) in ("Mn", "Me", "Cf")
        else 1
        for char in text
    )


def count(cues: Sequence[Shown], tag: str) -> Count:
    limits = limits_of(tag)
    lasting = [cue.end_ms - cue.start_ms for cue in cues]
    lines = [line for cue in cues for line in cue.lines]
    return Count(
        cues=len(cues),
        lines=len(lines),
        too_wide=sum(columns(line) > limits.line_columns for line in lines),
        too_many_lines=sum(len(cue.lines) > 2 for cue in cues),
        too_short=sum(ms < 833 for ms in lasting),
        too_long=sum(ms > 7000 for ms in lasting),
        too_fast=sum(is_too_fast(cue, limits) for cue in cues),
        too_close=sum(b.start_ms - a.end_ms < 83 for a, b in pairwise(cues)),
        ends=tuple(last for line in lines[:-1] if (last := small_end(line, tag))),
    )


def is_too_fast(cue: Shown, limits: Limits) -> bool:
    shown = columns(" ".join(cue.lines)) * 1000
    return shown > limits.columns_per_second * (cue.end_ms - cue.start_ms) + 1e-6


def small_end(line: str, tag: str) -> str | None:
    """The last word, if it is one of the stop words of the language and no mark follows it."""
    last = line.split()[-1].lower() if line.split() else ""
    is_open = bool(last) and last[-1].isalpha()
    return last if is_open and last in _stop_words(tag.partition("-")[0]) else None


@cache
def _stop_words(language: str) -> frozenset[str]:
    known = {"nb": "no"}.get(language, language)
    return frozenset(stopwordsiso.stopwords(known) if stopwordsiso.has_lang(known) else ())
