"""The emulator as a Starlette application: its calls, from the key to the answer."""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from local.emulators.azure_search.definition import read_definition
from local.emulators.azure_search.errors import Refusal, invalid, no_index
from local.emulators.azure_search.faults import KINDS
from local.emulators.azure_search.index import Index
from local.emulators.azure_search.settings import Settings
from local.emulators.common import struck
from local.emulators.common.admin_routes import admin_routes
from local.emulators.common.call_book import SCHEMA, CallBook
from local.emulators.common.database import connect
from local.emulators.common.endpoint import Facts, routes
from local.emulators.common.faults import Faults

Handler = Callable[[Request, Facts], Awaitable[Response]]
MOST_BYTES = 16 * 1024 * 1024
_VERSION = re.compile(r"20\d\d-\d\d-\d\d(-preview)?")


class Emulator:
    """Nothing outlives the process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.faults = Faults(KINDS)
        self._book = CallBook(connect(None, "search", SCHEMA))
        self.indexes: dict[str, Index] = {}

    def called(self, kind: str, status: int) -> None:
        self._book.called(kind, status, time.time())

    def broken(self) -> Response:
        return _refused(Refusal(500, "It has broken down."))

    async def carry_out(
        self, handlers: Mapping[str, Handler], request: Request, facts: Facts
    ) -> Response:
        try:
            self._admit(request)
            handler = handlers.get(request.method)
            if handler is None:
                raise Refusal(405, "The requested resource does not support that method.")
            await self._strike(request, facts)
            answer = await handler(request, facts)
            garbled = self.faults.strike("garble", **facts)
            return Response(garbled.options["body"].encode()) if garbled else answer
        except Refusal as refusal:
            return _refused(refusal)

    async def read_index(self, request: Request, _: Facts) -> Response:
        name = request.path_params["name"]
        self._index(request)
        return _json({"name": name}, 200)

    async def make_index(self, request: Request, _: Facts) -> Response:
        name, fields = read_definition(await _body(request))
        if name in self.indexes:
            raise Refusal(409, f"Cannot create index '{name}' because it already exists.")
        self.indexes[name] = Index(fields)
        return _json({"name": name}, 201)

    async def remove_index(self, request: Request, _: Facts) -> Response:
        self._index(request)
        del self.indexes[request.path_params["name"]]
        return Response(status_code=204)

    async def change(self, request: Request, facts: Facts) -> Response:
        index = self._index(request)
        if len(await request.body()) > MOST_BYTES:
            raise Refusal(413, "The request body is too large.")
        late = self.faults.strike("late", **facts)
        done = [self._act(index, action) for action in index.check(await _body(request))]
        index.show(late.options["searches"] if late else 0)
        return _json({"value": done}, 200 if all(one["status"] for one in done) else 207)

    async def search(self, request: Request, _: Facts) -> Response:
        asked = await _body(request)
        if not isinstance(asked, dict):
            raise invalid("The request is invalid.")
        return _json(self._index(request).search(asked, self._settings.page), 200)

    async def count(self, request: Request, _: Facts) -> Response:
        return Response(str(len(self._index(request).there)), media_type="text/plain")

    def read_ledger(self) -> dict[str, Any]:
        held = {name: sorted(index.there) for name, index in self.indexes.items()}
        return {"calls": self._book.counts(), "held": held}

    def reset_ledger(self) -> None:
        self._book.reset()

    def _index(self, request: Request) -> Index:
        name = request.path_params["name"]
        if name not in self.indexes:
            raise no_index(name)
        return self.indexes[name]

    def _act(self, index: Index, action: dict[str, Any]) -> dict[str, Any]:
        key = action[index.key]
        facts = {"key": key, "action": action.get("@search.action", "upload")}
        ordered = self.faults.strike("document_error", **facts)
        status = ordered.options["status"] if ordered else index.carry_out(action)
        is_done = status < 300
        told = None if is_done else "This failure was ordered."
        return {"key": key, "status": is_done, "errorMessage": told, "statusCode": status}

    def _admit(self, request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        is_bearer = scheme.lower() == "bearer"
        given = token if is_bearer else request.headers.get("api-key", "")
        if not hmac.compare_digest(given.encode(), self._settings.key.encode()):
            raise Refusal(401 if is_bearer else 403, "")
        if not _VERSION.fullmatch(request.query_params.get("api-version", "")):
            raise invalid("The api-version is missing or unknown.")

    async def _strike(self, request: Request, facts: Facts) -> None:
        refuse = await struck.refusal(self.faults, facts)
        if refuse is not None:
            raise _ordered(refuse.options["status"], refuse.options["retryAfter"])
        if (slower := self.faults.strike("throttle", **facts)) is not None:
            raise _ordered(503, slower.options["retryAfter"])
        if (leak := self.faults.strike("leak", **facts)) is not None:
            said = (await request.body()).decode(errors="replace")
            raise Refusal(leak.options["status"], f"The request is invalid. Details: {said}")


def create_app(settings: Settings) -> Starlette:
    """Paths are those of the documents, and those that its maker's packages have."""
    emulator = Emulator(settings)
    table: dict[str, dict[str, tuple[str, Handler]]] = {
        "/indexes": {"POST": ("make_index", emulator.make_index)},
        "/indexes/{name}": {
            "GET": ("read_index", emulator.read_index),
            "DELETE": ("remove_index", emulator.remove_index),
        },
        "/indexes/{name}/docs/index": {"POST": ("change", emulator.change)},
        "/indexes/{name}/docs/search": {"POST": ("search", emulator.search)},
        "/indexes/{name}/docs/$count": {"GET": ("count", emulator.count)},
    }
    official = {
        "/indexes('{name}')": table["/indexes/{name}"],
        "/indexes('{name}')/docs/search.index": table["/indexes/{name}/docs/index"],
        "/indexes('{name}')/docs/search.post.search": table["/indexes/{name}/docs/search"],
        "/indexes('{name}')/docs/$count": table["/indexes/{name}/docs/$count"],
    }
    return Starlette(
        routes=[
            *admin_routes(emulator.faults, emulator.read_ledger, emulator.reset_ledger),
            *routes(emulator, {**official, **table, "/{rest:path}": {}}),
        ]
    )


async def _body(request: Request) -> Any:
    try:
        return msgspec.json.decode(await request.body())
    except msgspec.DecodeError:
        raise invalid("The request is invalid. Details: it is not JSON.") from None


def _json(said: Any, status: int) -> Response:
    return Response(msgspec.json.encode(said), status, media_type="application/json")


def _ordered(status: int, wait: int | None) -> Refusal:
    headers = {} if wait is None else {"Retry-After": str(wait)}
    return Refusal(status, "This failure was ordered.", headers=headers)


def _refused(refusal: Refusal) -> Response:
    content = msgspec.json.encode(refusal.body())
    return Response(content, refusal.status, refusal.headers, media_type="application/json")
