"""Reads the definition of an index. What this stand-in does not know it refuses, and says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from local.emulators.azure_search.errors import invalid

Json = dict[str, Any]
_NAME = re.compile(r"(?!.*--)[a-z0-9][a-z0-9-]{0,126}[a-z0-9]")
_FIELD = re.compile(r"(?!azureSearch)[A-Za-z][A-Za-z0-9_]{0,127}")
_CANS = ("searchable", "filterable", "sortable", "facetable", "retrievable", "key")
_BOUNDS = {"Edm.Int32": 31, "Edm.Int64": 63}
ANALYZERS: Mapping[str, Callable[[str], list[str]]] = {
    "whitespace": str.split,
    "keyword": lambda text: [text],
}
"""Those that are sure to do here what they do there."""


class Field(NamedTuple):
    name: str
    kind: str
    can: frozenset[str]
    analyzer: str | None

    @property
    def is_collection(self) -> bool:
        return self.kind.startswith("Collection(")

    @property
    def element(self) -> str:
        return self.kind.removeprefix("Collection(").removesuffix(")")

    def fits(self, value: Any) -> bool:
        if self.is_collection:
            return isinstance(value, list) and all(map(self._fits_one, value))
        return value is None or self._fits_one(value)

    def _fits_one(self, value: Any) -> bool:
        if self.element == "Edm.String":
            return isinstance(value, str)
        if self.element == "Edm.Boolean":
            return isinstance(value, bool)
        bits = _BOUNDS[self.element]
        return type(value) is int and -(1 << bits) <= value < 1 << bits


def read_definition(body: Any) -> tuple[str, dict[str, Field]]:
    """The name, and the fields by name. Raises `Refusal`."""
    if not isinstance(body, dict):
        raise invalid("The request is invalid.")
    if strange := set(body) - {"name", "fields"}:
        raise invalid(f"This stand-in knows nothing of {sorted(strange)[0]}.")
    name = str(body.get("name"))
    if not _NAME.fullmatch(name):
        raise invalid("An index has lower-case letters, digits and single dashes, 2 to 128.")
    fields = {field.name: field for field in map(_read_field, body.get("fields") or ())}
    if len(fields) < len(body.get("fields") or ()):
        raise invalid("Two fields have the same name.")
    if sum("key" in field.can for field in fields.values()) != 1:
        raise invalid("An index has exactly one key field.")
    return name, fields


def _read_field(given: Json) -> Field:
    name, kind = str(given.get("name")), str(given.get("type"))
    if strange := set(given) - {"name", "type", "analyzer", *_CANS}:
        raise invalid(f"This stand-in knows nothing of {sorted(strange)[0]} of a field.")
    if not _FIELD.fullmatch(name):
        raise invalid(f"There can be no field {name}.")
    element = kind.removeprefix("Collection(").removesuffix(")")
    if element not in ("Edm.String", "Edm.Boolean", *_BOUNDS):
        raise invalid(f"This stand-in knows no type {kind}.")
    is_text = element == "Edm.String"
    can = frozenset(one for one in _CANS if given.get(one, _usually(one, kind)))
    field = Field(name, kind, can, given.get("analyzer"))
    if "searchable" in can and not is_text:
        raise invalid(f"{name} is no text and cannot be searchable.")
    if "sortable" in can and field.is_collection:
        raise invalid(f"{name} has several values and cannot be sortable.")
    if "key" in can and (kind != "Edm.String" or "retrievable" not in can):
        raise invalid("The key is of type Edm.String, and retrievable.")
    if field.analyzer is not None and "searchable" not in can:
        raise invalid(f"{name} has an analyzer and is not searchable.")
    if "searchable" in can and field.analyzer not in ANALYZERS:
        raise invalid(f"This stand-in knows the analyzers {', '.join(ANALYZERS)} alone.")
    return field


def _usually(one: str, kind: str) -> bool:
    if one == "key":
        return False
    if one == "searchable":
        return "Edm.String" in kind
    return one != "sortable" or not kind.startswith("Collection(")
