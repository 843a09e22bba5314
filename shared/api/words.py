"""Which words a field may hold, for whoever sent another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import inspect


def words_at(kind: Any, at: str) -> tuple[str, ...]:
    """Those of the enumeration at a place such as `types[0]` in a struct, in their order."""
    found: list[inspect.Type] = [inspect.type_info(kind)]
    for step in re.findall(r"\w+|\[", at.replace("[...]", "[").replace("]", "")):
        if not step.isdecimal():
            found = [below for each in found for below in _below(each, step)]
    words = (word for each in found for bare in _plain(each) for word in _words(bare))
    return tuple(str(word) for word in words)


def _below(kind: inspect.Type, step: str) -> Iterator[inspect.Type]:
    for bare in _plain(kind):
        if isinstance(bare, inspect.StructType):
            yield from (f.type for f in bare.fields if f.encode_name == step)
        elif step == "[" and isinstance(bare, inspect.VarTupleType | inspect.ListType):
            yield bare.item_type


def _plain(kind: inspect.Type) -> Iterator[inspect.Type]:
    """Without what is told about it, and each of several kinds for itself."""
    if isinstance(kind, inspect.Metadata):
        yield from _plain(kind.type)
    elif isinstance(kind, inspect.UnionType):
        for part in kind.types:
            yield from _plain(part)
    else:
        yield kind


def _words(kind: inspect.Type) -> tuple[Any, ...]:
    return kind.values if isinstance(kind, inspect.LiteralType) else ()
