"""What is said to whoever sent a field, or a value, that there is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import inspect

_KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "datetime": "a moment, with its zone",
}
_PLAIN = "|".join(_KINDS)
_WRONG_KIND = re.compile(rf"Expected `((?:{_PLAIN})(?: \| null)?)`, got `({_PLAIN}|null)`")
_TOO_FAR = re.compile(r"Expected `(?:int|float)` (<=|>=) (-?[\d.]+)")
_WRONG_LENGTH = re.compile(r"Expected `(str|array)` of length (<=|>=) (\d+)")
_LIMITS = {"<=": "at most", ">=": "at least"}


def told(kind: Any, at: str, said: str) -> str:
    """What msgspec says of a place in a struct, as a sentence. Of a word that is not among those
    of an enumeration it repeats the value that was sent, of nothing else: it is left out, and
    those that there are are named."""
    if "matching regex" in said:
        return "It is not written as it has to be; openapi.json has the pattern."
    if said.startswith("Invalid enum value"):
        return f"It can be: {', '.join(words_at(kind, at))}."
    if said.startswith("Object contains unknown field"):
        return f"There is no field of that name. It may have: {', '.join(fields_at(kind, at))}."
    if missing := re.fullmatch(r"Object missing required field `(\w+)`", said):
        return f"The field {missing[1]} is missing."
    if wrong := _WRONG_KIND.fullmatch(said):
        name, _, or_null = wrong[1].partition(" | ")
        wanted = f"{_KINDS[name]}{' or null' if or_null else ''}"
        return f"It has to be {wanted}, not {_KINDS.get(wrong[2], wrong[2])}."
    if far := _TOO_FAR.fullmatch(said):
        return f"It has to be {_LIMITS[far[1]]} {far[2]}."
    if length := _WRONG_LENGTH.fullmatch(said):
        things = "characters" if length[1] == "str" else "entries"
        return f"It has to have {_LIMITS[length[2]]} {length[3]} {things}."
    return f"{said}."


def words_at(kind: Any, at: str) -> tuple[str, ...]:
    """Those of the enumeration at a place such as `types[0]` in a struct, in their order."""
    words = (word for bare in _at(kind, at) for word in _words(bare))
    return tuple(str(word) for word in words)


def fields_at(kind: Any, at: str) -> tuple[str, ...]:
    """Those of the struct at such a place, in their order."""
    structs = (bare for bare in _at(kind, at) if isinstance(bare, inspect.StructType))
    return tuple(dict.fromkeys(field.encode_name for bare in structs for field in bare.fields))


def _at(kind: Any, at: str) -> Iterator[inspect.Type]:
    found: list[inspect.Type] = [inspect.type_info(kind)]
    for step in re.findall(r"\w+|\[", at.replace("[...]", "[").replace("]", "")):
        if not step.isdecimal():
            found = [below for each in found for below in _below(each, step)]
    return (bare for each in found for bare in _plain(each))


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
