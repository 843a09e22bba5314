"""When each word of a display text was spoken, whatever the provider timed.

The words of an utterance can be its display text, its spoken form ("twenty dollars" for "$20."),
characters, or missing. Tokens and words are paired in order; between two pairs, time runs with
the characters.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from shared.model.transcript.alignment import align
from shared.model.transcript.transcript import Utterance
from shared.outputs.captions.break_costs import Lexicon
from shared.outputs.captions.scripts import pieces
from shared.outputs.captions.units import phrase_ends
from shared.outputs.plain import plain

_WORD_TIMES_MAY_EXCEED_MS = 2000


class Timed(NamedTuple):
    """Tokens of one utterance in reading order, parallel lists.

    `glued[n]` tells that no space stands before token n, `inside[n]` that it goes on a word or a
    phrase, `begins` are those of which a phrase is known to begin with them, though no space
    tells, and `clings` those of them that follow a small word.
    """

    tokens: list[str]
    glued: list[bool]
    inside: list[bool]
    starts: list[int]
    ends: list[int]
    begins: tuple[int, ...] = ()
    clings: tuple[int, ...] = ()


def split(text: str, lexicon: Lexicon) -> tuple[list[str], list[bool]]:
    """The tokens of a `plain` text, and for each whether it follows without a space."""
    words = text.split(" ")
    if not lexicon.splits_any(words):
        return words, [False] * len(words)
    tokens: list[str] = []
    glued: list[bool] = []
    for word in words:
        parts = pieces(word, lexicon.measure.line)
        tokens += parts
        glued += [False, *[True] * (len(parts) - 1)]
    return tokens, glued


def _phrases(
    tokens: Sequence[str], glued: Sequence[bool], lexicon: Lexicon
) -> tuple[set[int], set[int]]:
    """Which tokens go on a phrase of a language without spaces, and which begin one."""
    inside: set[int] = set()
    begins: set[int] = set()
    at = 0
    while at < len(tokens):
        last = at + 1
        while last < len(tokens) and glued[last]:
            last += 1
        ends = phrase_ends("".join(tokens[at:last]), lexicon.tag) if last - at > 1 else None
        done = len(tokens[at])
        for n in range(at + 1, last if ends is not None else at):
            (begins if ends is not None and done in ends else inside).add(n)
            done += len(tokens[n])
        at = last
    return inside, begins


def _after_small_words(
    tokens: Sequence[str], glued: Sequence[int], begins: set[int], lexicon: Lexicon
) -> Iterator[int]:
    """Beginnings of phrases that stand behind one which is a single small word."""
    known = set(glued)
    for n in begins:
        first = n - 1
        while first in known and first not in begins:
            first -= 1
        if lexicon.is_small("".join(tokens[first:n])):
            yield n


def timed(utterance: Utterance, text: str, lexicon: Lexicon) -> Timed:
    """Tokens and times of an utterance whose display text, made `plain`, is `text`."""
    tokens, glued = split(text, lexicon)
    found = _timed(tokens, glued, utterance, lexicon)
    if any(glued):
        inside, begins = _phrases(tokens, glued, lexicon)
        for n in inside:
            found.inside[n] = True
        begins = {n for n in begins if not found.inside[n]}
        clings = _after_small_words(tokens, sorted(inside | begins), begins, lexicon)
        return found._replace(begins=tuple(begins), clings=tuple(clings))
    return found


def _timed(tokens: list[str], glued: list[bool], utterance: Utterance, lexicon: Lexicon) -> Timed:
    words = utterance.words
    if len(words) == len(tokens) and [word.text for word in words] == tokens:
        starts = [word.start_ms for word in words]
        ends = [word.end_ms for word in words]
        if _plausible(starts, ends, utterance):
            return Timed(tokens, glued, [False] * len(tokens), starts, ends)
    spoken = _spoken(utterance, lexicon)
    if spoken.tokens and _plausible(spoken.starts, spoken.ends, utterance):
        return _aligned(tokens, glued, spoken, lexicon, (utterance.start_ms, utterance.end_ms))
    span = (utterance.start_ms, utterance.end_ms)
    starts, ends = _shared(tokens, [" ".join(tokens)], [span[0]], [span[1]])
    return Timed(tokens, glued, [False] * len(tokens), starts, ends)


def _plausible(starts: Sequence[int], ends: Sequence[int], utterance: Utterance) -> bool:
    """Word times count only if they lie where the utterance does."""
    return (
        starts[0] >= utterance.start_ms - _WORD_TIMES_MAY_EXCEED_MS
        and ends[-1] <= utterance.end_ms + _WORD_TIMES_MAY_EXCEED_MS
    )


def _spoken(utterance: Utterance, lexicon: Lexicon) -> Timed:
    """The provider's words, cut as the display text is, so that both can be compared."""
    spoken = Timed([], [], [], [], [])
    for word in utterance.words:
        text = plain(word.text)
        if not text:
            continue
        tokens, glued = split(text, lexicon)
        starts, ends = _shared(tokens, [text], [word.start_ms], [word.end_ms])
        spoken.tokens.extend(tokens)
        spoken.glued.extend(glued)
        spoken.inside.extend([False, *[True] * (len(tokens) - 1)])
        spoken.starts.extend(starts)
        spoken.ends.extend(ends)
    return spoken


def _aligned(
    tokens: list[str], glued: list[bool], spoken: Timed, lexicon: Lexicon, span: tuple[int, int]
) -> Timed:
    shown = [lexicon[token].bare or token for token in tokens]
    heard = [lexicon[token].bare or token for token in spoken.tokens]
    starts: list[int] = []
    ends: list[int] = []
    inside = [False] * len(tokens)
    for block in align(shown, heard):
        some = slice(block.start, block.end)
        if block.is_same:
            starts += spoken.starts[some]
            ends += spoken.ends[some]
            for t, w in zip(range(block.first, block.last), range(*block[3:]), strict=True):
                inside[t] = glued[t] and spoken.inside[w]
            continue
        if block.end > block.start:
            between = (spoken.tokens[some], spoken.starts[some], spoken.ends[some])
        else:
            before = ends[-1] if ends else span[0]
            after = spoken.starts[block.start] if block.start < len(heard) else span[1]
            between = (["-"], [before], [max(before, after)])
        more = _shared(tokens[block.first : block.last], *between)
        starts += more[0]
        ends += more[1]
    return Timed(tokens, glued, inside, starts, ends)


def _shared(
    tokens: Sequence[str], words: Sequence[str], starts: Sequence[int], ends: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Give each token its part of the time of `words`, by characters; silences are kept."""
    if not tokens:
        return [], []
    if len(tokens) == 1:
        return [starts[0]], [ends[-1]]
    sizes = list(accumulate((max(len(word), 1) for word in words), initial=0))
    marks = list(accumulate((max(len(token), 1) for token in tokens), initial=0))
    scale = sizes[-1] / marks[-1] if tokens else 0.0
    last = len(words) - 1

    def at(mark: float, word: int) -> int:
        word = min(max(word, 0), last)
        part = (mark - sizes[word]) / (sizes[word + 1] - sizes[word])
        return round(starts[word] + part * (ends[word] - starts[word]))

    places = [mark * scale for mark in marks]
    return (
        [at(place, bisect_right(sizes, place) - 1) for place in places[:-1]],
        [at(place, bisect_left(sizes, place) - 1) for place in places[1:]],
    )
