"""What a finder found in the displayed form of an utterance, in its other forms, and wherever else
it is said: a name whole or in parts, by anybody.

Texts are compared by units: a word, a digit, a letter of a script without spaces. So a number is
the same in figures and in words, and no name is found within a longer word.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from shared.model.language.scripts import Script, script_of
from shared.model.redaction.kinds import UNNAMED
from shared.model.redaction.net import Hit, Part, Passage
from shared.model.redaction.numbers import Numbers, numbers
from shared.model.redaction.symbols import Symbol, symbols

Units = tuple[str, ...]
Form = tuple[int, str]
"""The order of an utterance, and one of its forms."""

_WITH_PARTS = ("person_name", UNNAMED)
_LEAST_LETTERS, _LEAST_DIGITS = 3, 4
"""What is shorter stands in many places by chance, and is hidden only where it was found."""
_END, _BREAK = "\x00", "\x01"
_WORD = re.compile(r"[^\W\d_]+")


class Again(NamedTuple):
    """`beside` is in other forms of the same utterance, `elsewhere` wherever it is said; `lost` are
    the forms in which something that was found in the utterance is not; `sought` must stand
    nowhere."""

    beside: Sequence[Hit] = ()
    elsewhere: Sequence[Hit] = ()
    lost: frozenset[Form] = frozenset()
    sought: frozenset[Units] = frozenset()


def found_again(passages: Sequence[Passage], hits: Sequence[Hit]) -> Again:
    """Of what a finder found: in the forms beside, and everywhere."""
    book = Book(passages)
    beside, lost = _beside(passages, hits, book)
    sought = _sought(passages, hits)
    elsewhere = [
        Hit(kind, value, parts)
        for units, (kind, value) in sought.items()
        for parts in book.find(units)
    ]
    return Again(beside, elsewhere, frozenset(lost), frozenset(sought))


def _beside(
    passages: Sequence[Passage], hits: Iterable[Hit], book: Book
) -> tuple[list[Hit], set[Form]]:
    forms: defaultdict[int, list[int]] = defaultdict(list)
    for at, passage in enumerate(passages):
        forms[passage.order].append(at)
    found, lost = [], set[Form]()
    for hit in hits:
        for part in hit.parts:
            here = passages[part.passage]
            units = _units_of(here.text[part.start : part.end], here.language)
            for at in forms[here.order]:
                if at == part.passage or not units:
                    continue
                places = list(book.find(units, at))
                found += [Hit(hit.kind, hit.value, place) for place in places]
                if not places:
                    lost.add((here.order, passages[at].stream[1]))
    return found, lost


def _sought(passages: Sequence[Passage], hits: Iterable[Hit]) -> Mapping[Units, tuple[str, str]]:
    """What is looked for everywhere, with its kind and the value that it is, or is a part of."""
    sought: dict[Units, tuple[str, str]] = {}
    for hit in hits:
        first = passages[hit.parts[0].passage]
        said = " ".join(passages[p.passage].text[p.start : p.end] for p in hit.parts)
        units = _units_of(said, first.language)
        if _is_telling(units):
            sought.setdefault(units, (hit.kind, hit.value))
        if hit.kind in _WITH_PARTS:
            usual = _usual(numbers(first.language))
            for unit in units:
                if _is_telling((unit,)) and unit not in usual:
                    sought.setdefault((unit,), (hit.kind, hit.value))
    return sought


def _is_telling(units: Units) -> bool:
    text = "".join(units)
    return len(text) >= (_LEAST_DIGITS if text.isdigit() else _LEAST_LETTERS)


def _usual(words: Numbers) -> frozenset[str]:
    """Words that are no part of a name, whoever says so."""
    return words.openers | words.fillers | words.copulas | words.harmless


class Book:
    """All passages as one text of units, in which many things can be looked for quickly."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._begins: list[int] = []  # of each unit in the text
        self._places: list[Part] = []
        self._of_passage: list[tuple[int, int]] = []
        said: list[str] = []
        size = 0
        for at, passage in enumerate(passages):
            first = size
            for unit, start, end in _read(passage.text, numbers(passage.language)):
                self._begins.append(size)
                self._places.append(Part(at, start, end))
                said.append(_END + unit)
                size += 1 + len(unit)
            said.append(_END + _BREAK)
            size += 2
            self._of_passage.append((first, size))
        self._text = "".join(said)

    def find(self, units: Units, passage: int | None = None) -> Iterator[tuple[Part, ...]]:
        """Wherever these units follow each other, in that passage or in any."""
        needle = _END + _END.join(units) + _END
        begin, end = (0, len(self._text)) if passage is None else self._of_passage[passage]
        at = self._text.find(needle, begin, end)
        while at >= 0:
            first = bisect_right(self._begins, at) - 1
            one, last = self._places[first], self._places[first + len(units) - 1]
            yield (Part(one.passage, one.start, last.end),)
            at = self._text.find(needle, at + 1, end)


def _units_of(text: str, language: str | None) -> Units:
    return tuple(unit for unit, _, _ in _read(text, numbers(language)) if unit != _BREAK)


def _read(text: str, words: Numbers) -> Iterator[tuple[str, int, int]]:
    """Units with their places; `_BREAK` where something is hidden."""
    last = 0
    for symbol in symbols(text, words):
        if symbol.kind == "mask" or "#" in text[last : symbol.start]:
            yield _BREAK, symbol.start, symbol.end
        last = symbol.end
        if symbol.kind == "mask":
            continue
        if symbol.digits:
            for digit in symbol.digits:
                yield digit, symbol.start, symbol.end
        else:
            yield from _words(symbol, text)


def _words(symbol: Symbol, text: str) -> Iterator[tuple[str, int, int]]:
    for word in _WORD.finditer(text, symbol.start, symbol.end):
        if script_of(word[0][0]) == Script.SPACED:
            yield word[0].casefold(), word.start(), word.end()
        else:
            for at in range(word.start(), word.end()):
                yield text[at].casefold(), at, at + 1
