"""The same description in OpenAPI 3.0.3, as generators of clients and gateways read it.

3.1 says what can be had; this says it so that a class can be made of it. The most used generators
read no union with null: here that is `nullable`. They make one return type for an operation: here
each has one answer, as JSON, and what is text has operations of its own. Held by
tests/unit/test_api_generators.py; docs/api.md tells which generator needs what.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from shared.api.describe.names import PLACE, everywhere
from shared.api.describe.openapi import document
from shared.api.http import JSON
from shared.api.operation import Operation, Operations


def document_3_0(operations: Operations, base: str) -> dict[str, Any]:
    """`base` is the absolute address of the API."""
    return {**_document(operations), "servers": [{"url": base}]}


@cache
def _document(operations: Operations) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(document(operations, "")))
    for operation in operations:
        path = found["paths"][f"/{operation.path}"]
        path[operation.method.lower()] = _narrowed(operation, path[operation.method.lower()])
    schemas = found["components"]["schemas"]
    older = {name: {"title": name, **_older(schema)} for name, schema in schemas.items()}
    for name, example in _examples_sent(found["paths"]):
        older[name]["example"] = example
    found["components"]["schemas"] = older
    return {**found, "openapi": "3.0.3"}


def _examples_sent(paths: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Taken from the bodies, where generators warn of them, to the schemas of these."""
    for operations in paths.values():
        for described in operations.values():
            for media in described.get("requestBody", {}).get("content", {}).values():
                if "example" in media:
                    yield media["schema"]["$ref"].removeprefix(PLACE), media.pop("example")


def _narrowed(operation: Operation, described: dict[str, Any]) -> dict[str, Any]:
    """One media type goes in and one comes out; what asks for another is left out."""
    choosers = {answer.chooser for answer in operation.answers.values()}
    parameters = [p for p in described.pop("parameters", ()) if p["name"] not in choosers]
    for parameter in parameters:
        parameter["schema"] = _older(parameter["schema"])
    for content in _contents(described):
        if JSON in content:
            for kind in set(content) - {JSON}:
                del content[kind]
        for media in content.values():
            media["schema"] = _older(media["schema"])
    return described | ({"parameters": parameters} if parameters else {})


def _contents(described: Mapping[str, Any]) -> list[dict[str, Any]]:
    places = [described.get("requestBody", {}), *described["responses"].values()]
    return [place["content"] for place in places if "content" in place]


def _older(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = everywhere(schema, _older_one)
    return found


def _older_one(schema: dict[str, Any]) -> dict[str, Any]:
    """Titles of fields go: generators name classes after them. A reference with something beside
    it stands in an `allOf`, because beside a reference nothing is read."""
    found = {key: value for key, value in schema.items() if key != "title"}
    if "anyOf" in found:
        [kind] = [part for part in found.pop("anyOf") if part.get("type") != "null"]
        found = {**kind, **found, "nullable": True}
    if found.get("type") == "object" and "properties" not in found:
        more = found.get("additionalProperties", {})
        found["additionalProperties"] = more if _has_type(more) else True
    if "exclusiveMinimum" in found:
        found |= {"minimum": found["exclusiveMinimum"], "exclusiveMinimum": True}
    if "$ref" in found and len(found) > 1:
        found = {"allOf": [{"$ref": found.pop("$ref")}], **found}
    return found


def _has_type(schema: Any) -> bool:
    return isinstance(schema, bool) or bool({"type", "$ref", "allOf"} & schema.keys())
