"""IBANs as they are read out: a country, two digits, and so many more digits and letters as
accounts of that country have, with whatever is said in between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from shared.model.redaction.symbols import Symbol

LENGTHS: Mapping[str, int] = {
    code: int(length)
    for code, length in (
        pair.split(":")
        for pair in """
        ad:24 at:20 be:16 bg:22 ch:21 cy:28 cz:24 de:22 dk:18 ee:20 es:24 fi:18 fr:27 gb:22 gr:27
        hr:21 hu:28 ie:22 is:26 it:27 li:21 lt:20 lu:20 lv:21 mc:27 mt:31 nl:18 no:15 pl:28 pt:25
        ro:24 se:24 si:19 sk:24 sm:27
        """.split()
    )
}
"""Characters of an IBAN, by country: the registry of SWIFT (ISO 13616)."""
_LEAST = 15
_MOST_BETWEEN = 8
"""So many words may be said between two parts, by the same voice."""
_LONGEST_BANK = 4


def accounts(symbols: Sequence[Symbol], capitals: Sequence[bool]) -> Iterator[tuple[int, int, str]]:
    """First and last symbol, exclusive, and the account, in a stream of which `capitals` tells what
    is written in capitals."""
    at = 0
    while at < len(symbols):
        code, behind = _country(symbols, capitals, at)
        found = _rest(symbols, capitals, behind, code) if code else None
        if found is None:
            at += 1
            continue
        last, value = found
        yield at, last, value
        at = last


def _country(symbols: Sequence[Symbol], capitals: Sequence[bool], at: int) -> tuple[str, int]:
    """The code of the country that begins there, and where it ends; "": none does."""
    one, behind = symbols[at].word, at + 1
    is_letter = symbols[at].kind == "letter"
    if is_letter and behind < len(symbols) and symbols[behind].kind == "letter":
        one, behind = one + symbols[behind].word, behind + 1
    elif is_letter or not capitals[at]:
        return "", at
    return (one, behind) if one in LENGTHS else ("", at)


def _rest(
    symbols: Sequence[Symbol], capitals: Sequence[bool], at: int, code: str
) -> tuple[int, str] | None:
    """Behind its last part, and the whole; None: what follows is no account."""
    value, last, between = code, at, 0
    if at >= len(symbols) or not symbols[at].digits:
        return None
    while at < len(symbols) and len(value) < LENGTHS[code] and between <= _MOST_BETWEEN:
        symbol = symbols[at]
        is_bank = capitals[at] and symbol.kind in ("word", "letter")
        if symbol.digits or (is_bank and len(symbol.word) <= _LONGEST_BANK):
            value += symbol.digits or symbol.word
            last, between = at + 1, 0
        elif symbol.kind == "letter":
            value, between = value + symbol.word, between + 1
        else:
            between += 1
        at += 1
    return (last, value) if len(value) >= _LEAST else None
