"""How numbers are spoken, and what is said around them: one file of data for each language.

`digits` are the words for 0 to 9, several for one digit divided by a space, `teens` for 10 to 19,
`tens` for 20 to 90, `also` for any others; `doubles` and `triples` repeat the digit behind them, as
does a number before `times`, maybe with one of the `articles` in between,
`hundreds` put two zeros behind the one before, `thousands` three. What is one word is read by its
parts (`compounds`, `joined`). `fillers` may stand inside a number, `corrections` where somebody
misspoke, `pluses` before one. `likes` stand between a letter and a word that begins with it,
`letters` are names of letters. `ats`, `dots` and `marks` are those of a mail address, `openers` the
words before one that are no part of it. `copulas` stand between a cue and a password, `harmless`
words behind them are none. `months` are names of months. Where words have no spaces between them
(`unspaced`) each sign is a word, but for those listed here. `cues` are phrases that tell what the
number behind them is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from shared.model.redaction.compounds import Atoms, Compounds

Words = frozenset[str]
_NONE: Mapping[str, str] = {}


class Numbers(NamedTuple):
    """`digits` maps a word to one or two digits; `tens` are those that a digit may follow."""

    digits: Mapping[str, str]
    tens: Words
    doubles: Words
    triples: Words
    times: Words
    articles: Words
    hundreds: Words
    thousands: Words
    pluses: Words
    likes: Words
    corrections: Words
    fillers: Words
    ats: Words
    dots: Words
    marks: Words
    openers: Words
    copulas: Words
    harmless: Words
    months: Words
    cues: Mapping[str, re.Pattern[str]]
    letters: Mapping[str, str]
    compounds: Compounds
    unspaced: re.Pattern[str] | None

    def value(self, word: str) -> str:
        """The digits that a word says, "" for none."""
        return self.digits.get(word) or self.compounds.value(word)


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
    digits.update(data.get("also", {}))
    named = {name: frozenset(data.get(name, "").split()) for name in _LISTS}
    edge = "" if data.get("unspaced") else r"\b"
    cues = {kind: _phrases(text, edge) for kind, text in data.get("cues", _NONE).items()}
    return Numbers(
        digits=digits,
        tens=frozenset(tens),
        cues=cues,
        letters=data.get("letters", {}),
        compounds=Compounds(_atoms(data)),
        unspaced=_signs({*digits, *(w for words in named.values() for w in words)})
        if data.get("unspaced")
        else None,
        **named,
    )


_LISTS = (
    "doubles",
    "triples",
    "times",
    "articles",
    "hundreds",
    "thousands",
    "pluses",
    "likes",
    "corrections",
    "fillers",
    "ats",
    "dots",
    "marks",
    "openers",
    "copulas",
    "harmless",
    "months",
)


def _atoms(data: Mapping[str, Any]) -> Atoms:
    def named(name: str, first: int, step: int = 1) -> dict[str, int]:
        return {
            word: first + step * place
            for place, words in enumerate(data.get(name, ()))
            for word in words.split()
        }

    return Atoms(
        digits={w: n for w, n in (named("digits", 0) | named("stems", 0)).items() if n},
        teens=named("teens", 10),
        tens=named("tens", 20, 10),
        hundreds=tuple(data.get("hundreds", "").split()),
        thousands=tuple(data.get("thousands", "").split()),
        joints=tuple(data.get("compounds", "").split()),
        joined=data.get("joined", False),
    )


def _signs(words: Words | set[str]) -> re.Pattern[str]:
    """Of a text without spaces: letters of others together, words that are known, other signs."""
    known = "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True) if len(w) > 1)
    return re.compile(rf"[a-z]+|{known}|." if known else r"[a-z]+|.")


def _phrases(text: str, edge: str) -> re.Pattern[str]:
    phrases = [re.escape(line.strip()).replace(r"\ ", r"\s+") for line in text.splitlines()]
    return re.compile(rf"{edge}(?:{'|'.join(filter(None, phrases))}){edge}", re.IGNORECASE)
