"""What a caption file shows, and the rules that it keeps.

The figures are those of the Netflix timed text style guides (general requirements, timing
guidelines, English: two lines of 42 characters, 5/6 s to 7 s, 20 characters a second, two
frames between cues, gaps up to half a second closed). A frame is 1/24 s.
"""

from __future__ import annotations

from dataclasses import dataclass

MAX_LINE_CHARS = 42
MAX_LINES = 2
MAX_CHARS_PER_SECOND = 20
MIN_CUE_MS = 833
MAX_CUE_MS = 7000
GAP_MS = 83
"""Two frames: the least time between two cues, and the gap to which small gaps are closed."""
CHAIN_MS = 500
"""Gaps up to this long are closed, so that cues do not flicker."""
LINGER_MS = 500
"""How long a cue stays after its last word where nothing follows."""
SHIFT_MS = 250
"""Six frames: by how much a change of speaker may be moved for the reader's sake."""
CROSSING_MS = SHIFT_MS - GAP_MS
"""Speakers who cross for no longer than this are shown one after the other."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption on the screen, `end_ms` exclusive.

    `lines` are one or two, plain text, nothing escaped. `speaker` is the name to show, None
    where nobody needs to be named. `rtl` tells that the lines read from right to left.
    """

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]
    speaker: str | None = None
    rtl: bool = False
