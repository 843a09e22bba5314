"""SubRip. It has no specification: this keeps to what every player agrees on."""

from __future__ import annotations

from collections.abc import Iterable

from shared.outputs.captions.cue import Cue
from shared.outputs.captions.naming import Shown, SpeakerStyle, shown
from shared.outputs.clock import timestamp

# Players take what stands in <> or {} for mark-up and swallow it, and --> for a new cue. The
# full-width forms look alike, mean the same under NFKC, and are left alone.
_SWALLOWED = str.maketrans({"<": "＜", "{": "｛"})


def write_srt(cues: Iterable[Cue], style: SpeakerStyle = "names") -> str:
    """The cues as a SubRip file, numbered from 1, lines ended by CRLF; "" without cues."""
    blocks = [_block(number, cue) for number, cue in enumerate(shown(cues, style), 1)]
    return "\r\n".join(blocks)


def _block(number: int, cue: Shown) -> str:
    times = f"{timestamp(cue.cue.start_ms, ',')} --> {timestamp(cue.cue.end_ms, ',')}"
    return "\r\n".join([str(number), times, *map(_neutral, cue.marked), ""])


def _neutral(text: str) -> str:
    return text.translate(_SWALLOWED).replace("-->", "--＞")
