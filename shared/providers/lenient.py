"""The slow way to read a document whose values are not all of the types that they should be.

It is only taken where the fast way fails, so it costs nothing otherwise. What a value can only
mean is read so: "0.93" where a number should be, 25 where a text should be, 250.0 where a whole
number should be. What means nothing (NaN, a list for a text) is missing then, like a field that is
not there; a list loses only the elements that cannot be read.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable
from functools import cache
from math import inf, isfinite
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec

_T = TypeVar("_T")
_fields = cache(msgspec.structs.fields)


class Unreadable(ValueError):
    """Neither this value nor anything that stands for it can be read."""


def soften(kind: type[_T] | Any, body: bytes) -> tuple[Any, int]:
    """`body` as a `kind`, and how many values were lost. Raises `Unreadable` where it is no JSON,
    or a value that has to be there is not."""
    try:
        raw = json.loads(body, object_pairs_hook=_last_that_says_something)
    except (ValueError, RecursionError):
        raise Unreadable from None
    reader = _Reader()
    try:
        return reader.read(kind, raw), reader.lost
    except RecursionError:
        raise Unreadable from None


def _last_that_says_something(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A field that comes twice is the last one that is not null."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if value is not None or name not in found:
            found[name] = value
    return found


class _Reader:
    def __init__(self) -> None:
        self.lost = 0

    def read(self, kind: Any, raw: Any) -> Any:
        kind, limits = _bare(kind)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self._struct(kind, raw)
        if get_origin(kind) in (Union, types.UnionType):
            return self._one_of(get_args(kind), raw)
        if get_origin(kind) in (list, tuple):
            items = self._list(get_args(kind)[0], raw)
            return items if get_origin(kind) is list else tuple(items)
        if kind is Any:
            return raw
        value = _SCALARS[kind](raw) if kind in _SCALARS else _converted(kind, raw)
        if limits is not None and _is_out_of(limits, value):
            raise Unreadable
        return value

    def _struct(self, kind: type[msgspec.Struct], raw: Any) -> Any:
        if not isinstance(raw, dict):
            raise Unreadable
        values = {}
        for field in _fields(kind):
            if field.encode_name not in raw:
                if field.required:
                    raise Unreadable
                continue
            try:
                values[field.name] = self.read(field.type, raw[field.encode_name])
            except Unreadable:
                if field.required:
                    raise
                self.lost += 1
        return kind(**values)

    def _one_of(self, kinds: tuple[Any, ...], raw: Any) -> Any:
        if raw is None:
            if types.NoneType in kinds:
                return None
            raise Unreadable
        for kind in kinds:
            if kind is types.NoneType:
                continue
            try:
                return self.read(kind, raw)
            except Unreadable:
                continue
        raise Unreadable

    def _list(self, kind: Any, raw: Any) -> list[Any]:
        if isinstance(raw, dict) and raw:  # a list of one that lost its brackets
            raw = [raw]
        if not isinstance(raw, list):
            raise Unreadable
        found = []
        for item in raw:
            try:
                found.append(self.read(kind, item))
            except Unreadable:
                self.lost += 1
        return found


def _bare(kind: Any) -> tuple[Any, msgspec.Meta | None]:
    if get_origin(kind) is not Annotated:
        return kind, None
    plain, *notes = get_args(kind)
    return plain, next((note for note in notes if isinstance(note, msgspec.Meta)), None)


def _is_out_of(limits: msgspec.Meta, value: Any) -> bool:
    low, high = limits.ge, limits.le
    return (low is not None and value < low) or (high is not None and value > high)


def _text(raw: Any) -> str:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not isfinite(_float(raw)):
        raise Unreadable
    return str(int(raw)) if raw == int(raw) else repr(raw)


def _number(raw: Any) -> float:
    if isinstance(raw, str):
        try:
            raw = float(raw.strip().replace(",", "."))
        except ValueError:
            raise Unreadable from None
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not isfinite(_float(raw)):
        raise Unreadable
    return float(raw)


def _float(raw: float) -> float:
    """Whole numbers have no largest one, and others do."""
    try:
        return float(raw)
    except OverflowError:
        return inf


def _whole(raw: Any) -> int:
    return round(_number(raw)) if not isinstance(raw, int) or isinstance(raw, bool) else raw


def _switch(raw: Any) -> bool:
    said = raw.strip().lower() if isinstance(raw, str) else raw
    if said in (True, "true", "1"):
        return True
    if said in (False, "false", "0"):
        return False
    raise Unreadable


def _converted(kind: Any, raw: Any) -> Any:
    """Whatever else there is: moments, tables."""
    try:
        return msgspec.convert(raw, kind, strict=False)
    except msgspec.ValidationError:
        raise Unreadable from None


_SCALARS: dict[Any, Callable[[Any], Any]] = {
    str: _text,
    float: _number,
    int: _whole,
    bool: _switch,
}
