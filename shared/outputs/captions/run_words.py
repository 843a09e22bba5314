"""A run as the list of its words: what they look like, when they are heard, how they hang
together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, compress
from operator import add, itemgetter, le

from shared.model.language.scripts import joint
from shared.outputs.captions.break_costs import (
    BAD,
    INSIDE_WORD,
    NEVER,
    PENALTIES,
    PLAIN,
    After,
    Before,
    Lexicon,
    Token,
)
from shared.outputs.captions.line_limits import CHAR
from shared.outputs.captions.runs import Run
from shared.outputs.captions.scripts import CHINESE_PARTICLES
from shared.outputs.captions.words import Timed, timed

_UTTERANCE_END = PENALTIES[After.CLAUSE][Before.PLAIN]
_LOOSE = 100
_SENTENCE = int(After.SENTENCE)
_WIDTH, _AFTER, _BEFORE, _STOPS = (
    itemgetter(Token._fields.index(name)) for name in ("width", "after", "before", "stops")
)


@dataclass(slots=True)
class RunWords:
    """Parallel lists, one entry a word. `penalties[n]`, `spaces[n]` (eighths of a character) and
    `closed[n]` (a sentence or an utterance ends) are about the place before word n. If all stood on
    one line, `left[n]` is where word n would begin, and `right[n]` where the words before it end.
    `is_spaced` tells that a space stands before each word."""

    tokens: list[str] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    spaces: list[int] = field(default_factory=list)
    penalties: list[int] = field(default_factory=list)
    closed: list[bool] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    is_spaced: bool = False

    def width(self, first: int, last: int) -> int:
        """That of the text of the words from `first` up to `last` exclusive."""
        return self.right[last] - self.left[first]

    def line(self, first: int, last: int) -> str:
        """The text of the words from `first` up to `last` exclusive."""
        tokens = self.tokens[first:last]
        if self.is_spaced:
            return " ".join(tokens)
        spaces = self.spaces[first:last]
        if all(spaces[1:]):
            return " ".join(tokens)
        words = zip(tokens, spaces, strict=True)
        return "".join(f" {token}" if space else token for token, space in words).lstrip(" ")


def words_of(run: Run, lexicon: Lexicon) -> RunWords:
    """All words of a run. Starts never run backwards, ends never pass the next start."""
    words = RunWords()
    inside: list[int] = []
    begins: list[int] = []
    clings: list[int] = []
    utterances: list[int] = []
    for utterance, text in zip(run.utterances, run.texts, strict=True):
        part = timed(utterance, text, lexicon)
        _append(words, part)
        first = len(words.tokens) - len(part.tokens)
        inside += compress(range(first, len(words.tokens)), part.inside)
        begins += (first + n for n in part.begins)
        clings += (first + n for n in part.clings)
        utterances.append(len(words.tokens))
    _judge(words, lexicon)
    for n in inside:
        words.penalties[n] = max(words.penalties[n], INSIDE_WORD)
    for n in begins:
        if words.penalties[n] < NEVER and words.tokens[n][0] not in CHINESE_PARTICLES:
            words.penalties[n] = min(words.penalties[n], PLAIN)
    for n in clings:
        words.penalties[n] = max(words.penalties[n], BAD)
    for n in utterances[:-1]:
        words.closed[n] = True
        if words.penalties[n] < _LOOSE:
            words.penalties[n] = min(words.penalties[n], _UTTERANCE_END)
    _in_order(words.starts, words.ends)
    words.left = list(accumulate(map(add, words.widths, [*words.spaces[1:], 0]), initial=0))
    words.right = [0, *map(add, words.left, words.widths)]
    return words


def _append(words: RunWords, part: Timed) -> None:
    is_apart = not words.tokens or joint(words.tokens[-1], part.tokens[0]) == " "
    words.spaces.append(CHAR if is_apart else 0)
    words.spaces += [0 if glued else CHAR for glued in part.glued[1:]]
    words.tokens += part.tokens
    words.starts += part.starts
    words.ends += part.ends


def _judge(words: RunWords, lexicon: Lexicon) -> None:
    tokens = words.tokens
    faces = list(map(lexicon.__getitem__, tokens))
    words.widths = list(map(_WIDTH, faces))
    befores, afters = list(map(_BEFORE, faces)), list(map(_AFTER, faces))
    for n in compress(range(len(tokens) - 1), map(_STOPS, faces)):
        afters[n] = int(lexicon.stopped(tokens[n], tokens[n + 1]))
    words.closed = [False, *[after == _SENTENCE for after in afters]]
    pairs = zip(afters, befores[1:], strict=False)
    words.penalties = [0, *[PENALTIES[after][before] for after, before in pairs]]
    words.is_spaced = all(words.spaces)
    if not words.is_spaced:
        _guard_long_words(words, [face.spaceless for face in faces])


def _guard_long_words(words: RunWords, spaceless: Sequence[bool]) -> None:
    for n, space in enumerate(words.spaces):
        if n and not space and not spaceless[n] and not spaceless[n - 1]:
            words.penalties[n] = INSIDE_WORD


def _are_in_order(starts: Sequence[int], ends: Sequence[int]) -> bool:
    """Whether each word ends after it starts, and before the next one does."""
    return starts[0] >= 0 and all(map(le, starts, ends)) and all(map(le, ends, starts[1:]))


def _in_order(starts: list[int], ends: list[int]) -> None:
    if _are_in_order(starts, ends):
        return
    latest = 0
    for n, start in enumerate(starts):
        if start < latest:
            starts[n] = latest
        else:
            latest = start
    for n, start in enumerate(starts[1:]):
        if ends[n] > start:
            ends[n] = start
        elif ends[n] < starts[n]:
            ends[n] = starts[n]
    ends[-1] = max(ends[-1], starts[-1])
