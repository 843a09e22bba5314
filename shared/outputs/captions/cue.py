"""What a caption file shows, and the rules that it keeps.

The figures are those of the Netflix timed text style guides (general requirements, timing
guidelines: two lines, 5/6 s to 7 s, two frames between cues, gaps up to half a second closed). A
frame is 1/24 s. Line length and reading speed differ by language: `line_limits.py`.
"""

from __future__ import annotations

import msgspec

from shared.outputs.captions.line_limits import Measure, measure_of

MAX_LINES = 2
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


class Cue(msgspec.Struct, frozen=True, gc=False):
    """One caption on the screen, `end_ms` exclusive.

    `lines` are one or two, plain text, nothing escaped, no names. `speaker` is the name to show,
    None where nobody needs to be named. Where two share the cue, a line each, `speakers` has their
    names, and `speaker` is that of the first. `rtl` tells that the lines read from right to left.
    """

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]
    speaker: str | None = None
    speakers: tuple[str | None, ...] = ()
    rtl: bool = False
    measure: Measure = msgspec.field(default_factory=lambda: measure_of(None))

    @property
    def is_shared(self) -> bool:
        return len(self.speakers) > 1

    @property
    def voices(self) -> tuple[str | None, ...]:
        """The name of the speaker of each line."""
        return self.speakers or (self.speaker,) * len(self.lines)
