"""What the net alone finds, and misses, in calls that were written by somebody who had not seen it.
`tests/samples/personal/README.md` tells of them; with `-s` the tables are printed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import msgspec
import pytest

from shared.model.redaction.kinds import NET, PRESETS, Mask
from shared.model.redaction.net import Passage, find
from shared.model.redaction.numbers import is_spoken, numbers
from shared.model.redaction.repeats import Known
from tests.unit.test_redaction import hidden

CALLS = Path(__file__).parent.parent / "samples" / "personal" / "calls.jsonl"
SURE = {"card": 0.9, "iban": 0.9, "mail": 0.9, "phone": 0.9, "cvv": 0.9, "expiry": 0.9}
"""The least share that is found of what the net is for."""
FORMED = NET - {"number_sequence"}
"""Without that which hides any number of four digits."""
Piece = tuple[int, str]


class Value(msgspec.Struct, frozen=True):
    kind: str
    parts: tuple[Piece, ...]


class Call(msgspec.Struct, frozen=True):
    """`said` are channel and text."""

    id: str
    language: str
    said: tuple[Piece, ...]
    hidden: tuple[Value, ...]
    harmless: tuple[Piece, ...]


@cache
def calls() -> tuple[Call, ...]:
    lines = CALLS.read_text(encoding="utf-8").splitlines()
    return tuple(msgspec.json.decode(line, type=Call) for line in lines)


def covered(call: Call, kinds: Iterable[str]) -> defaultdict[int, set[int]]:
    """By utterance, the places that the net would hide."""
    passages = [
        Passage(text, (channel, "text"), order, call.language)
        for order, (channel, text) in enumerate(call.said)
    ]
    places: defaultdict[int, set[int]] = defaultdict(set)
    for hit in find(passages, kinds):
        for part in hit.parts:
            places[part.passage].update(range(part.start, part.end))
    return places


def is_hidden(call: Call, value: Value, places: defaultdict[int, set[int]]) -> bool:
    """Every letter and digit of every part; of what stands in an utterance twice, either."""
    return all(
        any(
            all(at in places[order] for at in range(first, first + len(part)) if text[at].isalnum())
            for first in _beginnings(text, part)
        )
        for order, part in value.parts
        for text in [call.said[order][1]]
    )


def _beginnings(text: str, part: str) -> list[int]:
    return [at for at in range(len(text)) if text.startswith(part, at)]


def table(kinds: Iterable[str]) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """By kind and language, how many were found, and how many there are."""
    found, there = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for call in calls():
        places = covered(call, kinds)
        for value in call.hidden:
            key = value.kind, call.language.partition("-")[0]
            there[key] += 1
            found[key] += is_hidden(call, value, places)
    return found, there


def share(of: Counter[tuple[str, str]], there: Counter[tuple[str, str]], kind: str) -> float:
    return sum(n for key, n in of.items() if key[0] == kind) / sum(
        n for key, n in there.items() if key[0] == kind
    )


@pytest.mark.parametrize("kinds", [NET, FORMED], ids=["all kinds", "without any number"])
def test_the_net_alone_finds_nine_of_ten(kinds: frozenset[str]) -> None:
    found, there = table(kinds)
    for kind in sorted({kind for kind, _ in there}):
        languages = [
            f"{language} {found[kind, language]}/{n}"
            for (each, language), n in sorted(there.items())
            if each == kind
        ]
        print(f"{kind:20} {share(found, there, kind):.3f}  {', '.join(languages)}")
    told = {kind: share(found, there, kind) for kind in SURE}
    assert all(told[kind] >= least for kind, least in SURE.items()), told


def test_in_languages_whose_numbers_it_knows_it_finds_all_but_a_few_of_each() -> None:
    found, there = table(NET)
    known = {key: n for key, n in there.items() if is_spoken(key[1]) and key[0] in SURE}
    assert {key: (found[key], n) for key, n in known.items() if found[key] < 0.9 * n} == {}


def test_what_is_harmless_mostly_stays() -> None:
    kept, there = 0, 0
    for call in calls():
        places = covered(call, FORMED)
        for order, part in call.harmless:
            first = call.said[order][1].index(part)
            there += 1
            kept += not places[order] & set(range(first, first + len(part)))
    print(f"harmless numbers that stay: {kept} of {there}")
    assert kept / there >= 0.9


@pytest.mark.long
@pytest.mark.parametrize("mask", ["hash", "kind", "pseudonym"])
def test_whatever_is_hidden_the_gate_finds_nothing_left(mask: Mask) -> None:
    """In every form and output; `hidden` looks."""
    kinds: dict[Mask, Sequence[str]] = {
        "hash": sorted(NET),
        "kind": (*PRESETS["pci"], "phone_number"),
        "pseudonym": sorted(FORMED),
    }
    first = ("hash", "kind", "pseudonym").index(mask)
    for call in calls()[first::3]:
        if is_spoken(call.language):
            hidden(*call.said, kinds=kinds[mask], mask=mask, tag=call.language)


def test_a_value_at_the_end_that_begins_like_a_longer_one_is_no_part_of_it() -> None:
    known = Known({"12345678": "phone_number", "1234567890": "account_number"})
    assert list(known.within("0012345678")) == [(2, 10, "12345678")]


@pytest.mark.parametrize(
    ("tag", "word", "value"),
    [
        ("de", "dreihundertneunundsechzig", "369"),
        ("de", "neunzehnhundertvierundvierzig", "1944"),
        ("de", "viertausendzwei", "4002"),
        ("nl", "tweeëntwintig", "22"),
        ("nl", "vierhonderdachtenzeventig", "478"),
        ("it", "trentotto", "38"),
        ("it", "duecentosessantadue", "262"),
        ("it", "millenovecentocinquantacinque", "1955"),
        ("nb", "sekstiseks", "66"),
        ("es", "veintidós", "22"),
        ("es", "setecientos", "700"),
        ("de", "hundertschaft", ""),
        ("de", "undsechzig", ""),
        ("it", "seitre", ""),
        ("en", "twentyfold", ""),
    ],
)
def test_numbers_that_are_one_word(tag: str, word: str, value: str) -> None:
    assert numbers(tag).value(word) == value


@pytest.mark.parametrize(
    ("tag", "text", "wanted"),
    [
        ("en", "It's J as in John, L as in Lima, O, at fast dot net.", "It's [EMAIL_ADDRESS]."),
        ("de", "Unter plus neunundvierzig dreißig neunhunderteins.", "Unter [PHONE_NUMBER]."),
        ("nl", "jan punt de wit apenstaart post punt nl", "[EMAIL_ADDRESS]"),
        ("zh", "是三八幺二三四零五六七。", "是[PHONE_NUMBER]。"),
        ("en", "G B eight two, W E S T, one two three four five six, then 9876 5432.", None),
        ("en", "I have two cars and no plus.", "I have two cars and no plus."),
    ],
)
def test_how_people_say_it(tag: str, text: str, wanted: str | None) -> None:
    (shown,) = (
        one.text for one in hidden((0, text), kinds=sorted(FORMED), tag=tag).transcript.utterances
    )
    assert shown == (wanted or "[BANKING_INFORMATION].")
