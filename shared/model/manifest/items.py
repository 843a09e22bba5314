"""The items of a JSON document, one at a time: a document of a few megabytes may hold millions of
values, which as Python objects take thirty times as much.

The document was found well-formed before. Strings and brackets are looked for, nothing is decoded
that is longer than an item may be, and nobody reads on once there is enough to refuse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

# Possessive, so that a text of a million backslashes takes no memory.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}:,]', re.DOTALL)
_OPEN, _CLOSE = (b"[", b"{"), (b"]", b"}")


class Piece(NamedTuple):
    """A value as it stands in the document. `keys` are the names in it, at any depth, repetitions
    among them; `key` is its own, still quoted, b"" in a list."""

    key: bytes
    start: int
    end: int
    keys: int


def pieces(document: bytes, start: int = 0, end: int | None = None) -> Iterator[Piece]:
    """What an object or a list holds; the brackets are the first and last signs of that stretch.
    Linear in what is read."""
    depth = keys = 0
    begins, key, last = -1, b"", b""
    for token in _TOKEN.finditer(document, start, len(document) if end is None else end):
        sign = token[0]
        if depth == 1 and sign in (b",", *_CLOSE):
            if begins >= 0 and document[begins : token.start()].strip():
                yield Piece(key, begins, token.start(), keys)
            begins, key, keys = token.end(), b"", 0
        if sign in _OPEN:
            depth += 1
            if depth == 1:
                begins = token.end()
        elif sign in _CLOSE:
            depth -= 1
        elif sign == b":" and depth == 1 and not key:
            key, begins = last, token.end()
        elif sign == b":":
            keys += 1
        last = sign
        if not depth:
            return


def names_in(value: object) -> int:
    """How many names the objects in a decoded value have. Fewer than were written: one was written
    twice."""
    if isinstance(value, dict):
        return len(value) + sum(map(names_in, value.values()))
    return sum(map(names_in, value)) if isinstance(value, list) else 0
