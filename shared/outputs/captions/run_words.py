"""A run as the list of its words: what they look like, when they are heard, how they hang
together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.model.language.scripts import joint
from shared.outputs.captions.breaks import (
    BAD,
    INSIDE_WORD,
    NEVER,
    PENALTIES,
    PLAIN,
    After,
    Before,
    Lexicon,
)
from shared.outputs.captions.measure import CHAR
from shared.outputs.captions.runs import Run
from shared.outputs.captions.scripts import CHINESE_PARTICLES
from shared.outputs.captions.words import Timed, timed

_UTTERANCE_END = PENALTIES[After.CLAUSE][Before.PLAIN]
_LOOSE = 100


@dataclass(slots=True)
class RunWords:
    """Parallel lists, one entry a word. `penalties[n]`, `spaces[n]` (eighths of a character) and
    `closed[n]` (a sentence or an utterance ends) are about the place before word n."""

    tokens: list[str] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    spaces: list[int] = field(default_factory=list)
    penalties: list[int] = field(default_factory=list)
    closed: list[bool] = field(default_factory=list)

    def line(self, first: int, last: int) -> str:
        """The text of the words from `first` up to `last` exclusive."""
        tokens = self.tokens[first:last]
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
        inside += (first + n for n, at in enumerate(part.inside) if at)
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
    return words


def _append(words: RunWords, part: Timed) -> None:
    is_apart = not words.tokens or joint(words.tokens[-1], part.tokens[0]) == " "
    words.spaces.append(CHAR if is_apart else 0)
    words.spaces += [0 if glued else CHAR for glued in part.glued[1:]]
    words.tokens += part.tokens
    words.starts += part.starts
    words.ends += part.ends


def _judge(words: RunWords, lexicon: Lexicon) -> None:
    faces = list(map(lexicon.__getitem__, words.tokens))
    words.widths = [face.width for face in faces]
    befores = [face.before for face in faces]
    afters = [face.after for face in faces]
    for n, face in enumerate(faces[:-1]):
        if face.stops:
            afters[n] = lexicon.stopped(words.tokens[n], words.tokens[n + 1])
    words.closed = [False, *[after == After.SENTENCE for after in afters]]
    rows = [PENALTIES[after] for after in afters]
    pairs = zip(rows, befores[1:], strict=False)
    words.penalties = [0, *[row[before] for row, before in pairs]]
    if not all(words.spaces):
        _guard_long_words(words, faces_split=[face.splits for face in faces])


def _guard_long_words(words: RunWords, faces_split: Sequence[bool]) -> None:
    for n, space in enumerate(words.spaces):
        if n and not space and not faces_split[n] and not faces_split[n - 1]:
            words.penalties[n] = INSIDE_WORD


def _in_order(starts: list[int], ends: list[int]) -> None:
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
