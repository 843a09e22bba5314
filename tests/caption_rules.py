"""Counts what a caption file does against the rules, knowing nothing of how it was made.

Also speaks: gives words plausible times, so that a text can stand for a recording.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from shared.model.transcript.transcript import (
    Job,
    Language,
    Provider,
    Source,
    Speaker,
    Transcript,
    Utterance,
    Word,
)
from shared.outputs.formats import Cue

TWO_FRAMES_MS = 83


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NO_LINE_ENDS_WITH = _words(
    # articles, possessives, demonstratives
    "a an the my your his her its our their this these those "
    # prepositions
    "of in on at by for with from to into onto upon about over under between among through "
    "during without within against toward towards across after before behind beside near per "
    # auxiliaries
    "am is are was were be been being do does did have has had will would shall should can "
    "could may might must cannot i'm you're we're they're he's she's it's i've we've you've "
    "they've i'll you'll we'll they'll he'll she'll i'd you'd we'd don't doesn't didn't isn't "
    "aren't wasn't weren't won't can't couldn't wouldn't shouldn't haven't hasn't hadn't "
    # pronouns that are subjects
    "i he she we they who "
    # conjunctions
    "and but or nor so yet because although though while if unless whether when where that "
    "which what how why than as "
    # titles
    "mr mr. mrs mrs. ms ms. dr dr. prof prof."
)
# Subject or object: wrong at the end of a line unless the next word shows that it was an object.
SUBJECT_OR_OBJECT = frozenset(["you", "it"])
AFTER_AN_OBJECT = NO_LINE_ENDS_WITH - _words(
    "am is are was were be do does did have has had will would can could may might must"
)


@dataclass(frozen=True)
class Violations:
    """How often each rule is broken. `ends` are the offending last words, for the report."""

    cues: int
    over_42_chars: int
    over_2_lines: int
    under_5_6_seconds: int
    over_7_seconds: int
    over_20_cps: int
    gap_under_2_frames: int
    gap_left_open: int
    bad_breaks: int
    ends: tuple[str, ...] = ()


def columns(line: str) -> float:
    """Width in Latin characters; a full-width character is 42/16 of one."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in line)
    marks = sum(unicodedata.category(char) in ("Mn", "Me", "Cf") for char in line)
    return len(line) - wide - marks + wide * 2.625


def columns_of_cue(cue: Cue) -> float:
    return columns(" ".join(cue.lines))


def ends_badly(line: str, next_line: str) -> bool:
    last = line.split()[-1].lower().replace("’", "'")
    if last in SUBJECT_OR_OBJECT:
        return next_line.split()[0].lower() not in AFTER_AN_OBJECT
    return last in NO_LINE_ENDS_WITH


def violations(cues: Sequence[Cue]) -> Violations:
    """Of cues in the order of the file, one speaker's or several who do not overlap."""
    lasting = [cue.end_ms - cue.start_ms for cue in cues]
    gaps = [after.start_ms - before.end_ms for before, after in pairwise(cues)]
    lines = [line for cue in cues for line in cue.lines]
    bad = tuple(line for line, after in pairwise(lines) if ends_badly(line, after))
    return Violations(
        cues=len(cues),
        over_42_chars=sum(columns(line) > 42 for line in lines),
        over_2_lines=sum(len(cue.lines) > 2 for cue in cues),
        under_5_6_seconds=sum(ms < 833 for ms in lasting),
        over_7_seconds=sum(ms > 7000 for ms in lasting),
        over_20_cps=sum(
            columns_of_cue(cue) * 1000 > 20 * ms for cue, ms in zip(cues, lasting, strict=True)
        ),
        gap_under_2_frames=sum(gap < TWO_FRAMES_MS for gap in gaps),
        gap_left_open=sum(TWO_FRAMES_MS < gap <= 500 for gap in gaps),
        bad_breaks=len(bad),
        ends=bad,
    )


def spoken(text: str, *, start_ms: int, chars_per_second: float, seed: int = 1) -> list[Word]:
    """The words of `text` as a person would say them: long words longer, pauses at punctuation."""
    chance = random.Random(seed)
    words = []
    clock = float(start_ms)
    for token in text.split():
        length = (len(token) + 1) / chars_per_second * 1000 * chance.uniform(0.8, 1.2)
        words.append(Word(token, round(clock), round(clock + length * 0.95)))
        clock += length
        if token[-1] in ".?!":
            clock += chance.uniform(250, 700)
        elif token[-1] in ",;:":
            clock += chance.uniform(80, 250)
    return words


def utterance(
    text: str,
    start_ms: int,
    end_ms: int | None = None,
    *,
    number: int = 0,
    turn: int | None = None,
    channel: int = 0,
    speaker: str | None = "S1",
    role: str | None = None,
    language: str | None = None,
    words: Sequence[Word] = (),
) -> Utterance:
    if end_ms is None:
        end_ms = words[-1].end_ms
    return Utterance(
        id=number,
        turn=number if turn is None else turn,
        start_ms=start_ms,
        end_ms=end_ms,
        channel=channel,
        speaker=speaker,
        role=role,
        language=language,
        text=text,
        words=tuple(words),
    )


def transcript(*utterances: Utterance, language: str | None = "en-US") -> Transcript:
    voices = {(u.speaker, u.channel, u.role) for u in utterances if u.speaker}
    return Transcript(
        job=Job(id="j1", batch_id="b1", recording_id="r1", attempt=1, profile="default"),
        source=Source(
            uri="https://audio.example/calls/one.wav",
            container="audio",
            name="calls/one.wav",
            etag="0x1",
            bytes=1000,
        ),
        provider=Provider(
            name="azure_speech",
            endpoint="https://speech.example",
            api_version="2025-10-15",
            transcription_id="t1",
        ),
        language=Language(code=language),
        text="\n".join(u.text for u in utterances),
        speakers=tuple(Speaker(id=s, channel=c, role=r) for s, c, r in sorted(voices, key=str)),
        utterances=utterances,
    )
