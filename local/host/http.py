"""The HTTP surface: the app's routes, the host's admin pages, and the blob webhook."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from azure.functions.meta import Datum
from starlette.applications import Starlette
from starlette.convertors import PathConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route as ServerRoute

from local.host import webhook
from local.host.bindings import http_input
from local.host.blobs import BlobPipeline
from local.host.executor import Executor
from local.host.index import Function
from local.host.journal import Journal
from local.host.keys import Keys
from local.host.routes import Route, in_order, parse_route
from local.host.validation import methods_of

MAX_BODY_BYTES = 100 * 1024 * 1024
Handler = Callable[[Request], Awaitable[Response]]
RunNow = Callable[[str, str], Awaitable[bool]]
_EVERY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]


class Whatever(PathConvertor):
    """Any path, line ends in it included: it is the app that says what it does not know."""

    regex = "[\\s\\S]*"


register_url_convertor("whatever", Whatever())


@dataclass(frozen=True)
class Surface:
    """Everything that answers requests."""

    functions: list[Function]
    prefix: str
    keys: Keys
    host_id: str
    executor: Executor
    journal: Journal
    blobs: BlobPipeline | None
    run_now: RunNow

    def application(self) -> Starlette:
        """The ASGI application."""
        admin = self._needs_master_key
        return Starlette(
            routes=[
                ServerRoute("/", _home),
                ServerRoute("/admin/host/ping", _empty, methods=["GET", "POST"]),
                ServerRoute("/admin/warmup", _empty, methods=["GET", "POST"]),
                ServerRoute("/admin/host/status", admin(self._status)),
                ServerRoute("/admin/functions", admin(self._list)),
                ServerRoute("/admin/functions/{name}", admin(self._run_now), methods=["POST"]),
                ServerRoute("/admin/metrics", admin(self._metrics)),
                ServerRoute(
                    "/runtime/webhooks/blobs", self._blob_webhook, methods=["POST", "OPTIONS"]
                ),
                ServerRoute("/{path:whatever}", _Dispatcher(self).handle, methods=_EVERY_METHOD),
            ]
        )

    def _needs_master_key(self, handler: Handler) -> Handler:
        async def checked(request: Request) -> Response:
            if not self.keys.opens_admin(given_key(request)):
                return Response(status_code=401)
            return await handler(request)

        return checked

    async def _status(self, request: Request) -> Response:
        return JSONResponse({"id": self.host_id, "state": "Running", "version": "local"})

    async def _list(self, request: Request) -> Response:
        base = str(request.base_url).rstrip("/")
        return JSONResponse(
            [_described(function, base, self.prefix) for function in self.functions]
        )

    async def _metrics(self, request: Request) -> Response:
        return JSONResponse({"functions": self.journal.as_json()})

    async def _run_now(self, request: Request) -> Response:
        """Start one run of a timer or queue function, as the real host's admin API does."""
        body = await request.body()
        try:
            value = str(json.loads(body or b"{}").get("input", ""))
        except (ValueError, AttributeError):
            return Response(status_code=400)
        started = await self.run_now(request.path_params["name"], value)
        return Response(status_code=202 if started else 404)

    async def _blob_webhook(self, request: Request) -> Response:
        if not self.keys.opens_blob_webhook(given_key(request)):
            return Response(status_code=401)
        if request.method == "OPTIONS":
            origin = request.headers.get("webhook-request-origin", "*")
            allowed = {"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": "*"}
            return Response(headers=allowed)
        function = request.query_params.get("functionName", "")
        if self.blobs is None or not self.blobs.knows(function):
            return PlainTextResponse(f"cannot find function: '{function}'", status_code=404)
        try:
            events = webhook.as_events(await request.json())
            if code := webhook.validation_code(events):
                return JSONResponse({"validationResponse": code})
            created = webhook.created_blobs(events, function, self.blobs.account_path(function))
        except (ValueError, KeyError, TypeError):
            return Response(status_code=400)
        for event in created:
            await self.blobs.raise_event(event)
        return Response(status_code=202)


class _Dispatcher:
    """Finds the function for a request, checks its key, runs it."""

    def __init__(self, surface: Surface) -> None:
        self._keys = surface.keys
        self._executor = surface.executor
        self._routes = in_order(
            (_full_route(function, surface.prefix), function)
            for function in surface.functions
            if function.trigger.type == "httpTrigger"
        )

    async def handle(self, request: Request) -> Response:
        found = self._find(request)
        if found is None:
            return Response(status_code=404)
        function, values = found
        level = (function.trigger.text("authLevel") or "function").lower()
        if not self._keys.opens_function(level, function.name, given_key(request)):
            return _refused_key()
        body = await read_body(request)
        if body is None:
            return Response(status_code=413)
        result = await self._executor.execute(function, http_input(_value(request, body), values))
        return to_response(result.response) if result.succeeded else Response(status_code=500)

    def _find(self, request: Request) -> tuple[Function, dict[str, str]] | None:
        raw = request.scope.get("raw_path") or request.url.path.encode()
        path = raw.partition(b"?")[0].decode("latin-1")
        for route, function in self._routes:
            if request.method in methods_of(function.trigger):
                values = route.match(path)
                if values is not None:
                    return function, values
        return None


def _refused_key() -> Response:
    """With what would be right, for people; the real host answers without a body."""
    problem = {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "code": "key_missing",
        "detail": "Send a key of the app in the header x-functions-key.",
    }
    return JSONResponse(problem, 401, media_type="application/problem+json")


def given_key(request: Request) -> str:
    """The key a caller sent: the header comes before the query."""
    return request.headers.get("x-functions-key") or request.query_params.get("code", "")


async def read_body(request: Request) -> bytes | None:
    """The body, as the host passes it: none without a Content-Length. None when it is too long."""
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) == 0:
        return b""
    return None if int(length) > MAX_BODY_BYTES else await request.body()


def to_response(datum: Datum | None) -> Response:
    """What a function's value becomes on the wire."""
    if datum is None:
        return Response(status_code=204)
    if datum.type != "http":
        return PlainTextResponse(str(datum.value))
    value = datum.value
    response = Response(value["body"].value, status_code=int(value["status_code"].value))
    for name, header in value["headers"].items():
        response.headers[name] = str(header.value)
    cookies: list[SimpleCookie] = value.get("cookies") or []
    for cookie in cookies:
        for morsel in cookie.values():
            response.headers.append("set-cookie", morsel.OutputString())
    return response


def _value(request: Request, body: bytes) -> dict[str, Any]:
    query = _joined(request.query_params.multi_items())
    return {
        "method": request.method,
        "url": str(request.url),
        "headers": _joined(request.headers.items()),
        "query": {name: value for name, value in query.items() if value},
        "body": body,
    }


def _joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Repeated names joined by a comma, as in the host."""
    result: dict[str, str] = {}
    for name, value in pairs:
        result[name] = f"{result[name]},{value}" if result.get(name) else value
    return result


def _full_route(function: Function, prefix: str) -> Route:
    return parse_route("/".join(filter(None, (prefix, function.trigger.text("route").strip("/")))))


def describe_place(function: Function, prefix: str) -> str:
    """Where a function listens, for people."""
    trigger = function.trigger
    if trigger.type == "httpTrigger":
        return f"{','.join(sorted(methods_of(trigger)))} /{_full_route(function, prefix).template}"
    detail = {"queueTrigger": "queueName", "timerTrigger": "schedule", "blobTrigger": "path"}
    return f"{trigger.type.removesuffix('Trigger')} {trigger.text(detail[trigger.type])}"


def _described(function: Function, base: str, prefix: str) -> Mapping[str, Any]:
    described: dict[str, Any] = {
        "name": function.name,
        "trigger": function.trigger.type,
        "bindings": [dict(binding.attributes) for binding in function.bindings],
    }
    if function.trigger.type == "httpTrigger":
        described["invoke_url_template"] = f"{base}/{_full_route(function, prefix).template}"
    return described


async def _home(request: Request) -> Response:
    return PlainTextResponse("This function app is up and running.\n")


async def _empty(request: Request) -> Response:
    return Response(status_code=200)
