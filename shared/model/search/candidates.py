"""Which entries of a piece may hold what is looked for, as far as its words tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from shared.model.search.piece import of_batch, of_metadata, of_profile, of_speaker
from shared.model.search.query import Filters, Query
from shared.model.search.words import folded


class Lookup(NamedTuple):
    """What is to be looked up: one word, or all that begin so."""

    term: str
    is_prefix: bool = False


def lookups(query: Query, filters: Filters) -> tuple[Lookup, ...]:
    """Every entry that is looked for holds one word of each of these."""
    found = dict.fromkeys(_wanted(query))
    found.update(dict.fromkeys(_filtered(filters)))
    return tuple(found)


def unwanted(query: Query, filters: Filters) -> tuple[Lookup, ...]:
    """No entry that is looked for holds one of these. Where somebody in particular is not to have
    said it, others may have."""
    if filters.speaker:
        return ()
    return tuple(
        Lookup(one.words[0], one.is_prefix) for one in query.unwanted if len(one.words) == 1
    )


def candidates(
    query: Query, filters: Filters, count: int, look: Callable[[Lookup], int | None]
) -> int:
    """A number whose bit n is set where entry n may be looked for. `look` tells which entries hold
    a word; None: there are too many words that begin so."""
    left = (1 << count) - 1
    for lookup in lookups(query, filters):
        there = look(lookup)
        left &= left if there is None else there
        if not left:
            return 0
    for lookup in unwanted(query, filters):
        left &= ~(look(lookup) or 0)
    return left


def numbers(bits: int) -> Iterator[int]:
    """Of the bits that are set, the lowest first."""
    for place, byte in enumerate(bits.to_bytes((bits.bit_length() + 7) // 8, "little")):
        if byte:
            yield from (8 * place + bit for bit in range(8) if byte >> bit & 1)


def _wanted(query: Query) -> Iterator[Lookup]:
    for one in query.wanted:
        yield from (Lookup(term) for term in sorted(one.needed))
        if one.is_prefix:
            yield Lookup(one.words[-1], is_prefix=True)


def _filtered(filters: Filters) -> Iterator[Lookup]:
    if folded(filters.speaker.strip()):
        yield Lookup(of_speaker(filters.speaker))
    if filters.profile:
        yield Lookup(of_profile(filters.profile))
    if filters.batch_id:
        yield Lookup(of_batch(filters.batch_id))
    for key, value in filters.metadata:
        if folded(value.strip()):  # what a recording does not say is as good as nothing
            yield Lookup(of_metadata(key, value))
