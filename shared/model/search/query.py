"""What somebody looks for: words, "a phrase", -without, begin*."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from shared.errors import SearchRefused
from shared.model.search.words import folded, needed, tokens

MOST_WANTED = 20
MOST_WORDS = 20
LONGEST = 500
LEAST_PREFIX = 2
"""Letters before the star. One letter is nearly every recording."""
_QUOTES = str.maketrans(dict.fromkeys("“”„«»「」『』", '"'))
_PART = re.compile(r'(?P<minus>[-−–])?"(?P<phrase>[^"]*)(?:"|$)|(?P<word>[^\s"]+)')


class Wanted(NamedTuple):
    """Words that follow one another. `needed` are the terms that hold everything in which they do.
    Of a prefix the last word is only begun."""

    words: tuple[str, ...]
    needed: frozenset[str]
    is_prefix: bool = False


class Query(NamedTuple):
    """All that is `wanted` has to be said in a recording, nothing that is `unwanted` may be."""

    wanted: tuple[Wanted, ...]
    unwanted: tuple[Wanted, ...] = ()


class Filters(NamedTuple):
    """What else has to be so. `speaker` is by whom the words are said: the role or the label.
    `metadata` are keys with their values. `in_doubt`: where the recording is to be heard again.
    Times are those at which recordings came in, the first included, the last not."""

    speaker: str = ""
    profile: str = ""
    batch_id: str = ""
    metadata: tuple[tuple[str, str], ...] = ()
    from_at: datetime | None = None
    to_at: datetime | None = None
    in_doubt: bool = False


def read_query(text: str) -> Query:
    """Raises `SearchRefused`."""
    if len(text) > LONGEST:
        raise SearchRefused("q", f"can have {LONGEST} characters at most")
    wanted: list[Wanted] = []
    unwanted: list[Wanted] = []
    for is_minus, part in _parts(text.translate(_QUOTES)):
        (unwanted if is_minus else wanted).append(part)
    if not wanted:
        raise SearchRefused("q", "needs a word that is to be found")
    if len(wanted) + len(unwanted) > MOST_WANTED:
        raise SearchRefused("q", f"can have {MOST_WANTED} words and phrases at most")
    return Query(tuple(dict.fromkeys(wanted)), tuple(dict.fromkeys(unwanted)))


def _parts(text: str) -> Iterator[tuple[bool, Wanted]]:
    for match in _PART.finditer(text):
        word = match["word"]
        if word is None:
            is_minus, said, is_prefix = match["minus"] is not None, match["phrase"], False
        else:
            is_minus = len(word) > 1 and word[0] in "-−–"
            said, is_prefix = word[is_minus:], word.endswith("*")
        part = _wanted(said, is_prefix=is_prefix)
        if part is not None:
            yield is_minus, part


def _wanted(said: str, *, is_prefix: bool) -> Wanted | None:
    """None: there is no word in it."""
    found = tokens(said)
    if not found:
        return None
    if len(found) > MOST_WORDS:
        raise SearchRefused("q", f"can have phrases of {MOST_WORDS} words at most")
    words = tuple(token.term for token in found)
    if is_prefix and len(words[-1]) < LEAST_PREFIX and words[-1].isascii():
        raise SearchRefused("q", f"needs {LEAST_PREFIX} letters or more before a star")
    whole = found[:-1] if is_prefix else found
    return Wanted(words, frozenset(needed(whole)), is_prefix)


def is_same(one: str, other: str) -> bool:
    """Without case and accents."""
    return folded(one.strip()) == folded(other.strip())
