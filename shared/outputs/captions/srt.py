"""SubRip. It has no specification: this keeps to what every player agrees on."""

from __future__ import annotations

from collections.abc import Iterable

from shared.outputs.bidi import RIGHT_TO_LEFT_MARK
from shared.outputs.captions.captions import name_prefix
from shared.outputs.captions.cue import MAX_LINES, Cue
from shared.outputs.captions.scripts import LINE, width_of
from shared.outputs.clock import timestamp

# Players take what stands in <> or {} for mark-up and swallow it, and --> for a new cue. The
# full-width forms look alike, mean the same under NFKC, and are left alone.
_SWALLOWED = str.maketrans({"<": "＜", "{": "｛"})


def write_srt(cues: Iterable[Cue]) -> str:
    """The cues as a SubRip file, numbered from 1, lines ended by CRLF; "" without cues.

    The speaker's name stands before the first words after a change of speaker.
    """
    blocks = []
    speaker: str | None = None
    for number, cue in enumerate(cues, 1):
        lines = cue.lines
        if cue.speaker and cue.speaker != speaker:
            lines = _named(cue, name_prefix(cue.speaker))
        speaker = cue.speaker
        times = f"{timestamp(cue.start_ms, ',')} --> {timestamp(cue.end_ms, ',')}"
        blocks.append("\r\n".join([str(number), times, _neutral(lines), ""]))
    return "\r\n".join(blocks)


def _named(cue: Cue, prefix: str) -> tuple[str, ...]:
    """The name before the first line, or above it where it does not fit."""
    mark = RIGHT_TO_LEFT_MARK if cue.rtl else ""
    first, *rest = cue.lines
    fits = width_of(prefix + first) <= LINE
    if not fits and len(cue.lines) < MAX_LINES:
        return mark + prefix.rstrip(), first
    return mark + prefix + first.lstrip(RIGHT_TO_LEFT_MARK), *rest


def _neutral(lines: Iterable[str]) -> str:
    return "\r\n".join(lines).translate(_SWALLOWED).replace("-->", "--＞")
