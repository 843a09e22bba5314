"""Cuts a speaker's words into cues and lines, the best way that there is.

Dynamic programming over the places where a line may end. The cost of a cue is how badly it
breaks (`breaks.py`), plus what the reader suffers: too short to see, too fast to read, a silence
or a sentence end in its middle, lines of unequal length. Costs are points; 30 is a break
between two ordinary words. A cue of over two lines or seven seconds is never considered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from shared.formats.breaks import BAD, INSIDE_WORD, PENALTIES, PLAIN, After, Lexicon
from shared.formats.cue import CHAIN_MS, GAP_MS, MAX_CHARS_PER_SECOND, MAX_CUE_MS, MIN_CUE_MS
from shared.formats.scripts import CHAR, LINE, WIDE_CHAR
from shared.formats.words import Timed

_CUE_COST = 8
_TWO_LINES_COST = 6
_TOO_SHORT_COST = 200
_TOO_FAST_COST = 90
_COMFORTABLE_MS = 1500
_SENTENCE_INSIDE_COST = 10
_PAUSE_MS = 300
_LONG_PAUSE_MS = 2000
_CANDIDATE_BELOW = 100
READ_MS_PER_WIDTH = 1000 / (MAX_CHARS_PER_SECOND * CHAR)


@dataclass(slots=True)
class Words:
    """The words of a run, parallel lists; `ends` never reach beyond the next start.

    `offsets` are where each token begins and ends in `text`.
    """

    text: str = ""
    offsets: list[tuple[int, int]] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    spaces: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    penalties: list[int] = field(default_factory=list)
    """penalties[n] is that of the break before token n."""

    def add(self, timed: Timed, lexicon: Lexicon) -> None:
        """Append an utterance; its beginning is as good a break as the end of a clause."""
        faces = [lexicon[token] for token in timed.tokens]
        previous = self._last_face
        for n, face in enumerate(faces):
            penalty = PENALTIES[previous.after][face.before]
"""


@dataclass(frozen=True, slots=True)
class Piece:
    """The tokens of one cue: `first` up to `last` exclusive, second line from `split`."""

    first: int
    split: int
    last: int
"""
