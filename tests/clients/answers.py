"""The least and the fullest that the API may answer, made from its description.

The least has what must be there, with null and empty where that may be; the fullest has every
field, one entry of every list and map, and numbers that no 32 bits hold. A client that reads both
and writes them again has lost nothing that matters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

MOMENT = "2026-11-30T01:02:03.250Z"
LARGE = 5_000_000_000
DEEPEST = 8


def answers(document: Mapping[str, Any]) -> dict[str, list[Any]]:
    """By the name of each schema that an operation answers with, problems included."""
    make = _Maker(document["components"]["schemas"])
    return {name: [make(name, full=False), make(name, full=True)] for name in _names(document)}


def _names(document: Mapping[str, Any]) -> list[str]:
    found = [
        media["schema"]["$ref"].rpartition("/")[2]
        for operations in document["paths"].values()
        for operation in operations.values()
        for answer in operation["responses"].values()
        for media in answer.get("content", {}).values()
        if "$ref" in media["schema"]
    ]
    return list(dict.fromkeys(found))


class _Maker:
    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self._schemas = schemas

    def __call__(self, name: str, *, full: bool) -> Any:
        return self._made(self._schemas[name], full, 0)

    def _made(self, schema: Mapping[str, Any], full: bool, depth: int) -> Any:
        kinds = list(self._kinds(schema))
        is_null = [kind.get("type") == "null" for kind in kinds]
        if any(is_null) and not full:
            return None
        kind = kinds[is_null.index(False)]
        if "enum" in kind:
            return kind["enum"][-1 if full else 0]
        made = getattr(self, f"_{kind.get('type', 'string')}")
        return made(kind, full, depth + 1)

    def _kinds(self, schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """What a schema comes down to, references followed; several where null is one of them."""
        if schema.get("nullable"):
            yield {"type": "null"}
        if "$ref" in schema:
            yield from self._kinds(self._schemas[schema["$ref"].rpartition("/")[2]])
        parts = (*schema.get("anyOf", ()), *schema.get("allOf", ()))
        for part in parts:
            yield from self._kinds(part)
        if "$ref" not in schema and not parts:
            yield schema

    def _object(self, schema: Mapping[str, Any], full: bool, depth: int) -> Any:
        required = schema.get("required", ())
        found = {
            name: self._made(part, full, depth)
            for name, part in schema.get("properties", {}).items()
            if full or name in required
        }
        more = schema.get("additionalProperties")
        if full and isinstance(more, dict):
            found["a"] = self._made(more, full, depth)
        elif full and more is True:
            found["a"] = {"b": [1, None]}
        return found

    def _array(self, schema: Mapping[str, Any], full: bool, depth: int) -> Any:
        if not full or depth > DEEPEST:
            return []
        return [self._made(schema["items"], full, depth)]

    def _string(self, schema: Mapping[str, Any], full: bool, depth: int) -> Any:
        return MOMENT if schema.get("format") == "date-time" else "ä&b" if full else ""

    def _integer(self, schema: Mapping[str, Any], full: bool, depth: int) -> int:
        most = LARGE if schema.get("format") == "int64" else 2**31 - 1
        least = schema.get("minimum", 0)
        return int(min(schema.get("maximum", most), most) if full else least)

    def _number(self, schema: Mapping[str, Any], full: bool, depth: int) -> float:
        return 0.5 if full else float(schema.get("minimum", 0))

    def _boolean(self, schema: Mapping[str, Any], full: bool, depth: int) -> bool:
        return full
