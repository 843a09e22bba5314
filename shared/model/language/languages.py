"""The languages: one file of data each, `data/<code>.toml`, read when it is first needed.

A file has three tables. `captions` are the limits of a published guide, with its source; without
one the general values hold. `sentences` tells which full stops end none: `titles` never do,
`abbreviations` only before a word that can but begin a sentence, those of `closing` wherever a
capital follows, those of `before_numbers`, and words with one of the `endings`
("Bahnhofstr."), not before a digit, and where there are `ordinals`, a
number with a full stop does not before a small letter, a noun (where `nouns_capitalised`) or one
of the `months`. `words` are those after or before which a line may not, or may well, end:
`joins` (conjunctions, relative words) and `relates` (prepositions) begin a line well and end none,
`follows` (postpositions) begin none, `others` (articles, auxiliaries, pronouns that are subjects,
possessives) end none, `either` are pronouns that are subject or object by what follows, `leans`
(degree words, quantifiers, frequent adverbs) had better stay with the next word.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

Words = frozenset[str]

GENERAL_LINE_CHARS = 42
GENERAL_CHARS_PER_SECOND = 17
GENERAL_SOURCE = (
    "general: Netflix, Timed Text Style Guide, General Requirements (42 characters a line); 17 "
    "characters a second, as in most of its guides for a language"
)
_CODES = {"iw": "he", "no": "nb", "nn": "nb", "yue": "zh", "wuu": "zh", "cmn": "zh", "fil": "tl"}
_OF_SENTENCES = ("titles", "abbreviations", "closing", "before_numbers", "months")
_OF_WORDS = ("joins", "relates", "follows", "others", "either", "leans")


class Limits(NamedTuple):
    """What a line and a second may hold. `full_width` tells that characters are full-width ones;
    `dashes` begin the lines of two speakers who share a cue."""

    line_chars: int
    chars_per_second: float
    full_width: bool
    dashes: tuple[str, str]
    source: str


class Language(NamedTuple):
    """`code` is the primary subtag. All words are in small letters, abbreviations without their
    last full stop. `starters` are small words: with a capital, they begin a sentence."""

    code: str
    name: str
    limits: Limits
    ends: str
    titles: Words
    abbreviations: Words
    closing: Words
    before_numbers: Words
    endings: tuple[str, ...]
    has_ordinals: bool
    months: Words
    nouns_capitalised: bool
    joins: Words
    relates: Words
    follows: Words
    others: Words
    either: Words
    leans: Words
    starters: Words


def language(tag: str | None) -> Language:
    """What is known of the language of a BCP-47 tag; an unknown one has no words and the general
    limits. Without a tag the words are English ones, the limits general."""
    if not tag:
        return _read("en")._replace(code="", name="", limits=_limits({}))
    return _by_code(tag.partition("-")[0].partition("_")[0].lower())


def known() -> tuple[Language, ...]:
    """All languages that have a file, by code."""
    folder = files(__package__) / "data"
    names = sorted(file.name.removesuffix(".toml") for file in folder.iterdir())
    return tuple(map(_read, names))


@cache
def _by_code(code: str) -> Language:
    code = _CODES.get(code, code)
    try:
        return _read(code)
    except FileNotFoundError:
        return _language(code, {"name": code})


@cache
def _read(code: str) -> Language:
    if not code.isalpha():
        raise FileNotFoundError(code)
    text = (files(__package__) / "data" / f"{code}.toml").read_text(encoding="utf-8")
    return _language(code, tomllib.loads(text))


def _language(code: str, data: dict[str, Any]) -> Language:
    sentences, words = data.get("sentences", {}), data.get("words", {})
    starters = (_words(words, name) for name in ("joins", "relates", "others", "either"))
    return Language(
        code=code,
        name=data["name"],
        limits=_limits(data.get("captions", {})),
        ends=sentences.get("ends", ""),
        endings=tuple(sentences.get("endings", "").split()),
        has_ordinals=sentences.get("ordinals", False),
        nouns_capitalised=words.get("nouns_capitalised", False),
        **{name: _words(sentences, name) for name in _OF_SENTENCES},
        **{name: _words(words, name) for name in _OF_WORDS},
        starters=frozenset().union(*starters),
    )


def _limits(data: dict[str, Any]) -> Limits:
    first, second = data.get("dashes", ("-", "-"))
    return Limits(
        line_chars=data.get("line_chars", GENERAL_LINE_CHARS),
        chars_per_second=data.get("chars_per_second", GENERAL_CHARS_PER_SECOND),
        full_width=data.get("full_width", False),
        dashes=(first, second),
        source=data.get("source", GENERAL_SOURCE),
    )


def _words(table: dict[str, Any], name: str) -> Words:
    return frozenset(table.get(name, "").split())
