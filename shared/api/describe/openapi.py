"""The description of the API in OpenAPI 3.1, made from the operations themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec

from shared.api.http import JSON, PROBLEM
from shared.api.operation import PATH_VALUES, Answer, Operation
from shared.api.operations.all import OPERATIONS
from shared.api.problems import Problem
from shared.model.transcript import insights, review
from shared.version import VERSION

CONTRACT = "1"
"""The version of the API: within one, things may be added. The release is told beside it."""
MANIFEST = json.loads((Path(__file__).parent / "manifest.schema.json").read_text("utf-8"))
"""The schema of a manifest, with its definitions beside it."""
TITLE = "Dropscribe"
PUBLISHED: Mapping[type, str] = {review.Span: "ReportSpan", insights.Span: "InsightsSpan"}
"""The names in the document of structs that share theirs. What callers see does not follow where
code lies: a generated client of yesterday compiles today."""
_PLACE = "#/components/schemas/"
_USUAL = (400, 500, 503)
_DESCRIPTION = (
    "Transcribes audio: a manifest or a list of recordings goes in; transcripts, captions and a "
    "report come back, and signed events tell of it. Errors are problem details (RFC 9457)."
)
_PROBLEMS = {
    400: "The request is not as it has to be",
    401: "The key or the token is missing or wrong",
    403: "The caller may not do this",
    404: "There is no such thing",
    406: "It cannot be had as any of the media types that are accepted",
    409: "It cannot be done as things are now",
    413: "The request is too large",
    415: "The body is of a media type that is not taken",
    422: "What is asked for cannot be done; the answer says what to change",
    500: "The fault is on this side",
    503: "Something that is needed does not answer; try again later",
}
"""In words of our own: those of the standard library change with its version."""
_HEADERS = {
    "create_batch": {
        "Idempotency-Key": "Makes the request repeatable: the same key and the same manifest give "
        "the same batch",
        "Prefer": "`respond-async` asks for the answer 202 with a `Location` to wait at",
    }
}


def document(base: str) -> dict[str, Any]:
    """`base` is the absolute address of the API."""
    return {**_document(), "servers": [{"url": base}]}


@cache
def _document() -> dict[str, Any]:
    schemas, components = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        path = paths.setdefault(f"/{operation.path}", {})
        path[operation.method.lower()] = _operation(operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": TITLE,
            "version": CONTRACT,
            "description": _DESCRIPTION,
            "x-dropscribe-version": VERSION,
        },
        "paths": paths,
        "components": {
            "schemas": {**components, **_manifest_schemas()},
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "x-functions-key"},
                "entra": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            },
        },
        "security": [{"key": []}, {"entra": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(op.tag for op in OPERATIONS)],
    }


def types_of(operations: Iterable[Operation]) -> list[Any]:
    """Every type that goes in or comes out."""
    found: list[Any] = [Problem]
    for operation in operations:
        found += [kind for kind in (operation.query, operation.body) if kind is not None]
        found += [a.schema for a in operation.answers.values() if a.schema is not None]
    return list(dict.fromkeys(found))


def _schemas() -> tuple[dict[Any, Any], dict[str, Any]]:
    """The schema of each type, and what these refer to. Those of queries are not referred to."""
    types = types_of(OPERATIONS)
    found, components = msgspec.json.schema_components(
        types, schema_hook=_anything, ref_template=_PLACE + "{name}"
    )
    queries = {op.query.__name__ for op in OPERATIONS if op.query is not None}
    used = {name: schema for name, schema in components.items() if name not in queries}
    return dict(zip(types, found, strict=True)) | {"queries": components}, _published(used)


def _published(components: dict[str, Any]) -> dict[str, Any]:
    """Under the names that callers know. Where two structs share a name, msgspec puts the module
    before it; such a name has to stand in `PUBLISHED`."""
    told = json.dumps(components)
    for kind, name in PUBLISHED.items():
        told = told.replace(f'{_PLACE}{_qualified(kind)}"', f'{_PLACE}{name}"')
        told = told.replace(f'"{_qualified(kind)}": ', f'"{name}": ')
    found = dict(json.loads(told))
    unnamed = [name for name in found if "." in name]
    if unnamed:
        raise ValueError(f"these structs share their names and need one in PUBLISHED: {unnamed}")
    return found


def _qualified(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _anything(kind: type) -> dict[str, Any]:
    """Of `object`, as in the options of a provider, there is nothing to say."""
    return {"description": "Whatever the provider takes"}


def _operation(operation: Operation, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": operation.description,
        "tags": [operation.tag],
        "parameters": [
            *map(_path_parameter, operation.path_names),
            *_query_parameters(operation, schemas),
            *_header_parameters(operation.name),
        ],
        "responses": {
            **{str(s): _answer(a, schemas) for s, a in operation.answers.items()},
            **{str(s): _problem(s) for s in _problems(operation)},
        },
    }
    if operation.body_types:
        content = {kind: {"schema": {"type": "string"}} for kind in operation.body_types}
        content[JSON] = {"schema": {"$ref": f"{_PLACE}Manifest"}}
        described["requestBody"] = {"required": True, "content": content}
    elif operation.body is not None:
        content = {JSON: {"schema": schemas[operation.body]}}
        described["requestBody"] = {"required": True, "content": content}
    if operation.is_open:
        described["security"] = []
    if not described["parameters"]:
        del described["parameters"]
    return described


def _problems(operation: Operation) -> list[int]:
    found = {*_USUAL, *operation.problems} | (set() if operation.is_open else {401, 403})
    return sorted(found - set(operation.answers))


def _path_parameter(name: str) -> dict[str, Any]:
    pattern, description = PATH_VALUES[name]
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": {"type": "string", "pattern": pattern},
    }


def _query_parameters(operation: Operation, schemas: Mapping[Any, Any]) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    properties = schemas["queries"][operation.query.__name__]["properties"]
    return [_query_parameter(name, schema) for name, schema in properties.items()]


def _query_parameter(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """A query knows no null: what may be left out is of the other type."""
    plain = {k: v for k, v in schema.items() if k not in ("anyOf", "default", "description")}
    options = [o for o in schema.get("anyOf", ()) if o.get("type") != "null"]
    if len(options) == 1:
        plain |= options[0]
    if "enum" in plain:
        plain["enum"] = [value for value in plain["enum"] if value is not None]
        plain["type"] = "string"
    if schema.get("default") is not None:
        plain["default"] = schema["default"]
    description = schema.get("description") or plain.pop("description", "")
    plain.pop("description", None)
    return {"name": name, "in": "query", "description": description, "schema": plain}


def _header_parameters(name: str) -> list[dict[str, Any]]:
    text = {"type": "string", "minLength": 1, "maxLength": 200}
    return [
        {"name": header, "in": "header", "description": told, "schema": text}
        for header, told in _HEADERS.get(name, {}).items()
    ]


def _answer(answer: Answer, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {"description": answer.description}
    if answer.headers:
        described["headers"] = {
            name: {"description": told, "schema": {"type": "string"}}
            for name, told in answer.headers.items()
        }
    if answer.schema is not None:
        described["content"] = {
            kind: {"schema": schemas[answer.schema] if kind == JSON else {"type": "string"}}
            for kind in answer.media_types
        }
    return described


def _problem(status: int) -> dict[str, Any]:
    """The host refuses keys by itself, and then without a body."""
    described: dict[str, Any] = {"description": _PROBLEMS[status]}
    if status != HTTPStatus.UNAUTHORIZED:
        described["content"] = {PROBLEM: {"schema": {"$ref": f"{_PLACE}Problem"}}}
    return described


def _manifest_schemas() -> dict[str, Any]:
    """Its definitions lie one level higher here, and `options` holds one for each option."""
    moved = json.loads(
        json.dumps(MANIFEST)
        .replace('"#/$defs/options/', f'"{_PLACE}ManifestOption.')
        .replace('"#/$defs/', f'"{_PLACE}Manifest.')
    )
    definitions = moved.pop("$defs")
    options = definitions.pop("options")
    moved.pop("$schema")
    return {
        "Manifest": moved,
        **{f"Manifest.{name}": schema for name, schema in definitions.items()},
        **{f"ManifestOption.{name}": schema for name, schema in options.items()},
    }
