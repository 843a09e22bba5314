"""The limits of a language, in the units that the cutter counts in.

Widths are in eighths of a Latin character; a full-width character is as wide as 42/16 of one, so
that a line of 42 Latin characters and one of 16 full-width characters are equally full.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from shared.model.language.languages import language

CHAR = 8
WIDE_CHAR = 21


@dataclass(frozen=True, slots=True)
class Measure:
    """`line` is the width that a line may have, `ms_per_width` how long an eighth of a character
    takes to read. `dashes` begin the lines of two speakers who share a cue."""

    line: int
    ms_per_width: float
    dashes: tuple[str, str]


@cache
def measure_of(tag: str | None) -> Measure:
    """For a BCP-47 tag; the general limits where the language has none of its own or is unknown."""
    limits = language(tag).limits
    char = WIDE_CHAR if limits.full_width else CHAR
    return Measure(
        line=round(limits.line_chars * char),
        ms_per_width=1000 / (limits.chars_per_second * char),
        dashes=limits.dashes,
    )
