"""One call of the API from the key to the answer: rate, faults, handler, ledger."""

from __future__ import annotations

import hmac
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.emulation import struck
from local.emulation.rate_limit import RateLimit
from local.soferai.emulator import Emulator
from local.soferai.errors import Refusal, not_found, throttled

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Call:
    """What a handler gets: a call with a key, within the limit."""

    emulator: Emulator
    request: Request

    @property
    def now(self) -> float:
        return self.emulator.clock()

    def path(self, name: str) -> str:
        return str(self.request.path_params[name]).lower()


Handler = Callable[[Call], Awaitable[Response]]
Handlers = Mapping[str, tuple[str, Handler]]


class Endpoint:
    """An ASGI application for one path: `handlers` maps a method to the kind of call (the name
    in the ledger and for faults) and its handler."""

    def __init__(self, emulator: Emulator, limit: RateLimit, handlers: Handlers) -> None:
        self._emulator, self._limit, self._handlers = emulator, limit, handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        kind, _ = self._handlers.get(request.method, ("unknown", None))
        facts = {"call": kind, "method": request.method, "path": request.url.path}
        response = await self._response(request, facts)
        self._emulator.ledger.called(kind, response.status_code, time.time())
        faults = self._emulator.faults
        await struck.send_answer(response, _broken(), faults, facts, scope, receive, send)

    async def _response(self, request: Request, facts: dict[str, str]) -> Response:
        try:
            return await self._carry_out(request, facts)
        except Refusal as refusal:
            return answer(refusal.status, {"detail": refusal.detail}, refusal.headers)
        except ClientDisconnect:
            return Response(status_code=499)
        except Exception:
            log.exception("call %s broke down", facts["call"])
            return _broken()

    async def _carry_out(self, request: Request, facts: dict[str, str]) -> Response:
        _, handler = self._handlers.get(request.method, ("", None))
        if handler is None:
            raise not_found("Page") if not self._handlers else Refusal(405, "Method Not Allowed")
        if facts["call"] != "health.get":
            _require_key(self._emulator.settings.key, request.headers)
            wait = self._limit.seconds_to_wait(time.monotonic())
            if wait:
                raise throttled(wait)
        refuse = await struck.refusal(self._emulator.faults, facts)
        if refuse is not None:
            pause = refuse.options["retryAfter"]
            headers = {} if pause is None else {"Retry-After": str(pause)}
            raise Refusal(refuse.options["status"], "This failure was ordered.", headers=headers)
        return await handler(Call(self._emulator, request))


def answer(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Response:
    content = msgspec.json.encode(body)
    return Response(content, status, headers, media_type="application/json")


def _require_key(key: str, headers: Mapping[str, str]) -> None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(token.encode(), key.encode()):
        raise Refusal(401, "Invalid API key")


def _broken() -> Response:
    return answer(500, {"detail": "Internal Server Error"})
