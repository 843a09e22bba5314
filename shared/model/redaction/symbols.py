"""A text as the net reads it: digits, spoken or written, letters, and words, with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from shared.model.redaction.numbers import Numbers

_TOKEN = re.compile(
    r"(?P<mask>\[[A-Z]+(?:_[A-Z]+)*(?:_\d{1,4})?\])"  # what was hidden already
    r"|(?P<date>\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b(?![./-]?\d))"
    r"|(?P<amount>[$€£¥]\s?\d[\d.,]*|\d[\d.,]*\s?[$€£¥%]|\b\d{1,3}(?:,\d{3})+(?:\.\d+)?\b"
    r"|\b\d{1,2}:\d{2}\b)"
    r"|(?P<digits>\d+)"
    r"|(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)*)"
    r"|(?P<mark>[@+_]|(?<=[^\W\d_])\.(?=[^\W\d_]))"
)

_ONES = frozenset("123456789")


class Symbol(NamedTuple):
    """`word` is in small letters, `digits` what it says as a number, "" for none, `kind` one of
    mask, date, amount, digits, word, letter and mark; `start` and `end` are its place in the text.
    A letter may be told by a word that begins with it, or doubled."""

    word: str
    digits: str
    kind: str
    start: int
    end: int


def symbols(text: str, numbers: Numbers) -> list[Symbol]:
    return list(_joined(list(_plain(text, numbers)), numbers))


def _plain(text: str, numbers: Numbers) -> Iterator[Symbol]:
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        word = found[0].casefold().replace("’", "'") if kind != "mask" else ""
        digits = "".join(str(int(c)) for c in word) if kind == "digits" else ""
        if kind == "word":
            yield from _words(word, found.start(), numbers)
            continue
        if kind == "date":
            digits = "".join(char for char in word if char.isdigit())
        yield Symbol(word, digits, kind, found.start(), found.end())


def _words(word: str, start: int, numbers: Numbers) -> Iterator[Symbol]:
    """One; where nothing is between words, those that it holds."""
    parts = [word] if numbers.unspaced is None else numbers.unspaced.findall(word)
    for part in parts:
        letter = numbers.letters.get(part, part)
        kind = "letter" if len(letter) == 1 and numbers.unspaced is None else "word"
        digits = numbers.value(part)
        said = letter if kind == "letter" else part
        yield Symbol(said, digits, kind, start, start + len(part))
        start += len(part)


def _joined(plain: list[Symbol], numbers: Numbers) -> Iterator[Symbol]:
    """Words that are one number together: double oh, twenty one, nine hundred."""
    at = 0
    while at < len(plain):
        one = plain[at]
        after = plain[at + 1] if at + 1 < len(plain) else None
        repeated = _repeated(plain, at, numbers)
        if repeated:
            yield repeated.symbol
            at += repeated.length
            continue
        if one.word in numbers.tens and after is not None and after.digits in _ONES:
            yield _both(one, after, one.digits[0] + after.digits)
            at += 2
            continue
        zeros = _zeros(after, numbers)
        if one.digits and after is not None and zeros:
            yield _both(one, after, one.digits + zeros)
            at += 2
            continue
        if after is not None and after.kind == "letter" and one.word in numbers.doubles:
            yield Symbol(2 * after.word, "", "letter", one.start, after.end)
            at += 2
            continue
        told = _told(plain, at, numbers) if one.kind == "letter" else 0
        if told:
            yield Symbol(one.word, "", "letter", one.start, plain[at + told].end)
            at += told + 1
            continue
        yield one
        at += 1


class _Repeated(NamedTuple):
    symbol: Symbol
    length: int


def _repeated(plain: list[Symbol], at: int, numbers: Numbers) -> _Repeated | None:
    """Double five, "zweimal die fünf", three times five: a digit, and by how many symbols it is
    told."""
    one, length = plain[at], 1
    times = 2 if one.word in numbers.doubles else 3 if one.word in numbers.triples else 0
    ahead = plain[at + 1 : at + 4]
    if not times and ahead and ahead[0].word in numbers.times and one.digits in tuple("23456789"):
        times, length = int(one.digits), 2
    if times and plain[at + length : at + length + 1]:
        length += plain[at + length].word in numbers.articles
    said = plain[at + length : at + length + 1]
    if not times or not said or len(said[0].digits) != 1 or said[0].kind == "date":
        return None
    return _Repeated(_both(one, said[0], said[0].digits * times), length + 1)


def _zeros(symbol: Symbol | None, numbers: Numbers) -> str:
    if symbol is None:
        return ""
    return "00" if symbol.word in numbers.hundreds else "000" * (symbol.word in numbers.thousands)


def _told(plain: list[Symbol], at: int, numbers: Numbers) -> int:
    """How many symbols behind a letter tell it again: "as in John"."""
    for behind in (2, 3):
        told = plain[at + 1 : at + behind + 1]
        if len(told) < behind or len(told[-1].word) < 2:
            return 0
        is_alike = told[-1].word.startswith(plain[at].word)
        if is_alike and all(one.word in numbers.likes for one in told[:-1]):
            return behind
    return 0


def _both(one: Symbol, other: Symbol, digits: str) -> Symbol:
    return Symbol(f"{one.word} {other.word}", digits, "word", one.start, other.end)
