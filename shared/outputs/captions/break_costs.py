"""How bad it is to end a line between two words: 0 after a sentence, hundreds where never.

Every token has two faces, what it is to the break after it (`After`) and to the one before it
(`Before`); a table of both gives the penalty, so that a break costs one look-up.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from enum import IntEnum
from operator import itemgetter
from typing import NamedTuple

from shared.model.language.languages import language
from shared.model.language.scripts import script_of
from shared.model.language.sentences import ends_sentence, may_end
from shared.outputs.captions.line_limits import CHAR, Measure, measure_of
from shared.outputs.captions.scripts import (
    CHINESE_PARTICLES,
    CLOSING,
    OPENING,
    SMALL_KANA,
    width_of,
)

PLAIN = 45
BAD = 150
"""After an article, preposition, auxiliary, conjunction, subject pronoun or title."""
INSIDE_WORD = 160
NEVER = 400


class After(IntEnum):
    """Those of scripts are called as in `Script`."""

    PLAIN = 0
    SENTENCE = 1
    CLAUSE = 2
    CLINGS = 3
    LEANS = 4
    NUMBER = 5
    CAPITAL = 6
    EITHER = 7
    OPENING = 8
    HAN = 9
    HIRAGANA = 10
    KATAKANA = 11
    SOUTH_EAST_ASIAN = 12


class Before(IntEnum):
    PLAIN = 0
    JOINS = 1
    RELATES = 2
    NUMBER = 3
    CAPITAL = 4
    CLOSING = 5
    HAN = 6
    HIRAGANA = 7
    KATAKANA = 8
    SOUTH_EAST_ASIAN = 9
    PARTICLE = 10
    FOLLOWS = 11


_BY_AFTER = {
    After.SENTENCE: 0,
    After.CLAUSE: 5,
    After.CLINGS: BAD,
    After.LEANS: 100,
    After.NUMBER: 90,
    After.EITHER: BAD,
}
_BY_BEFORE = {
    Before.JOINS: 14,
    Before.RELATES: 26,
    Before.PARTICLE: 120,
}
_BY_BOTH = {
    # A pronoun before one of these was no subject: tell you | that, put it | in.
    (After.EITHER, Before.JOINS): 24,
    (After.EITHER, Before.RELATES): 40,
    (After.NUMBER, Before.JOINS): 16,
    (After.NUMBER, Before.RELATES): 36,
    (After.CAPITAL, Before.CAPITAL): 80,  # first name and last name
    (After.CAPITAL, Before.NUMBER): 80,  # May 5, Room 12
    (After.HAN, Before.HAN): 110,
    (After.HAN, Before.HIRAGANA): 90,  # an ending or a particle of that word
    (After.HIRAGANA, Before.HAN): 20,  # most often a particle, then the next word
    (After.HIRAGANA, Before.KATAKANA): 20,
    (After.HIRAGANA, Before.HIRAGANA): 90,
    (After.KATAKANA, Before.KATAKANA): INSIDE_WORD,
    (After.KATAKANA, Before.HIRAGANA): 80,
    (After.SOUTH_EAST_ASIAN, Before.SOUTH_EAST_ASIAN): 90,
    (After.NUMBER, Before.HAN): 80,  # a number and its counter
    (After.NUMBER, Before.KATAKANA): 80,
}


def _penalty(after: After, before: Before) -> int:
    if before is Before.CLOSING or after is After.OPENING:
        return NEVER
    if (after, before) in _BY_BOTH:
        return _BY_BOTH[after, before]
    if before is Before.FOLLOWS and after not in (After.SENTENCE, After.CLAUSE):
        return BAD
    if after in _BY_AFTER:
        return _BY_AFTER[after]
    return _BY_BEFORE.get(before, PLAIN)


PENALTIES = tuple(tuple(_penalty(after, before) for before in Before) for after in After)
"""PENALTIES[After][Before], 0 to NEVER."""

_QUOTES = "\"'”’»)]}」』）】》〉*"
_CLAUSE_ENDS = frozenset(",;:，、；：،؛—–")
_SYMBOLS = frozenset("&+=/\\<>|~@#-→*")
_MARKS = ("Mn", "Mc", "Me")
_SHORT = 3
_HONORIFICS = frozenset("おご")
_CAPITALS, _LEANS = (int(After.CAPITAL), int(Before.CAPITAL)), int(After.LEANS)
_CONTRACTED = ("'m", "'re", "'ve", "'ll", "'d", "n't")


class Token(NamedTuple):
    """What has to be known of a word.

    `after` and `before` are its faces, plain numbers, which are looked up faster; `bare` is lower
    case without punctuation; `stops` tells that a sentence may end with it, which the next word
    decides (`Lexicon.stopped`); `splits` that it has no spaces inside, or is longer than a line.
    """

    width: int
    after: int
    before: int
    bare: str
    spaceless: bool
    stops: bool
    splits: bool


_SPLITS = itemgetter(Token._fields.index("splits"))


class Lexicon(dict[str, Token]):
    """Looks tokens up and classifies each distinct one once. One language; for one call."""

    def __init__(self, tag: str | None) -> None:
        super().__init__()
        self.tag = tag
        self.measure: Measure = measure_of(tag)
        self._words = words = language(tag)
        self._small = words.titles | words.joins | words.relates | words.follows
        self._small |= words.others | words.either | words.leans

    def splits_any(self, tokens: Sequence[str]) -> bool:
        return any(map(_SPLITS, map(self.__getitem__, tokens)))

    def __missing__(self, text: str) -> Token:
        token = self._of_letters(text) if text.isascii() and text.isalpha() else self._of(text)
        self[text] = token
        return token

    def _of_letters(self, text: str) -> Token:
        """Of ASCII letters alone, as most words are in many languages."""
        bare = text.lower()
        after = before = 0  # plain
        if bare in self._small:
            after, before = int(self._after_word(text, bare)), int(self._before_word(text, bare))
        elif text[0].isupper():
            if not self._words.nouns_capitalised:
                after, before = _CAPITALS
        elif self._is_foreign_to_lists and len(text) <= _SHORT and text.islower():
            after = _LEANS
        width = len(text) * CHAR
        return Token(width, after, before, bare, False, False, width > self.measure.line)

    def _of(self, text: str) -> Token:
        bare = text.casefold().strip("\"'“”‘’„«»()[]{}¿¡.,;:?!…").replace("’", "'")
        width = width_of(text)
        spaceless = not text.isascii() and any(map(script_of, text))
        stops = may_end(text, self._words)
        after = After.SENTENCE if stops else self._after(text, bare)
        splits = spaceless or width > self.measure.line
        before = int(self._before(text, bare))
        return Token(width, int(after), before, bare, spaceless, stops, splits)

    def stopped(self, text: str, following: str) -> After:
        """What a word that `stops` is to the break after it: the end of a sentence, or of an
        abbreviation, an initial or an ordinal, which hold what follows."""
        if ends_sentence(text, following, self._words):
            return After.SENTENCE
        bare = self[text].bare
        words = self._words
        if bare in words.titles or bare in words.before_numbers or len(bare) == 1:
            return After.CLINGS
        if bare.isdigit():
            return After.CLINGS
        return After.NUMBER if text.rstrip(_QUOTES)[-1:] == "." else After.CLAUSE

    def is_small(self, word: str) -> bool:
        """A word that no line should end with."""
        words = self._words
        return word in words.joins or word in words.relates or word in words.others

    def _after(self, text: str, bare: str) -> After:
        end = text.rstrip(_QUOTES)[-1:]
        if end in _CLAUSE_ENDS and end:
            return After.CLAUSE
        if text[-1] in OPENING:
            return After.OPENING
        if text in _HONORIFICS:
            return After.CLINGS
        if script := script_of(text[-1]):
            return After[script.name]
        return self._after_word(text, bare)

    def _after_word(self, text: str, bare: str) -> After:
        words = self._words
        if bare in words.titles and text[0].isupper():
            return After.CLINGS
        if bare in words.others or bare in words.joins or bare in words.relates:
            return After.CLINGS
        if bare in words.either:
            return After.EITHER
        if bare.endswith(_CONTRACTED) or bare in ("he's", "she's", "it's"):
            return After.CLINGS
        if bare in words.leans or text[0] in _SYMBOLS:
            return After.LEANS
        if text[-1].isdigit():
            return After.NUMBER
        if len(bare) <= _SHORT and text.islower() and self._is_foreign_to_lists:
            return After.LEANS
        capital = not words.nouns_capitalised and text[0].isupper() and text[-1].isalpha()
        return After.CAPITAL if capital else After.PLAIN

    @property
    def _is_foreign_to_lists(self) -> bool:
        """Nobody wrote down the small words of this language: the short ones are most of them."""
        return not self._words.others

    def _before(self, text: str, bare: str) -> Before:
        first = text[0]
        if first in SMALL_KANA or (first in CLOSING and not any(map(str.isalnum, text))):
            return Before.CLOSING
        if not text.isascii() and unicodedata.category(first) in _MARKS:
            return Before.CLOSING
        if first in CHINESE_PARTICLES:
            return Before.PARTICLE
        if script := script_of(first):
            return Before[script.name]
        return self._before_word(text, bare)

    def _before_word(self, text: str, bare: str) -> Before:
        words, first = self._words, text[0]
        if bare in words.joins:
            return Before.JOINS
        if bare in words.relates:
            return Before.RELATES
        if bare in words.follows:
            return Before.FOLLOWS
        if first.isdigit():
            return Before.NUMBER
        capital = not words.nouns_capitalised and first.isupper()
        return Before.CAPITAL if capital else Before.PLAIN
