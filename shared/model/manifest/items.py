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


def pieces(
    document: bytes,
    start: int = 0,
    end: int | None = None,
    *,
    most: int,
    known: memoryview | None = None,
) -> Iterator[Piece]:
    """What an object or a list holds; the brackets are the first and last signs of that stretch.
    Linear in what is read. A piece of more than `most` bytes is the last one, and not whole; but
    `known`, a list that was found already, is passed over, however long it is."""
    end = len(document) if end is None else end
    depth = keys = 0
    at, begins, key, last = start, -1, b"", b""
    while token := _TOKEN.search(document, at, end):
        sign, at = token[0], token.end()
        if depth == 1 and sign in (b",", *_CLOSE):
            if begins >= 0 and document[begins : token.start()].strip():
                yield Piece(key, begins, token.start(), keys)
            begins, key, keys = token.end(), b"", 0
        elif begins >= 0 and at - begins > most:
            yield Piece(key, begins, at, keys)
            return
        if depth == 1 and sign == b"[" and known and _is_at(document, token.start(), known):
            at = begins = token.start() + len(known)
            yield Piece(key, token.start(), at, 0)
        elif sign in _OPEN:
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


def _is_at(document: bytes, start: int, known: memoryview) -> bool:
    return memoryview(document)[start : start + len(known)] == known


def names_in(value: object) -> int:
    """How many names the objects in a decoded value have. Fewer than were written: one was written
    twice."""
    if isinstance(value, dict):
        return len(value) + sum(map(names_in, value.values()))
    return sum(map(names_in, value)) if isinstance(value, list) else 0
