"""Numbers that are one word: "dreihundertneunundsechzig", "tweeëntwintig", "trentotto"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

_REMEMBERED = 4096
_SMALL = ("tens", "unit", "short", "vowel", "teen", "round", "digit")
_ELIDED = ("u", "o")
"""What a digit begins with before which a ten or a hundred loses its vowel, in Italian."""


class Atoms(NamedTuple):
    """What such words are made of, with their values. `joints` stand behind a digit that comes
    before its ten; with `joined` it comes behind."""

    digits: Mapping[str, int]
    teens: Mapping[str, int]
    tens: Mapping[str, int]
    hundreds: tuple[str, ...] = ()
    thousands: tuple[str, ...] = ()
    joints: tuple[str, ...] = ()
    joined: bool = False


class Compounds:
    """Of a language. A word that is one atom alone is no compound."""

    def __init__(self, atoms: Atoms) -> None:
        self._values = {**atoms.digits, **atoms.teens, **atoms.tens}
        self._pattern = _pattern(atoms) if atoms.joints or atoms.joined else None
        if atoms.joined:
            self._values |= {ten[:-1]: value for ten, value in atoms.tens.items()}
        self.value = lru_cache(_REMEMBERED)(self._value)

    def _value(self, word: str) -> str:
        """As digits; "": it is none."""
        found = self._pattern.fullmatch(word) if self._pattern else None
        if found is None or len([part for part in found.groups() if part]) < 2:
            return ""
        part = {
            name: self._values.get(text, 1) for name, text in found.groupdict("").items() if text
        }
        value = sum(part.get(name, 0) for name in ("one", "ten", *_SMALL))
        if "hundred" in part:
            value += 100 * part.get("of_hundred", 1)
        if "thousand" in part:
            value += 1000 * part.get("of_thousand", 1)
        return str(value)


def _pattern(atoms: Atoms) -> re.Pattern[str]:
    digit, teen, ten = _any(atoms.digits), _any(atoms.teens), _any(atoms.tens)
    joint = _any(atoms.joints)
    small = [rf"(?P<teen>{teen})", rf"(?P<round>{ten})", rf"(?P<digit>{digit})"]
    if atoms.joints:
        small.append(rf"(?P<one>{digit})(?:{joint})(?P<ten>{ten})")
    if atoms.joined:
        short = _any(one[:-1] for one in atoms.tens)
        vowel = _any(one for one in atoms.digits if one.startswith(_ELIDED))
        small[0:0] = [rf"(?P<tens>{ten})(?P<unit>{digit})"]
        small.append(rf"(?P<short>{short})(?P<vowel>{vowel})")
    between = f"(?:{joint})?" if joint else ""
    hundred = _larger("hundred", atoms.hundreds, f"{teen}|{digit}", between)
    thousand = _larger("thousand", atoms.thousands, f"{teen}|{digit}", between)
    return re.compile(f"{thousand}{hundred}(?:{'|'.join(small)})?")


def _larger(name: str, words: tuple[str, ...], times: str, between: str) -> str:
    if not words:
        return ""
    return rf"(?:(?P<of_{name}>{times})?(?P<{name}>{_any(words)}){between})?"


def _any(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
