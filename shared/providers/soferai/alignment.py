"""Puts the words of the text, which have punctuation and paragraphs, and those of the time
stamps, which have times and speakers, together.

Both tell of the same speech, but nothing promises that they are word by word the same: so the
two are walked side by side, and where they part, the nearest place is looked for where they meet
again. The text decides what was said, the time stamps when. What has no time of its own gets one
between its neighbours, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from shared.model.transcript.transcript import Word
from shared.providers.soferai.text import Token

_LETTERS = re.compile(r"[\W_]+")
_NEAR = 40  # words that either side may be ahead of the other
_MEETING = 2  # words in a row that have to be the same for the two to meet again


class Stamp(NamedTuple):
    """A word of the time stamps."""

    text: str
    start_ms: int
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
    spoken: list[Spoken] = []
    for said, timed, follows in _blocks(tokens, stamps):
        if len(said) == len(timed) or not said:
            spoken += _in_step(said, timed)
            continue
        before = spoken[-1] if spoken else None
        start_ms = timed[0].start_ms if timed else before.word.end_ms if before else 0
        speaker = timed[0].speaker if timed else before.speaker if before else ""
        next_ms = follows.start_ms if follows else duration_ms or 0
        end_ms = timed[-1].end_ms if timed else next_ms
        spoken += _spread(said, start_ms, max(start_ms, end_ms), speaker)
    return spoken


def _blocks(
    tokens: Sequence[Token], stamps: Sequence[Stamp]
) -> Iterator[tuple[Sequence[Token], Sequence[Stamp], Stamp | None]]:
    """Stretches of the two that belong together: the same words, or what lies between. With each,
    the stamp that follows."""
    left = [_key(token.text) for token in tokens]
    right = [_key(stamp.text) for stamp in stamps]
    at, to = 0, 0
    while at < len(left) and to < len(right):
        ahead, over = _meeting(left, right, at, to)
        if ahead or over:
            end = to + over
            yield tokens[at : at + ahead], stamps[to:end], stamps[end] if end < len(right) else None
        at, to = at + ahead, to + over
        if at < len(left) and to < len(right):
            yield tokens[at : at + 1], stamps[to : to + 1], None
            at, to = at + 1, to + 1
    if at < len(left) or to < len(right):
        yield tokens[at:], stamps[to:], None


def _meeting(left: Sequence[str], right: Sequence[str], at: int, to: int) -> tuple[int, int]:
    """How far on either side the two next say the same; to the ends if they never do."""
    if left[at] == right[to]:
        return 0, 0
    for distance in range(1, _NEAR):
        for ahead in range(distance + 1):
            if _is_meeting(left, right, at + ahead, to + distance - ahead):
                return ahead, distance - ahead
    same = min(len(left) - at, len(right) - to, _NEAR)
    return same, same


def _is_meeting(left: Sequence[str], right: Sequence[str], at: int, to: int) -> bool:
    mine, others = left[at : at + _MEETING], right[to : to + _MEETING]
    is_end = at + len(mine) == len(left) or to + len(others) == len(right)
    shortest = min(len(mine), len(others))
    return (
        shortest > 0 and (shortest == _MEETING or is_end) and mine[:shortest] == others[:shortest]
    )


def _in_step(said: Sequence[Token], timed: Sequence[Stamp]) -> Iterator[Spoken]:
    for number, stamp in enumerate(timed):
        token = said[number] if said else Token(stamp.text)
        yield Spoken(Word(token.text, stamp.start_ms, stamp.end_ms), stamp.speaker, token.begins)


def _spread(said: Sequence[Token], start_ms: int, end_ms: int, speaker: str) -> Iterator[Spoken]:
    length_ms = end_ms - start_ms
    edges = [start_ms + length_ms * number // len(said) for number in range(len(said) + 1)]
    for number, token in enumerate(said):
        word = Word(token.text, edges[number], edges[number + 1], timing="interpolated")
        yield Spoken(word, speaker, token.begins)


def _key(word: str) -> str:
    return _LETTERS.sub("", word).casefold() or word
