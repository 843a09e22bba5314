"""Schemas as flow designers read them: whole, without references, and without unions.

OpenAPI 2.0, which connectors are written in, knows neither null nor `anyOf`; what may be missing
is marked as nullable instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_KEPT = (
    "type format enum default minimum maximum minLength maxLength pattern minItems maxItems "
    "additionalProperties"
).split()


def plain(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """`definitions` are found by the last part of a reference. What a union of several types
    leaves open stays open: there is no type then."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        return plain({**definitions[name], **beside}, definitions)
    options = [option for option in schema.get("anyOf", ()) if option.get("type") != "null"]
    if "anyOf" in schema:
        beside = {key: value for key, value in schema.items() if key != "anyOf"}
        one = plain({**options[0], **beside}, definitions) if len(options) == 1 else {}
        many = {} if one else beside
        nullable = {"x-nullable": True} if len(options) < len(schema["anyOf"]) else {}
        return {**_told(many), **one, **nullable}
    found = {key: schema[key] for key in _KEPT if schema.get(key) is not None}
    if "const" in schema:
        found |= {"type": "string", "enum": [schema["const"]]}
    if "enum" in found:
        found["enum"] = [value for value in found["enum"] if value is not None]
        found.setdefault("type", "string")
        if len(found["enum"]) < len(schema.get("enum", ())):
            found["x-nullable"] = True
    if isinstance(found.get("additionalProperties"), Mapping):
        found["additionalProperties"] = plain(found["additionalProperties"], definitions)
    elif "additionalProperties" in found:
        del found["additionalProperties"]
    if "items" in schema:
        found["items"] = plain(schema["items"] or {}, definitions) if schema["items"] else {}
    elif "prefixItems" in schema or found.get("type") == "array":
        found["items"] = {}
    if "properties" in schema:
        found["properties"] = {
            name: plain(part, definitions) for name, part in schema["properties"].items()
        }
        required = [name for name in schema.get("required", ()) if name in found["properties"]]
        if required:
            found["required"] = required
    return {**_told(schema), **found}


def _told(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {key: " ".join(schema[key].split()) for key in ("title", "description") if key in schema}
