"""The description of the API in OpenAPI 3.1, made from the operations themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

import msgspec

from shared.api.describe.examples import Example, example_of
from shared.api.describe.manifests import manifest_schemas
from shared.api.describe.names import PLACE, enum_schemas, everywhere, published, with_named_enums
from shared.api.http import JSON, PROBLEM
from shared.api.operation import PATH_VALUES, Answer, Operation, Operations
from shared.api.problems import Problem
from shared.version import VERSION

CONTRACT = "1"
"""The version of the API: within one, things may be added. The release is told beside it."""
TITLE = "Dropscribe"
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


def document(operations: Operations, base: str) -> dict[str, Any]:
    """`base` is the absolute address of the API."""
    return {**_document(operations), "servers": [{"url": base}]}


@cache
def _document(operations: Operations) -> dict[str, Any]:
    schemas, components = _schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        path = paths.setdefault(f"/{operation.path}", {})
        path[operation.method.lower()] = _operation(operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": TITLE,
            "version": CONTRACT,
            "description": _DESCRIPTION,
            "contact": {"name": TITLE},
            "x-dropscribe-version": VERSION,
        },
        "paths": paths,
        "components": {
            "schemas": _used(components, paths),
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "x-functions-key"},
                "entra": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "own": {"type": "http", "scheme": "bearer", "bearerFormat": "dsk_"},
            },
        },
        "security": [{"key": []}, {"entra": []}, {"own": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(op.tag for op in operations)],
    }


def operation_id(name: str) -> str:
    """`create_batch` becomes `createBatch`: some generators take an underscore for the end of the
    name of a class."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def types_of(operations: Iterable[Operation]) -> list[Any]:
    """Every type that goes in or comes out."""
    found: list[Any] = [Problem]
    for operation in operations:
        found += [kind for kind in (operation.query, operation.body) if kind is not None]
        found += [a.schema for a in operation.answers.values() if a.schema is not None]
    return list(dict.fromkeys(found))


def _schemas(operations: Operations) -> tuple[dict[Any, Any], dict[str, Any]]:
    """The schema of each type, and all that may be referred to. "queries" has those of queries,
    which are not referred to."""
    types = types_of(operations)
    found, components = msgspec.json.schema_components(
        types, schema_hook=_anything, ref_template=PLACE + "{name}"
    )
    queries = {op.query.__name__ for op in operations if op.query is not None}
    used = {name: schema for name, schema in components.items() if name not in queries}
    parts = {**published(used), **manifest_schemas()}
    named = {name: everywhere(_described(s), _without_default) for name, s in parts.items()}
    asked = {name: _described(components[name]) for name in queries}
    return dict(zip(types, found, strict=True)) | {"queries": asked}, named | enum_schemas()


def _described(schema: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = everywhere(with_named_enums(schema), _in_full)
    return described


def _in_full(schema: dict[str, Any]) -> dict[str, Any]:
    """A docstring in one line, no list of nothing, and how large numbers may be: without a format
    many clients read 32 bits, in which the milliseconds of a month do not fit."""
    if "description" in schema:
        schema["description"] = " ".join(schema["description"].split())
    if schema.get("required") == []:
        del schema["required"]
    if schema.get("type") == "integer":
        schema["format"] = "int32" if schema.get("maximum", 2**31) < 2**31 else "int64"
    if schema.get("type") == "number":
        schema["format"] = "double"
    return schema


def _without_default(schema: dict[str, Any]) -> dict[str, Any]:
    """Generators take what has a default for what is always there: readers then trust in what an
    answer leaves out, and writers have to send what they could leave out. What is used where
    nothing is sent stands in the description."""
    return {key: value for key, value in schema.items() if key != "default"}


def _used(components: Mapping[str, Any], paths: Mapping[str, Any]) -> dict[str, Any]:
    """In their order, those that something refers to."""
    named: set[str] = set()
    left = {"Problem", *_references(paths)}
    while left:
        named |= left
        left = {name for one in left for name in _references(components[one])} - named
    return {name: schema for name, schema in components.items() if name in named}


def _references(there: Any) -> Iterable[str]:
    if isinstance(there, Mapping):
        if isinstance(there.get("$ref"), str):
            yield there["$ref"].removeprefix(PLACE)
        for part in there.values():
            yield from _references(part)
    elif isinstance(there, list | tuple):
        for part in there:
            yield from _references(part)


def _anything(kind: type) -> dict[str, Any]:
    """Of `object`, as in the options of a provider, there is nothing to say."""
    return {"description": "Whatever the provider takes"}


def _operation(operation: Operation, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    example = example_of(operation.name)
    described: dict[str, Any] = {
        "operationId": operation_id(operation.name),
        "summary": operation.summary,
        "description": operation.description,
        "tags": [operation.tag],
        "parameters": [
            *(_path_parameter(name, example) for name in operation.path_names),
            *_query_parameters(operation, schemas, example),
            *_header_parameters(operation),
        ],
        "responses": {
            **{str(s): _answer(s, a, schemas, example) for s, a in operation.answers.items()},
            **{str(s): _problem(s) for s in _problems(operation)},
        },
    }
    body = _body(operation, schemas, example)
    if body:
        described["requestBody"] = {"required": True, "content": body}
    if operation.is_open:
        described["security"] = []
    else:
        described["x-dropscribe-roles"] = dict(operation.rights)
    if not described["parameters"]:
        del described["parameters"]
    return described


def _body(operation: Operation, schemas: Mapping[Any, Any], example: Example) -> dict[str, Any]:
    """JSON is the first: it is what clients send that know one way."""
    sent = {"example": example.body} if example.body is not None else {}
    if operation.body is not None:
        return {JSON: {"schema": schemas[operation.body], **sent}}
    if not operation.body_types:
        return {}
    others = [kind for kind in operation.body_types if kind != JSON]
    return {
        JSON: {"schema": {"$ref": f"{PLACE}Manifest"}, **sent},
        **{kind: {"schema": {"type": "string"}} for kind in others},
    }


def _problems(operation: Operation) -> list[int]:
    found = {*_USUAL, *operation.problems} | (set() if operation.is_open else {401, 403})
    return sorted(found - set(operation.answers))


def _path_parameter(name: str, example: Example) -> dict[str, Any]:
    pattern, description = PATH_VALUES[name]
    sent = {"example": example.path[name]} if name in example.path else {}
    words = re.fullmatch(r"\^\(([a-z|-]+)\)\$", pattern)
    schema = {"enum": words[1].split("|")} if words else {"type": "string", "pattern": pattern}
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": with_named_enums(schema),
        **sent,
    }


def _query_parameters(
    operation: Operation, schemas: Mapping[Any, Any], example: Example
) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    properties = schemas["queries"][operation.query.__name__]["properties"]
    return [_query_parameter(name, schema, example) for name, schema in properties.items()]


def _query_parameter(name: str, schema: Mapping[str, Any], example: Example) -> dict[str, Any]:
    """A query knows no null: what may be left out is of the other type."""
    plain = {k: v for k, v in schema.items() if k not in ("anyOf", "default", "description")}
    options = [o for o in schema.get("anyOf", ()) if o.get("type") != "null"]
    if len(options) == 1:
        plain |= options[0]
    if schema.get("default") is not None:
        plain["default"] = schema["default"]
    description = schema.get("description") or plain.pop("description", "")
    plain.pop("description", None)
    sent = {"example": example.query[name]} if name in example.query else {}
    return {"name": name, "in": "query", "description": description, "schema": plain, **sent}


def _header_parameters(operation: Operation) -> list[dict[str, Any]]:
    text = {"type": "string", "minLength": 1, "maxLength": 200}
    return [
        {"name": header, "in": "header", "description": told, "schema": text}
        for header, told in operation.headers.items()
    ]


def _answer(
    status: int, answer: Answer, schemas: Mapping[Any, Any], example: Example
) -> dict[str, Any]:
    described: dict[str, Any] = {"description": answer.description}
    if answer.headers:
        described["headers"] = {
            name: {"description": told, "schema": {"type": "string"}}
            for name, told in answer.headers.items()
        }
    if answer.schema is None:
        return described
    described["content"] = {
        kind: {"schema": schemas[answer.schema] if kind == JSON else {"type": "string"}}
        for kind in answer.media_types
    }
    if status == example.status:
        described["content"][example.media_type]["example"] = example.answer
    return described


def _problem(status: int) -> dict[str, Any]:
    """The host refuses keys by itself, and then without a body."""
    described: dict[str, Any] = {"description": _PROBLEMS[status]}
    if status != HTTPStatus.UNAUTHORIZED:
        described["content"] = {PROBLEM: {"schema": {"$ref": f"{PLACE}Problem"}}}
    return described
