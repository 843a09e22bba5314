"""What generators of clients stumble over, as rules for a description of an API.

Most come from what NSwag, Kiota and openapi-python-client made of ours: docs/api.md tells which.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

OF_3_1_ONLY = {"const", "propertyNames", "prefixItems", "$defs", "contentMediaType", "examples"}
UNIONS = ("anyOf", "oneOf")
METHODS = ("get", "put", "post", "patch", "delete")
Found = Iterator[str]


def broken(document: Mapping[str, Any]) -> list[str]:
    """What is wrong, each with its place. A description in 3.1 may say null as a type."""
    is_3_0 = document["openapi"].startswith("3.0")
    found = [*_operations(document), *_components(document)]
    for place, schema in schemas(document):
        found += [f"{place}: {text}" for text in _schema(schema)]
        if is_3_0:
            found += [f"{place}: {text}" for text in _schema_of_3_0(schema)]
    if is_3_0:
        found += [*_titles(document), *_answers(document)]
    return found


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield f"{method} {path}", methods[method]


def schemas(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every schema with its place, those inside others, too."""
    for name, schema in document["components"]["schemas"].items():
        yield from _inside(name, schema)
    for place, operation in operations(document):
        for parameter in operation.get("parameters", ()):
            yield from _inside(f"{place} {parameter['name']}", parameter["schema"])
        for part in (operation.get("requestBody", {}), *operation["responses"].values()):
            for kind, media in part.get("content", {}).items():
                yield from _inside(f"{place} {kind}", media["schema"])


def _inside(place: str, schema: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not isinstance(schema, Mapping):
        return
    yield place, schema
    for name, part in schema.get("properties", {}).items():
        yield from _inside(f"{place}.{name}", part)
    for key in ("items", "additionalProperties", "not"):
        yield from _inside(f"{place}.{key}", schema.get(key))
    for key in (*UNIONS, "allOf"):
        for number, part in enumerate(schema.get(key, ())):
            yield from _inside(f"{place}.{key}{number}", part)


def _operations(document: Mapping[str, Any]) -> Found:
    ids = Counter(operation["operationId"] for _, operation in operations(document))
    yield from (f"{name}: twice" for name, times in ids.items() if times > 1)
    for place, operation in operations(document):
        if not re.fullmatch(r"[a-z][a-zA-Z0-9]*", operation["operationId"]):
            yield f"{place}: {operation['operationId']} is not in camel case"


def _components(document: Mapping[str, Any]) -> Found:
    for name, schema in document["components"]["schemas"].items():
        if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name):
            yield f"{name}: is no name of a class"
        if schema.get("title") != name:
            yield f"{name}: is titled {schema.get('title')}"
        if not {"enum", "properties"} & schema.keys():
            yield f"{name}: is neither a class nor an enumeration"


def _schema(schema: Mapping[str, Any]) -> Found:
    """`schema` alone, without those inside it."""
    unions = [part for key in UNIONS for part in schema.get(key, ())]
    kinds = [part for part in unions if part.get("type") != "null"]
    if len(kinds) > 1 and "discriminator" not in schema:
        yield "a union without a discriminator"
    if schema.get("type") == "array" and (
        {*UNIONS, "allOf"} & schema.get("items", {"allOf": 1}).keys()
    ):
        yield "an array of what has no name"
    unknown = set(schema.get("required", ())) - schema.get("properties", {}).keys()
    if unknown:
        yield f"requires {sorted(unknown)}, which it has not"
    if schema.get("type") in ("integer", "number") and "format" not in schema:
        yield "a number of an unknown size"
    if "enum" in schema and (schema.get("type") != "string" or "title" not in schema):
        yield "an enumeration without a type or a name"
    if "properties" in schema and "title" not in schema:
        yield "a class without a name"
    if "properties" in schema:
        for name, part in schema["properties"].items():
            if "default" in part:
                yield f"{name} has a default, and so may seem to be always there"


def _schema_of_3_0(schema: Mapping[str, Any]) -> Found:
    newer = OF_3_1_ONLY & schema.keys()
    if newer:
        yield f"{sorted(newer)} came with 3.1"
    if isinstance(schema.get("type"), list) or schema.get("type") == "null":
        yield "null by a type"
    if set(UNIONS) & schema.keys():
        yield "a union, where null is said by nullable"
    if isinstance(schema.get("exclusiveMinimum", True), int | float) and not isinstance(
        schema.get("exclusiveMinimum", True), bool
    ):
        yield "exclusiveMinimum is a flag"
    if "$ref" in schema and len(schema) > 1:
        yield "what stands beside a reference is not read"
    if (
        schema.get("type") == "object"
        and not {"properties", "additionalProperties"} & schema.keys()
    ):
        yield "an object of nothing"


def _titles(document: Mapping[str, Any]) -> Found:
    named = document["components"]["schemas"]
    for place, schema in schemas(document):
        if "title" in schema and place not in named:
            yield f"{place}: has a title, after which generators name classes"


def _answers(document: Mapping[str, Any]) -> Found:
    for place, operation in operations(document):
        good = {
            json.dumps(media["schema"], sort_keys=True)
            for status, answer in operation["responses"].items()
            if status.startswith("2")
            for media in answer.get("content", {}).values()
        }
        if len(good) > 1:
            yield f"{place}: {len(good)} schemas of success"
        if len(operation.get("requestBody", {}).get("content", {"one": 1})) > 1:
            yield f"{place}: several kinds of body"
