"""What is found in a text: patterns, names from a list, and words that tell what comes next.

A stand-in that knows English cues. Of other languages it finds what has a form, and names that it
knows by heart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from local.emulators.azure_language.lexicon import CITIES, FIRST, LAST
from local.emulators.azure_language.names import NAMED


class Entity(NamedTuple):
    """Places are code points."""

    category: str
    start: int
    end: int
    confidence: float


_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    "sep(?:tember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_STREET = "street|road|avenue|lane|drive|boulevard|court|square|terrace|way|close|crescent"
_PATTERNS: tuple[tuple[str, float, str], ...] = (
    ("Email", 0.99, r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"),
    ("URL", 0.9, r"\b(?:https?://|www\.)\S+"),
    ("IPAddress", 0.9, r"\b\d{1,3}(?:\.\d{1,3}){3}\b"),
    ("InternationalBankingAccountNumber", 0.9, r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}\b"),
    ("USSocialSecurityNumber", 0.85, r"\b\d{3}-\d{2}-\d{4}\b"),
    ("PhoneNumber", 0.8, r"(?<![\w-])\+?\(?\d{2,4}\)?(?:[ .-]?\d{2,4}){2,4}(?![\w-])"),
    ("Date", 0.8, rf"\b{_MONTH}\.? (?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?\b"),
    ("Date", 0.8, rf"\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}(?: \d{{4}})?\b"),
    ("Date", 0.8, r"\b\d{1,4}[/-]\d{1,2}[/-]\d{2,4}\b"),
    ("Age", 0.8, r"\b\d{1,3}(?= years? old\b)"),
    ("Address", 0.85, rf"\b\d{{1,5}} (?:[A-Z][\w'-]+ ){{1,3}}(?i:{_STREET})\b"),
    ("Organization", 0.7, r"\b[A-Z][\w&-]+(?: [A-Z][\w&-]+)* (?:Inc|Ltd|LLC|Bank|Corp|GmbH)\b"),
)
_CUED: tuple[tuple[str, str, str], ...] = (
    ("CVV", r"security code|cvv|back of (?:the|your) card", r"\b\d{3,4}\b"),
    ("PIN", r"\bpin\b", r"\b\d{4,8}\b"),
    ("Password", r"\bpassword (?:is|was)", r"\b[\w!$#-]{4,}"),
    ("DateOfBirth", r"\bborn|date of birth|birthday", r"\b(?:\d|" + _MONTH + r")[\w ,/-]{4,24}\d"),
    ("ExpirationDate", r"\bexpir\w+|valid until", r"\b\d{1,2} ?/ ?\d{2,4}\b"),
    ("BankAccountNumber", r"\baccount(?: number)?", r"\b\d{6,12}\b"),
)
_CASED = frozenset({"InternationalBankingAccountNumber", "Address", "Organization"})
_CARD = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_INTRODUCED = re.compile(
    r"\b(?:my name is|name's|this is|i am|i'm|speaking to|speaking with|mr|mrs|ms|dr|miss)\b\.? *",
    re.IGNORECASE,
)
_NEAR, _MOST_WORDS = 60, 3


def find(text: str, categories: Sequence[str], names: frozenset[str] = frozenset()) -> list[Entity]:
    """In the order of the text; of what overlaps, the surest. `names` are first names beside those
    that are known."""
    found = [
        entity
        for entity in _all(text, FIRST | names)
        if not categories or entity.category in categories
    ]
    chosen: list[Entity] = []
    for entity in sorted(found, key=lambda one: (-one.confidence, one.start - one.end)):
        if all(entity.end <= one.start or one.end <= entity.start for one in chosen):
            chosen.append(entity)
    return sorted(chosen, key=lambda one: one.start)


def named(found: Sequence[Entity]) -> list[Entity]:
    """As they are called where it is not their being personal that counts; the rest is left out."""
    return [one._replace(category=NAMED[one.category]) for one in found if one.category in NAMED]


def _all(text: str, first: frozenset[str]) -> Iterator[Entity]:
    for category, confidence, pattern in _PATTERNS:
        flags = re.NOFLAG if category in _CASED else re.IGNORECASE
        for found in re.finditer(pattern, text, flags):
            yield Entity(category, found.start(), found.end(), confidence)
    for category, cue, pattern in _CUED:
        yield from _cued(text, category, cue, pattern)
    for found in _CARD.finditer(text):
        if _is_luhn("".join(filter(str.isdigit, found[0]))):
            yield Entity("CreditCardNumber", found.start(), found.end(), 0.98)
    yield from _names(text, first)


def _cued(text: str, category: str, cue: str, pattern: str) -> Iterator[Entity]:
    for told in re.finditer(cue, text, re.IGNORECASE):
        near = text[: told.end() + _NEAR]
        found = re.compile(pattern, re.IGNORECASE).search(near, told.end())
        if found is not None:
            yield Entity(category, found.start(), found.end(), 0.92)


def _is_luhn(digits: str) -> bool:
    doubled = [int(d) * 2 if n % 2 else int(d) for n, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _names(text: str, first: frozenset[str]) -> Iterator[Entity]:
    words = list(_WORD.finditer(text))
    introduced = {cue.end() for cue in _INTRODUCED.finditer(text)}
    at = 0
    while at < len(words):
        is_told = words[at].start() in introduced and _is_capital(words[at])
        length = _length(words, at) if is_told or _known(first)(words[at]) else 0
        if length:
            end = words[at + length - 1].end()
            yield Entity("Person", words[at].start(), end, 0.95 if length > 1 else 0.85)
        elif words[at][0].casefold() in CITIES:
            yield Entity("City", words[at].start(), words[at].end(), 0.8)
        at += max(length, 1)


def _length(words: Sequence[re.Match[str]], at: int) -> int:
    """How many words the name has that begins there."""
    length, most = 1, min(_MOST_WORDS, len(words) - at)
    while length < most and _goes_on(words[at + length - 1 : at + length + 1]):
        length += 1
    return length


def _goes_on(pair: Sequence[re.Match[str]]) -> bool:
    before, word = pair
    is_next = word.string[before.end() : word.start()] == " "
    return is_next and (_is_capital(word) or _known(LAST)(word) or _known(FIRST)(word))


def _known(names: frozenset[str]) -> Callable[[re.Match[str]], bool]:
    return lambda word: word[0].casefold().removesuffix("'s") in names


def _is_capital(word: re.Match[str]) -> bool:
    return word[0][:1].isupper() and len(word[0]) > 1 and not word[0].isupper()
