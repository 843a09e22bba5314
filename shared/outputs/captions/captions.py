"""From a transcript to cues: who speaks, what goes together, when it is shown."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from math import ceil

from shared.model.transcript.transcript import Transcript
from shared.outputs.bidi import is_rtl
from shared.outputs.captions.break_costs import Lexicon
from shared.outputs.captions.cue import CROSSING_MS, GAP_MS, MAX_CUE_MS, MIN_CUE_MS, Cue
from shared.outputs.captions.cue_times import Draft, schedule
from shared.outputs.captions.cut import Piece, segment
from shared.outputs.captions.exchange import shared
from shared.outputs.captions.line_limits import Measure
from shared.outputs.captions.naming import SpeakerStyle, prefix_of
from shared.outputs.captions.run_words import RunWords, words_of
from shared.outputs.captions.runs import runs
from shared.outputs.captions.scripts import width_of


def cues(transcript: Transcript, style: SpeakerStyle = "names") -> list[Cue]:
    """The captions of a recording, starts never decreasing; empty where nothing was said.

    Where speakers talk over each other their cues overlap in time, or they share one. Only what
    the speech forces breaks a rule of `cue.py`: somebody faster than can be read, or two at once.
    `style` says for what room has to be left where the speaker changes.
    """
    return _Cutter(transcript, style).cues()


class _Cutter:
    """The runs of one transcript, each with its words."""

    def __init__(self, transcript: Transcript, style: SpeakerStyle) -> None:
        self._style = style
        self._runs = runs(transcript)
        self._lexicons = {run.language: Lexicon(run.language) for run in self._runs}
        self._measures = [self._lexicons[run.language].measure for run in self._runs]
        self._words: list[RunWords] = []

    def cues(self) -> list[Cue]:
        starts = [run.start_ms for run in self._runs]
        drafts: list[Draft] = []
        for number, run in enumerate(self._runs):
            words = words_of(run, self._lexicons[run.language])
            self._words.append(words)
            drafts += self._drafts(number, _room_end(starts, number, words.ends[-1]))
        right_to_left = [is_rtl(run.texts, run.language) for run in self._runs]
        return [self._cue(draft, right_to_left) for draft in schedule(shared(drafts, self._fit))]

    def _drafts(self, number: int, room_end_ms: int) -> list[Draft]:
        run, words, measure = self._runs[number], self._words[number], self._measures[number]
        prefix = prefix_of(run.name, self._style, measure.dashes[1]) if run.name else ""
        pieces = segment(
            words,
            measure,
            room_end_ms=room_end_ms,
            prefix=width_of(prefix),
            every_cue=run.crossed,
        )
        voice = run.voice
        return [_draft(number, voice, words, piece, measure) for piece in pieces]

    def _fit(self, first: Draft, second: Draft) -> bool:
        """Whether the lines of both fit beside their dashes."""
        measure = self._measures[first.run]
        return all(
            self._words[draft.run].width(draft.piece.first, draft.piece.last) + width_of(dash)
            <= measure.line
            for draft, dash in zip((first, second), measure.dashes, strict=True)
        )

    def _cue(self, draft: Draft, right_to_left: Sequence[bool]) -> Cue:
        words, (first, split, last) = self._words[draft.run], draft.piece
        lines = [words.line(first, split)]
        if split < last:
            lines.append(words.line(split, last))
        name = self._runs[draft.run].name
        speakers: tuple[str | None, ...] = ()
        if draft.second is not None:
            other = draft.second
            lines.append(self._words[other.run].line(other.piece.first, other.piece.last))
            speakers = name, self._runs[other.run].name
        return Cue(
            draft.start_ms,
            draft.end_ms,
            tuple(lines),
            name,
            speakers,
            right_to_left[draft.run],
            self._measures[draft.run],
        )


def _room_end(starts: Sequence[int], number: int, audio_end_ms: int) -> int:
    """When the last cue of a run has to leave for somebody else's first one."""
    following = bisect_left(starts, audio_end_ms - CROSSING_MS, number + 1)
    latest = audio_end_ms + MAX_CUE_MS
    return min(starts[following] - GAP_MS, latest) if following < len(starts) else latest


def _draft(number: int, voice: Hashable, words: RunWords, piece: Piece, measure: Measure) -> Draft:
    first, _, last = piece
    read_ms = ceil(words.width(first, last) * measure.ms_per_width)
    return Draft(
        number,
        voice,
        piece,
        start_ms=words.starts[first],
        audio_end_ms=words.ends[last - 1],
        need_ms=read_ms if read_ms > MIN_CUE_MS else MIN_CUE_MS,
        read_ms=read_ms,
    )
