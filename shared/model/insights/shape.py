"""The form that an answer has to have: a small part of JSON Schema.

    {"type": "string", "enum": ["resolved", "open"]}
    {"type": "array", "items": {"type": "object", "properties": {"line": {"type": "integer"}}}}

Whatever is asked for may be null, which says that the transcript does not tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

Type = Literal["string", "integer", "number", "boolean", "array", "object"]
Value: TypeAlias = "str | int | float | bool | list[Value] | dict[str, Value] | None"

LONGEST_TEXT, MOST_ITEMS = 1_000, 20
"""Where a shape does not say otherwise."""
_DEEPEST, _MOST_PARTS = 4, 40
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""But line breaks. The marks of direction could show a text otherwise than it is."""

_LINK = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{0,30}://|\bwww\.|\b(?:mailto|javascript|data|tel):(?=\S)|"
    r"\b[\w-]{1,63}(?:\.[\w-]{1,63}){1,9}/)\S*",
    re.I,
)
NO_LINK = "[link]"


class Shape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """`max_length` is in characters. Of an object every property is asked for."""

    type: Type
    description: Annotated[str, msgspec.Meta(max_length=400)] = ""
    enum: Annotated[tuple[str, ...], msgspec.Meta(max_length=50)] = ()
    items: Shape | None = None
    properties: dict[str, Shape] = {}
    max_length: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = LONGEST_TEXT
    max_items: Annotated[int, msgspec.Meta(ge=1, le=100)] = MOST_ITEMS


class Unfit(ValueError):
    """An answer that has another form. The text names the place, never what stands there."""


def faults(shape: Shape) -> list[str]:
    """What is wrong with it, in words that follow the name of what it is of."""
    found = list(_faults(shape, 1))
    if _parts(shape) > _MOST_PARTS:
        found.append(f"has more than {_MOST_PARTS} parts")
    return found


def _faults(shape: Shape, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        yield f"is deeper than {_DEEPEST} levels"
        return
    if (shape.items is not None) != (shape.type == "array"):
        yield "has to have items where it is an array, and nowhere else"
    if bool(shape.properties) != (shape.type == "object"):
        yield "has to have properties where it is an object, and nowhere else"
    if shape.enum and shape.type != "string":
        yield "can have an enum where it is a string, and nowhere else"
    for name, part in shape.properties.items():
        if not _NAME.fullmatch(name):
            yield f"has a property {name[:40]!r}, expected lower-case letters, digits, _"
        yield from _faults(part, depth + 1)
    if shape.items is not None:
        yield from _faults(shape.items, depth + 1)


def _parts(shape: Shape) -> int:
    inner = [*shape.properties.values(), *([shape.items] if shape.items else [])]
    return 1 + sum(map(_parts, inner))


def fitting(shape: Shape, value: object, where: str = "") -> Value:
    """The value, as it is believed: text without control characters and addresses. Raises
    `Unfit`."""
    if value is None:
        return None
    match shape.type:
        case "string":
            return _text(shape, value, where)
        case "array":
            return _array(shape, value, where)
        case "object":
            return _object(shape, value, where)
        case "boolean":
            wanted: tuple[type, ...] = (bool,)
        case "integer":
            wanted = (int,)
        case "number":
            wanted = (int, float)
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        raise Unfit(f"{where or 'it'} is no {shape.type}")
    assert isinstance(value, int | float)
    return value


def _text(shape: Shape, value: object, where: str) -> str:
    if not isinstance(value, str):
        raise Unfit(f"{where or 'it'} is no text")
    text = _LINK.sub(NO_LINK, _CONTROL.sub(" ", value)).strip()
    if shape.enum and text not in shape.enum:
        raise Unfit(f"{where or 'it'} is none of those that are allowed")
    if len(text) > shape.max_length:
        raise Unfit(f"{where or 'it'} is longer than {shape.max_length} characters")
    return text


def _array(shape: Shape, value: object, where: str) -> Value:
    if not isinstance(value, list) or shape.items is None:
        raise Unfit(f"{where or 'it'} is no list")
    if len(value) > shape.max_items:
        raise Unfit(f"{where or 'it'} has more than {shape.max_items} entries")
    return [fitting(shape.items, one, f"{where}[{n}]") for n, one in enumerate(value)]


def _object(shape: Shape, value: object, where: str) -> Value:
    if not isinstance(value, dict):
        raise Unfit(f"{where or 'it'} is no object")
    if set(value) - set(shape.properties):
        raise Unfit(f"{where or 'it'} holds something that nobody asked for")
    return {
        name: fitting(part, value.get(name), f"{where}.{name}" if where else name)
        for name, part in shape.properties.items()
    }


def asked_object(shapes: Mapping[str, Shape]) -> dict[str, Any]:
    """One schema of several, as models that keep strictly to one take it: every property is
    required, none may be added, and none is bounded."""
    return {
        "type": "object",
        "properties": {name: asked(shape) for name, shape in shapes.items()},
        "required": list(shapes),
        "additionalProperties": False,
    }


def asked(shape: Shape) -> dict[str, Any]:
    said: dict[str, Any] = asked_object(shape.properties) if shape.properties else {}
    said["type"] = [shape.type, "null"]
    if shape.items is not None:
        said["items"] = asked(shape.items)
    if shape.enum:
        said["enum"] = [*shape.enum, None]
    if shape.description:
        said["description"] = shape.description
    return said


def texts_in(value: Value) -> Iterator[str]:
    """All of them, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from texts_in(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts_in(one)
