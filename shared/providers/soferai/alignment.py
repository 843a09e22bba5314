"""Puts the words of the text, which have punctuation and paragraphs, and those of the time
stamps, which have times and speakers, together.

Both tell of the same speech, but nothing promises that they are word by word the same. The text
decides what was said, the time stamps when. What has no time of its own gets one later, between
its neighbours (`shared/model/transcript/words.py`), and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from shared.model.transcript import alignment
from shared.model.transcript.transcript import Word
from shared.model.transcript.words import fill, spread
from shared.providers.soferai.text import Token


class Stamp(NamedTuple):
    """A word of the time stamps. Without a time, `start_ms` is None."""

    text: str
    start_ms: int | None
    end_ms: int
    speaker: str = ""


class Spoken(NamedTuple):
    """A word with all that is known of it."""

    word: Word
    speaker: str
    begins: bool


def align(
    tokens: Sequence[Token], stamps: Sequence[Stamp], duration_ms: int | None
) -> list[Spoken]:
    """All the tokens, in their order; stamps between two of them for which the text has no word
    stay as they are."""
    left = [alignment.key(token.text) for token in tokens]
    right = [alignment.key(stamp.text) for stamp in stamps]
    spoken: list[Spoken] = []
    for block in alignment.align(left, right):
        said, timed = tokens[block.first : block.last], stamps[block.start : block.end]
        if not said:
            timed = [stamps[n] for n in alignment.without_echoes(right, block)]
        if len(said) == len(timed) or not said:
            spoken += _in_step(said, timed)
            continue
        before = spoken[-1].speaker if spoken else ""
        after = stamps[block.end].speaker if block.end < len(stamps) else before
        speaker = timed[0].speaker if timed else before or after
        spoken += _beside(said, timed, speaker)
    return _timed(spoken, duration_ms)


def _in_step(said: Sequence[Token], timed: Sequence[Stamp]) -> Iterator[Spoken]:
    for number, stamp in enumerate(timed):
        token = said[number] if said else Token(stamp.text)
        yield Spoken(_word(token.text, stamp), stamp.speaker, token.begins)


def _word(text: str, stamp: Stamp) -> Word:
    if stamp.start_ms is None:
        return Word(text, 0, -1, timing="interpolated")
    return Word(text, stamp.start_ms, max(stamp.start_ms, stamp.end_ms))


def _beside(said: Sequence[Token], timed: Sequence[Stamp], speaker: str) -> Iterator[Spoken]:
    """More words or fewer than there are stamps for: they share the time."""
    words = [Word(token.text, 0, -1, timing="interpolated") for token in said]
    known = [stamp for stamp in timed if stamp.start_ms is not None]
    if known:
        start_ms = known[0].start_ms or 0
        words = spread(words, start_ms, max(start_ms, known[-1].end_ms))
    for token, word in zip(said, words, strict=True):
        yield Spoken(word, speaker, token.begins)


def _timed(spoken: Sequence[Spoken], duration_ms: int | None) -> list[Spoken]:
    """With the times that were missing."""
    words = fill([each.word for each in spoken], 0, duration_ms)
    return [
        Spoken(word, each.speaker, each.begins) for word, each in zip(words, spoken, strict=True)
    ]
