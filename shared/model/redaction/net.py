"""What has a form, and is found by it: a net under every other finder.

It reads each form of what a channel says as one stream, so that a number may begin in one
utterance and end in the next. Where it cannot tell it hides: a number that is too long for a card,
or fails its checksum because a date ran into it, is still nothing to be shown. Names have no form:
they are for finders that know a language.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from shared.model.redaction.accounts import accounts
from shared.model.redaction.mail import spoken_mails
from shared.model.redaction.numbers import Numbers, numbers
from shared.model.redaction.repeats import Known, plain
from shared.model.redaction.symbols import Symbol, symbols

_MOST_FILLERS = 3
_MOST_BETWEEN = 10
_MOST_PARTS = 4
_LONG = 5
"""Digits of a number of which somebody may take some back."""
_CUE_CHARACTERS = 160
"""So much of what was said before a number may say what it is."""
_NEAR = 16
"""So many passages before one hold all forms of the three utterances before it."""
_WRITTEN: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("email_address", re.compile(r"[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")),
    (
        "url",
        re.compile(
            r"\b(?:https?://|www\.)[^\s<>\"]{2,500}"
            r"|\b(?:[a-z0-9-]{1,63}\.){1,4}(?:com|org|net|de|fr|es|it|nl|pt|io|co|uk|gov|edu)\b"
            r"(?:/[^\s<>\"]{0,400})?",
            re.IGNORECASE,
        ),
    ),
    (
        "ip_address",
        re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b(?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{1,4}\b"),
    ),
    ("banking_information", re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{2,4}){3,8}\b")),
)
_DATED = ("date_of_birth", "credit_card_expiration")
_SHORT = ("credit_card_cvv", "credit_card_expiration", "password")


class Passage(NamedTuple):
    """One form of one utterance. `stream` is shared by what follows each other: the same channel in
    the same form. `order` is its place in the conversation."""

    text: str
    stream: tuple[int, str]
    order: int
    language: str | None


class Part(NamedTuple):
    passage: int
    start: int
    end: int


class Hit(NamedTuple):
    """`value` is what was said, by digits or letters alone; the same in every form."""

    kind: str
    value: str
    parts: tuple[Part, ...]


class _Placed(NamedTuple):
    symbol: Symbol
    passage: int


def find(passages: Sequence[Passage], wanted: Iterable[str]) -> list[Hit]:
    """Everything of the kinds `wanted`, in every passage. They come in the order of the
    conversation, up to four forms of an utterance together."""
    kinds = frozenset(wanted)
    read = [symbols(passage.text, numbers(passage.language)) for passage in passages]
    hits = list(_written(passages, kinds))
    for stream in _streams(passages):
        placed = [_Placed(symbol, at) for at in stream for symbol in read[at]]
        words = numbers(passages[stream[0]].language)
        if "email_address" in kinds:
            for first, last, value in spoken_mails([p.symbol for p in placed], words):
                hits.append(Hit("email_address", value, _parts(placed[first:last])))
        hits += _numbers(placed, passages, words, kinds)
        if "banking_information" in kinds:
            for first, last, value in accounts(
                [p.symbol for p in placed], _capitals(placed, passages)
            ):
                hits.append(Hit("banking_information", value, _parts(placed[first:last])))
    return [*hits, *_repeated(passages, read, hits)]


def _streams(passages: Sequence[Passage]) -> list[list[int]]:
    found: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    for at, passage in enumerate(passages):
        found[passage.stream].append(at)
    return list(found.values())


def _written(passages: Sequence[Passage], kinds: frozenset[str]) -> Iterator[Hit]:
    for at, passage in enumerate(passages):
        for kind, pattern in _WRITTEN:
            if kind in kinds:
                for found in pattern.finditer(passage.text):
                    place = Part(at, found.start(), found.end())
                    yield Hit(kind, plain(found[0])[0], (place,))


# --- numbers ---------------------------------------------------------------------------------


def _numbers(
    placed: Sequence[_Placed], passages: Sequence[Passage], words: Numbers, kinds: frozenset[str]
) -> Iterator[Hit]:
    glue = _Glue(words.fillers, words.corrections, words.pluses)
    for run in _whole_cards(placed, list(_runs(placed, glue))):
        digits = _digits(run)
        kind = _kind_of(digits, run, passages, kinds)
        if kind is not None:
            yield Hit(kind, digits, _parts(run))
    for kind in _DATED:
        if kind in kinds:
            yield from _dates(kind, placed, passages, words)
    if "password" in kinds:
        yield from _passwords(placed, passages, words)


class _Glue(NamedTuple):
    """What may stand between two parts of a number, and what leads to its first; words of `also`
    are parts, too."""

    fillers: frozenset[str]
    corrections: frozenset[str] = frozenset()
    leads: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()

    def holds(self, run: Sequence[_Placed], between: Sequence[_Placed]) -> bool:
        """Whether what comes behind belongs to the run: nothing but fillers, of which town an area
        code is, or that somebody misspoke."""
        words = {one.symbol.word for one in between}
        if len(between) <= _MOST_FILLERS and words <= self.fillers | {"+"}:
            return True
        digits = _digits(run)
        if not self.corrections or len(digits) < 3:
            return False
        is_area_code = digits.startswith("0") and len(digits) <= 5 and len(between) <= 5
        return is_area_code or (len(digits) >= _LONG and bool(words & self.corrections))


def _runs(placed: Sequence[_Placed], glue: _Glue) -> Iterator[list[_Placed]]:
    """Numbers, one after the other, with what may stand in between. An amount ends them."""
    run: list[_Placed] = []
    between: list[_Placed] = []
    for before, one in zip([None, *placed], placed, strict=False):
        symbol = one.symbol
        if symbol.digits or symbol.word in glue.also:
            if run and not glue.holds(run, between):
                yield run
                run = []
            if run:
                run += between
            elif before is not None and before.symbol.word in glue.leads:
                run = [before]
            run.append(one)
            between = []
        elif run:
            between.append(one)
            if symbol.kind in ("amount", "mask") or len(between) > _MOST_BETWEEN:
                yield run
                run, between = [], []
    if run:
        yield run


def _whole_cards(
    placed: Sequence[_Placed], runs: Sequence[list[_Placed]]
) -> Iterator[list[_Placed]]:
    """Whatever was said between the parts of a card's number: its checksum tells that they belong
    together. What others said meanwhile is no part."""
    places = {id(one): at for at, one in enumerate(placed)}
    at = 0
    while at < len(runs):
        run, length = runs[at], 1
        for more in range(2, _MOST_PARTS + 1):
            parts = runs[at : at + more]
            if len(parts) < more or not _are_near(places, parts[-2][-1], parts[-1][0]):
                break
            together = [one for part in parts for one in part]
            if is_card(_digits(together)) and not any(map(_may_be_whole, parts)):
                run, length = together, more
                break
        yield run
        at += length


def _digits(run: Sequence[_Placed]) -> str:
    return "".join(one.symbol.digits for one in run)


def _may_be_whole(run: Sequence[_Placed]) -> bool:
    """Whether it may be a number of its own, a card or a telephone."""
    digits = _digits(run)
    return is_card(digits) or (digits.startswith("0") and len(digits) >= 9)


def _are_near(places: Mapping[int, int], one: _Placed, other: _Placed) -> bool:
    return places[id(other)] - places[id(one)] - 1 <= _MOST_BETWEEN


def is_card(digits: str) -> bool:
    """Whether it has the length, the beginning and the checksum of one (ISO/IEC 7812)."""
    doubled = (int(one) * (1 + at % 2) for at, one in enumerate(reversed(digits)))
    is_long = 13 <= len(digits) <= 19 and digits[0] in "23456"
    return is_long and sum(n - 9 * (n > 9) for n in doubled) % 10 == 0


def _kind_of(
    digits: str, run: Sequence[_Placed], passages: Sequence[Passage], kinds: frozenset[str]
) -> str | None:
    """The first of the kinds that it can be; None for what nobody asked to hide, and for a date."""
    size = len(digits)
    if len(run) == 1 and run[0].symbol.kind == "date":
        return None

    def may_be(kind: str, sizes: range, *, told: bool) -> bool:
        is_asked = kind in kinds and size in sizes
        return is_asked and (not told or _is_told(run, passages, kind))

    tried = (
        *((kind, range(3, 9), True) for kind in _SHORT),
        ("credit_card_number", range(12, 1_000), False),
        ("us_social_security_number", range(4, 12), True),
        ("account_number", range(4, 40), True),
        ("phone_number", range(7, 1_000), False),
        ("us_social_security_number", range(9, 10), False),
        ("account_number", range(8, 1_000), False),
        ("banking_information", range(15, 1_000), False),
        ("number_sequence", range(4, 1_000), False),
    )
    return next((kind for kind, sizes, told in tried if may_be(kind, sizes, told=told)), None)


def _dates(
    kind: str, placed: Sequence[_Placed], passages: Sequence[Passage], words: Numbers
) -> Iterator[Hit]:
    for run in _by_passage(_runs(placed, _Glue(words.fillers, also=words.months))):
        if (len(run) > 1 or run[0].symbol.kind == "date") and _is_told(run, passages, kind):
            value = "".join(one.symbol.digits or one.symbol.word for one in run)
            yield Hit(kind, value, _parts(run))


def _by_passage(runs: Iterable[list[_Placed]]) -> Iterator[list[_Placed]]:
    """A number that was asked for begins with the answer, whatever was said before."""
    for run in runs:
        for _, part in groupby(run, key=lambda one: one.passage):
            yield list(part)


def _passwords(
    placed: Sequence[_Placed], passages: Sequence[Passage], words: Numbers
) -> Iterator[Hit]:
    """The word behind "the password is"."""
    for before, one in pairwise(placed):
        if (
            before.symbol.word in words.copulas
            and one.symbol.kind in ("word", "letter")
            and one.symbol.word not in words.openers | words.harmless
            and not one.symbol.digits
            and _ends_with_cue(passages[before.passage], before.symbol.start)
        ):
            yield Hit("password", one.symbol.word, _parts([one]))


def _ends_with_cue(passage: Passage, at: int) -> bool:
    cue = numbers(passage.language).cues.get("password")
    said = passage.text[:at].rstrip(" :,")
    return cue is not None and any(found.end() == len(said) for found in cue.finditer(said))


def _is_told(run: Sequence[_Placed], passages: Sequence[Passage], kind: str) -> bool:
    """Whether what was said just before, by whoever it was, says that such a number comes."""
    at = run[0].passage
    here = passages[at]
    cue = numbers(here.language).cues.get(kind)
    if cue is None:
        return False
    near = passages[max(0, at - _NEAR) : at]
    said = [
        p.text
        for p in near
        if here.order - 3 <= p.order < here.order and p.stream[1] == here.stream[1]
    ]
    before = " ".join([*said, here.text[: run[0].symbol.start]])[-_CUE_CHARACTERS:]
    return cue.search(before) is not None


def _capitals(placed: Sequence[_Placed], passages: Sequence[Passage]) -> list[bool]:
    """Which words are written in capitals."""
    return [passages[p.passage].text[p.symbol.start : p.symbol.end].isupper() for p in placed]


# --- what was found once is found everywhere --------------------------------------------------


def _repeated(
    passages: Sequence[Passage], read: Sequence[Sequence[Symbol]], hits: Sequence[Hit]
) -> Iterator[Hit]:
    """Values said again, or in parts, by anybody, in any form."""
    known = Known({hit.value: hit.kind for hit in hits})
    covered = {part for hit in hits for part in hit.parts}
    for at, passage in enumerate(passages):
        placed = [_Placed(symbol, at) for symbol in read[at]]
        for run in _runs(placed, _Glue(numbers(passage.language).fillers)):
            parts = _parts(run)
            value = known.of_digits(_digits(run))
            if value is not None and parts[0] not in covered:
                yield Hit(known.kinds[value], value, parts)
        if known.has_letters:
            text, places = plain(passage.text)
            for start, end, value in known.within(text):
                part = Part(at, places[start], places[end - 1] + 1)
                yield Hit(known.kinds[value], value, (part,))


def _parts(run: Iterable[_Placed]) -> tuple[Part, ...]:
    """The stretches of text that a run covers, one for each passage."""
    edges: dict[int, tuple[int, int]] = {}
    for one in run:
        start, _ = edges.get(one.passage, (one.symbol.start, 0))
        edges[one.passage] = (min(start, one.symbol.start), one.symbol.end)
    return tuple(Part(passage, *edge) for passage, edge in edges.items())
