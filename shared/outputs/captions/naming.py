"""Who speaks, as a reader of captions sees it.

Few players show the speakers that WebVTT keeps in its tags, and SubRip has no place for them. So
at each change of speaker the name stands before the words, or a dash, as the profile says. Two who
share a cue have a dash each, whatever it says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from shared.model.profile.options import SpeakerStyle
from shared.outputs.bidi import marked
from shared.outputs.captions.cue import MAX_LINES, Cue
from shared.outputs.captions.scripts import width_of

__all__ = ["Line", "Shown", "SpeakerStyle", "name_prefix", "prefix_of", "shown"]

MAX_NAME_CHARS = 20
"""Longer names are cut where they stand in front of a line."""


class Line(NamedTuple):
    """A line as it is shown, and whose it is."""

    text: str
    speaker: str | None


class Shown(NamedTuple):
    """A cue with its lines as a viewer reads them."""

    cue: Cue
    lines: tuple[Line, ...]

    @property
    def marked(self) -> list[str]:
        """The lines with what tells their direction."""
        rtl = self.cue.rtl
        return [marked(text, rtl) for text, _ in self.lines]


def name_prefix(name: str) -> str:
    """A speaker's name as it stands before the words."""
    return f"{name if len(name) <= MAX_NAME_CHARS else name[: MAX_NAME_CHARS - 1] + '…'}: "


def prefix_of(name: str, style: SpeakerStyle, cue_dash: str) -> str:
    """What stands before the first words of a speaker."""
    if style == "names":
        return name_prefix(name)
    return cue_dash if style == "dashes" else ""


def shown(cues: Iterable[Cue], style: SpeakerStyle) -> Iterator[Shown]:
    """The cues with names or dashes. Directions are still to be marked."""
    last: str | None = None
    lines: Sequence[str]
    for cue in cues:
        if cue.is_shared:
            dashes = cue.measure.dashes
            lines = [dash + line for dash, line in zip(dashes, cue.lines, strict=True)]
        elif cue.speaker and cue.speaker != last:
            lines = _named(cue, prefix_of(cue.speaker, style, cue.measure.dashes[1]))
        else:
            lines = cue.lines
        voices = cue.speakers or (cue.speaker,) * len(lines)
        last = voices[-1]
        yield Shown(cue, tuple(map(Line, lines, voices)))


def _named(cue: Cue, prefix: str) -> list[str]:
    """The name before the first line, or above it where it does not fit."""
    first, *rest = cue.lines
    fits = width_of(prefix + first) <= cue.measure.line
    if prefix and not fits and len(cue.lines) < MAX_LINES:
        return [prefix.rstrip(), first]
    return [prefix + first, *rest]
