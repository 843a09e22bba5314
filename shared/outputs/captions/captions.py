"""From a transcript to cues: who speaks, what goes together, when it is shown."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from math import ceil

from shared.model.transcript.transcript import Transcript
from shared.outputs.bidi import is_rtl, marked
from shared.outputs.captions.breaks import Lexicon
from shared.outputs.captions.cue import CROSSING_MS, GAP_MS, MAX_CUE_MS, MIN_CUE_MS, Cue
from shared.outputs.captions.run_words import RunWords, words_of
from shared.outputs.captions.runs import Run, runs
from shared.outputs.captions.schedule import Draft, schedule
from shared.outputs.captions.scripts import width_of
from shared.outputs.captions.segment import READ_MS_PER_WIDTH, Piece, segment

MAX_NAME_CHARS = 20
"""Longer names are cut where they stand in front of a line."""


def name_prefix(name: str) -> str:
    """A speaker's name as it stands before the words where a format has no place for it."""
    return f"{name if len(name) <= MAX_NAME_CHARS else name[: MAX_NAME_CHARS - 1] + '…'}: "


def cues(transcript: Transcript) -> list[Cue]:
    """The captions of a recording, starts never decreasing; empty where nothing was said.

    Where speakers talk over each other their cues overlap in time. Only what the speech forces
    breaks a rule of `cue.py`: somebody faster than can be read, or two at once.
    """
    lexicons: dict[str | None, Lexicon] = {}
    found = runs(transcript)
    starts = [run.start_ms for run in found]
    texts: list[RunWords] = []
    drafts: list[Draft] = []
    for number, run in enumerate(found):
        if run.language not in lexicons:
            lexicons[run.language] = Lexicon(run.language)
        words = words_of(run, lexicons[run.language])
        texts.append(words)
        drafts += _drafts(number, run, words, _room_end(starts, number, words.ends[-1]))
    right_to_left = [is_rtl(run.texts, run.language) for run in found]
    return [
        _cue(draft, found[draft.run].name, texts[draft.run], right_to_left[draft.run])
        for draft in schedule(drafts)
    ]


def _drafts(number: int, run: Run, words: RunWords, room_end_ms: int) -> list[Draft]:
    pieces = segment(
        words,
        room_end_ms=room_end_ms,
        prefix=width_of(name_prefix(run.name)) if run.name else 0,
        every_cue=run.crossed,
    )
    return [_draft(number, run, words, piece) for piece in pieces]


def _room_end(starts: Sequence[int], number: int, audio_end_ms: int) -> int:
    """When the last cue of a run has to leave for somebody else's first one."""
    following = bisect_left(starts, audio_end_ms - CROSSING_MS, number + 1)
    latest = audio_end_ms + MAX_CUE_MS
    return min(starts[following] - GAP_MS, latest) if following < len(starts) else latest


def _draft(number: int, run: Run, words: RunWords, piece: Piece) -> Draft:
    width = sum(words.widths[piece.first : piece.last])
    width += sum(words.spaces[piece.first + 1 : piece.last])
    return Draft(
        run=number,
        voice=run.voice,
        piece=piece,
        start_ms=words.starts[piece.first],
        audio_end_ms=words.ends[piece.last - 1],
        need_ms=max(MIN_CUE_MS, ceil(width * READ_MS_PER_WIDTH)),
    )


def _cue(draft: Draft, name: str | None, words: RunWords, rtl: bool) -> Cue:
    first, split, last = draft.piece
    lines = [words.line(first, split)]
    if split < last:
        lines.append(words.line(split, last))
    shown = tuple(marked(line, rtl) for line in lines)
    return Cue(draft.start_ms, draft.end_ms, shown, name, rtl)
