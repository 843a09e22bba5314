"""Calls the API on a `World`, and holds every answer against what openapi.json says of it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import jsonschema

from shared.api.caller import Access
from shared.api.describe.openapi import document
from shared.api.http import Request, Response
from shared.api.operations.all import OPERATIONS
from shared.api.serve import serve
from shared.application import Application

BASE = "https://app.example/api"
BY_NAME = {operation.name: operation for operation in OPERATIONS}


class Got(NamedTuple):
    status: int
    json: Any
    body: bytes
    headers: Mapping[str, str]
    media_type: str | None


class Api:
    """`access` says how callers show who they are; by default the host has seen to it."""

    def __init__(self, app: Callable[[], Application], access: Access | None = None) -> None:
        self._app, self._access = app, access or Access()

    def __call__(
        self,
        name: str,
        path: Mapping[str, str] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        json_: Any = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Got:
        operation = BY_NAME[name]
        sent = body if body is not None else b"" if json_ is None else json.dumps(json_).encode()
        url = f"{BASE}/{operation.path.format(**(path or {}))}"
        request = Request(operation.method, url, path or {}, query or {}, headers or {}, sent)
        response = _unpacked(serve(operation, request, self._app, self._access, OPERATIONS))
        check_answer(name, response)
        is_json = (response.media_type or "").endswith("json")
        return Got(
            response.status,
            json.loads(response.body) if is_json else None,
            response.body,
            response.headers,
            response.media_type,
        )

    def follow(
        self,
        link: str,
        method: str = "GET",
        *,
        json_: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Got:
        """Call an absolute link, such as an answer held."""
        url = urlsplit(link)
        assert link.startswith(BASE), link
        parts = url.path.removeprefix("/api/").split("/")
        for name, operation in BY_NAME.items():
            wanted = operation.path.split("/")
            if operation.method == method and len(wanted) == len(parts):
                pairs = list(zip(wanted, parts, strict=True))
                if all(w == p or w.startswith("{") for w, p in pairs):
                    path = {w.strip("{}"): p for w, p in pairs if w.startswith("{")}
                    query = dict(parse_qsl(url.query))
                    return self(name, path, query=query, json_=json_, headers=headers)
        raise AssertionError(f"no operation behind {method} {link}")


def _unpacked(response: Response) -> Response:
    """As every client of HTTP hands it on."""
    if response.headers.get("Content-Encoding") != "gzip":
        return response
    return response._replace(body=gzip.decompress(response.body))


def check_answer(name: str, response: Response) -> None:
    """Status, headers, media type and schema are as the document says."""
    operation = BY_NAME[name]
    described = _document()["paths"][f"/{operation.path}"][operation.method.lower()]
    answers = described["responses"]
    assert str(response.status) in answers, f"{name}: {response.status} is not documented"
    expected = answers[str(response.status)]
    missing = set(expected.get("headers", ())) - set(response.headers)
    assert not missing, f"{name}: {missing} missing"
    if "content" not in expected:
        assert response.status != 204 or not response.body
        return
    bare = (response.media_type or "").partition(";")[0]
    assert bare in expected["content"], f"{name}: {bare} is not documented"
    if bare.endswith("json"):
        schema = expected["content"][bare]["schema"]
        whole = {**schema, "components": _document()["components"]}
        jsonschema.Draft202012Validator(whole).validate(json.loads(response.body))


@cache
def _document() -> dict[str, Any]:
    return json.loads(json.dumps(document(OPERATIONS, BASE)))
