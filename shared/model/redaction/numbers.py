"""How numbers are spoken, and what is said around them: one file of data for each language.

`digits` are the words for 0 to 9, several for one digit divided by a space, `teens` for 10 to 19,
`tens` for 20 to 90; `doubles` and `triples` repeat the digit behind them, `hundreds` put two zeros
behind the one before. `fillers` may stand inside a number. `ats`, `dots` and `marks` are those of a
mail address, `openers` the words before one that are no part of it. `copulas` stand between a cue
and a password, `harmless` words behind them are none. `months` are names of months.
`cues` are phrases that tell what the number behind them is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

Words = frozenset[str]
_NONE: Mapping[str, str] = {}


class Numbers(NamedTuple):
    """`digits` maps a word to one or two digits; `tens` are those that a digit may follow."""

    digits: Mapping[str, str]
    tens: Words
    doubles: Words
    triples: Words
    hundreds: Words
    fillers: Words
    ats: Words
    dots: Words
    marks: Words
    openers: Words
    copulas: Words
    harmless: Words
    months: Words
    cues: Mapping[str, re.Pattern[str]]


def is_spoken(tag: str) -> bool:
    """Whether the numbers of the language of a BCP-47 tag are known."""
    return (files(__package__) / "data" / f"{_code(tag)}.toml").is_file()


def numbers(tag: str | None) -> Numbers:
    """Those of the language; of one that is not known, digits alone."""
    return _read(_code(tag or ""))


def _code(tag: str) -> str:
    code = tag.partition("-")[0].partition("_")[0].lower()
    return {"no": "nb", "nn": "nb"}.get(code, code) if code.isalpha() else "none"


@cache
def _read(code: str) -> Numbers:
    file = files(__package__) / "data" / f"{code}.toml"
    data = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    digits: dict[str, str] = {}
    for value, words in enumerate(data.get("digits", ())):
        digits.update(dict.fromkeys(words.split(), str(value)))
    for value, words in enumerate(data.get("teens", ()), 10):
        digits.update(dict.fromkeys(words.split(), str(value)))
    tens: set[str] = set()
    for value, words in enumerate(data.get("tens", ()), 2):
        digits.update(dict.fromkeys(words.split(), str(value * 10)))
        tens.update(words.split())
    digits.update(_compounds(data.get("compounds", ""), data))
    named = {name: frozenset(data.get(name, "").split()) for name in _LISTS}
    cues = {kind: _phrases(text) for kind, text in data.get("cues", _NONE).items()}
    return Numbers(digits=digits, tens=frozenset(tens), cues=cues, **named)


_LISTS = (
    "doubles",
    "triples",
    "hundreds",
    "fillers",
    "ats",
    "dots",
    "marks",
    "openers",
    "copulas",
    "harmless",
    "months",
)


def _compounds(joints: str, data: Mapping[str, list[str]]) -> dict[str, str]:
    """Numbers that are one word, the small part first: "einundzwanzig"."""
    if not joints:
        return {}
    stems = [words.split() for words in data.get("stems", data["digits"])]
    return {
        f"{small}{joint}{large}": f"{ten}{one}"
        for ten, tens in enumerate(data["tens"], 2)
        for large in tens.split()
        for one, smalls in enumerate(stems)
        if one
        for small in smalls
        for joint in joints.split()
    }


def _phrases(text: str) -> re.Pattern[str]:
    phrases = [re.escape(line.strip()).replace(r"\ ", r"\s+") for line in text.splitlines()]
    return re.compile(rf"\b(?:{'|'.join(filter(None, phrases))})\b", re.IGNORECASE)
