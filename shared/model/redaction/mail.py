"""Mail addresses as they are spoken: "john dot doe at example dot com"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shared.model.redaction.numbers import Numbers
from shared.model.redaction.symbols import Symbol

_MOST_WORDS = 6
_LONGEST_END = 6


def spoken_mails(symbols: Sequence[Symbol], words: Numbers) -> Iterator[tuple[int, int, str]]:
    """First and last symbol, exclusive, and the address without its marks."""
    at = 0
    while at < len(symbols):
        last = _end(symbols, at, words) if symbols[at].word in words.ats else None
        if last is None:
            at += 1
            continue
        first = _begin(symbols, at, words)
        if first < at:
            said = [s for s in symbols[first:last] if not _is_joint(s, words)]
            yield first, last, "".join(s.digits or s.word for s in said)
        at = last


def _end(symbols: Sequence[Symbol], at: int, words: Numbers) -> int | None:
    """Behind the last part of the host, if what follows "at" is one."""
    place, last = at + 1, None
    while place < len(symbols) and place - at <= 2 * _MOST_WORDS:
        if symbols[place].word in words.ats and last is None:
            return None  # the address is that of the later one
        if _is_dot(symbols[place], words):
            if place + 1 < len(symbols) and _is_last(symbols[place + 1]) and place > at + 1:
                last = _spelled_out(symbols, place + 1)
            place += 1
        elif last is not None and place >= last:
            break
        else:
            place += 1
    return last


def _spelled_out(symbols: Sequence[Symbol], at: int) -> int:
    """Behind a part of which every letter is said by itself, or behind a word."""
    last = at + 1
    while symbols[at].kind == "letter" and last < len(symbols) and symbols[last].kind == "letter":
        last += 1
    return last


def _is_last(symbol: Symbol) -> bool:
    return symbol.word.isalpha() and len(symbol.word) <= _LONGEST_END * 2


def _begin(symbols: Sequence[Symbol], at: int, words: Numbers) -> int:
    """Back over what is joined by dots, letters and digits, and over the words before; a word that
    usually stands before an address ends it."""
    first, plain = at, 0
    while first > 0 and plain < _MOST_WORDS:
        before = symbols[first - 1]
        is_joined = first < at and _is_joint(symbols[first], words)
        is_letter = before.kind == "letter"
        is_spelled = is_letter and (first == at or symbols[first].kind == "letter")
        is_part = first > 1 and _is_joint(symbols[first - 2], words)
        is_inside = first > 1 and symbols[first].digits and symbols[first - 2].digits
        is_opener = before.word in words.openers and not before.digits and not is_inside
        if is_opener and not (is_joined or is_spelled or is_part):
            break
        if not (_is_joint(before, words) or before.digits or is_letter):
            plain += 1
        first -= 1
    return first


def _is_dot(symbol: Symbol, words: Numbers) -> bool:
    return symbol.word in words.dots or symbol.word == "."


def _is_joint(symbol: Symbol, words: Numbers) -> bool:
    return _is_dot(symbol, words) or symbol.word in words.marks or symbol.word in words.ats
