"""What is said to whoever sent a field, or a value, that there is not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import inspect

from shared.model.profile.keys import did_you_mean

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
_PLACE = re.compile(r" - at `\$([^`]*)`$")
_WRONG_KIND = re.compile(rf"Expected `((?:{_PLAIN})(?: \| null)?)`, got `({_PLAIN}|null)`")
_TOO_FAR = re.compile(r"Expected `(?:int|float)` (<=|>=) (-?[\d.]+)")
_WRONG_LENGTH = re.compile(r"Expected `(str|array)` of length (<=|>=) (\d+)")
_LIMITS = {"<=": "at most", ">=": "at least"}
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(\w+)`")
_MOMENT = "a moment with its zone, such as 2026-12-01T18:00:00Z"
_SAID = {
    "Invalid RFC3339 encoded datetime": f"Write {_MOMENT}.",
    "Expected `datetime` with a timezone component": f"Write {_MOMENT}.",
    "Invalid RFC3339 encoded date": "Write a day, such as 2026-12-01.",
    "Integer value out of range": "It is too large a number.",
    "Number out of range": "It is too large a number.",
}
_WRITTEN = "written"


def written(how: str) -> dict[str, str]:
    """The `extra` of a text's `Meta` with a pattern: what the text has to be, in words."""
    return {_WRITTEN: how}


def wrong(kind: type[msgspec.Struct], sent: Any, *, strict: bool) -> list[tuple[str, str]]:
    """All that keeps what was sent from being a struct of that kind: where, and what would be
    right. `strict` as `msgspec.convert` has it."""
    if not isinstance(sent, Mapping):
        return _first(kind, sent, strict)
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    found = [(name, unknown(name, tuple(fields))) for name in sent if name not in fields]
    for name, field in fields.items():
        if name in sent:
            found += _of_field(kind, name, field.type, sent[name], strict)
        elif field.required:
            found.append((name, "It is missing."))
    return found or _first(kind, sent, strict)


def unknown(name: str, known: tuple[str, ...]) -> str:
    """Said of a name that is not among those that there are."""
    hint = did_you_mean(name, known) or "."
    there_are = f" There are: {', '.join(known)}." if known else " There is none."
    return f"There is no field of that name{hint}{there_are}"


def _of_field(
    kind: type[msgspec.Struct], name: str, type_: Any, value: Any, strict: bool
) -> list[tuple[str, str]]:
    try:
        msgspec.convert(value, type_, strict=strict)
    except msgspec.ValidationError as error:
        return [_told(kind, error, name)]
    return []


def _first(kind: Any, sent: Any, strict: bool) -> list[tuple[str, str]]:
    try:
        msgspec.convert(sent, kind, strict=strict)
    except msgspec.ValidationError as error:
        return [_told(kind, error)]
    return []


def _told(kind: Any, error: msgspec.ValidationError, below: str = "") -> tuple[str, str]:
    """Where, and what."""
    text = str(error)
    place = _PLACE.search(text)
    at = f"{below}{place[1]}" if place else below
    said = text[: place.start()] if place else text
    if named := _UNKNOWN.fullmatch(said) or _MISSING.fullmatch(said):
        return f"{at}.{named[1]}".removeprefix("."), told(kind, at, said)
    return at.removeprefix("."), told(kind, at, said)


def told(kind: Any, at: str, said: str) -> str:
    """What msgspec says of a place in a struct, as a sentence. Of a word that is not among those
    of an enumeration it repeats the value that was sent, of nothing else: it is left out, and
    those that there are are named."""
    if "matching regex" in said:
        return f"Write {written_at(kind, at)}."
    if said.startswith("Invalid enum value"):
        return f"It can be: {', '.join(words_at(kind, at))}."
    if strange := _UNKNOWN.fullmatch(said):
        return unknown(strange[1], fields_at(kind, at))
    if _MISSING.fullmatch(said):
        return "It is missing."
    if wrong := _WRONG_KIND.fullmatch(said):
        name, _, or_null = wrong[1].partition(" | ")
        wanted = f"{_KINDS[name]}{' or null' if or_null else ''}"
        return f"It has to be {wanted}, not {_KINDS.get(wrong[2], wrong[2])}."
    if far := _TOO_FAR.fullmatch(said):
        return f"It has to be {_LIMITS[far[1]]} {far[2]}."
    if length := _WRONG_LENGTH.fullmatch(said):
        things = "character" if length[1] == "str" else "entry"
        return f"It has to have {_LIMITS[length[2]]} {_counted(int(length[3]), things)}."
    return _SAID.get(said, f"{said}.")


def _counted(count: int, thing: str) -> str:
    if count == 1:
        return f"1 {thing}"
    return f"{count} {f'{thing[:-1]}ies' if thing.endswith('y') else f'{thing}s'}"


def written_at(kind: Any, at: str) -> str:
    """What the text at such a place has to be, in words."""
    told = (extra[_WRITTEN] for extra in _extras(kind, at) if _WRITTEN in extra)
    return next(told, "it as openapi.json has the pattern")


def words_at(kind: Any, at: str) -> tuple[str, ...]:
    """Those of the enumeration at a place such as `types[0]` in a struct, in their order."""
    words = (word for bare in _at(kind, at) for word in _words(bare))
    return tuple(str(word) for word in words)


def fields_at(kind: Any, at: str) -> tuple[str, ...]:
    """Those of the struct at such a place, in their order."""
    structs = (bare for bare in _at(kind, at) if isinstance(bare, inspect.StructType))
    return tuple(dict.fromkeys(field.encode_name for bare in structs for field in bare.fields))


def _at(kind: Any, at: str) -> Iterator[inspect.Type]:
    return (bare for each in _reached(kind, at) for bare in _plain(each))


def _reached(kind: Any, at: str) -> list[inspect.Type]:
    found: list[inspect.Type] = [inspect.type_info(kind)]
    for step in re.findall(r"\w+|\[", at.replace("[...]", "[").replace("]", "")):
        if not step.isdecimal():
            found = [below for each in found for below in _below(each, step)]
    return found


def _extras(kind: Any, at: str) -> Iterator[Mapping[str, Any]]:
    return (extra for each in _reached(kind, at) for extra in _extra(each))


def _extra(kind: inspect.Type) -> Iterator[Mapping[str, Any]]:
    if isinstance(kind, inspect.Metadata):
        yield kind.extra or {}
        yield from _extra(kind.type)
    elif isinstance(kind, inspect.UnionType):
        for part in kind.types:
            yield from _extra(part)


def _below(kind: inspect.Type, step: str) -> Iterator[inspect.Type]:
    for bare in _plain(kind):
        if isinstance(bare, inspect.StructType):
            yield from (f.type for f in bare.fields if f.encode_name == step)
        elif step == "[" and isinstance(bare, inspect.VarTupleType | inspect.ListType):
            yield bare.item_type
        elif step == "[" and isinstance(bare, inspect.DictType):
            yield bare.value_type


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
