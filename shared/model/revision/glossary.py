"""A glossary that grows from corrections: what was heard wrongly, and what was meant.

Of each profile one: what was corrected often is what the provider should be told beforehand, as key
terms. It holds words of people, so it lies in a blob beside the revisions, and in no table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import msgspec
from msgspec.structs import replace

from shared.model.revision.revision import Change, TextChange
from shared.model.transcript.alignment import align, key

SCHEMA = "glossary/1"
MOST_TERMS = 1_000
"""As many as a profile may name (`key_terms`); the rarest of the oldest go first."""
MOST_WORDS = 4
MOST_HEARD = 10
_EDGES = re.compile(r"^[^\w]+|[^\w]+$")


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """What people put in the place of what was `heard`, the latest first, and how often."""

    meant: str
    heard: tuple[str, ...]
    times: int
    last_at: datetime


class Glossary(msgspec.Struct, frozen=True, kw_only=True):
    """The most frequent first."""

    schema: str = SCHEMA
    terms: tuple[Term, ...] = ()


def learnt(changes: Iterable[Change], machine: Mapping[int, str]) -> Iterator[tuple[str, str]]:
    """What was heard, and what was meant: a few words in the place of a few others. What was left
    out or put in is no mishearing, nor is a whole sentence said anew, or what `machine` has for an
    utterance by its id: so somebody goes back."""
    for change in changes:
        if not isinstance(change, TextChange) or machine.get(change.utterance) == change.now:
            continue
        was, now = change.was.split(), change.now.split()
        for block in align([key(word) for word in was], [key(word) for word in now]):
            heard, meant = was[block.first : block.last], now[block.start : block.end]
            if block.is_same or not heard or not meant:
                continue
            if max(len(heard), len(meant)) <= MOST_WORDS:
                pair = _EDGES.sub("", " ".join(heard)), _EDGES.sub("", " ".join(meant))
                if all(pair):
                    yield pair


def with_learnt(glossary: Glossary, pairs: Iterable[tuple[str, str]], now: datetime) -> Glossary:
    """The same word in capitals is the same term, written as it was last."""
    terms = {one.meant.casefold(): one for one in glossary.terms}
    for heard, meant in pairs:
        there = terms.get(meant.casefold())
        before = there.heard if there else ()
        others = (one for one in before if one.casefold() != heard.casefold())
        terms[meant.casefold()] = Term(
            meant=meant,
            heard=(heard, *others)[:MOST_HEARD],
            times=there.times + 1 if there else 1,
            last_at=now,
        )
    ordered = sorted(terms.values(), key=lambda one: (one.times, one.last_at), reverse=True)
    return replace(glossary, terms=tuple(ordered[:MOST_TERMS]))


def without(glossary: Glossary, meant: str) -> Glossary:
    """No error where it is not there."""
    left = (one for one in glossary.terms if one.meant.casefold() != meant.casefold())
    return replace(glossary, terms=tuple(left))
