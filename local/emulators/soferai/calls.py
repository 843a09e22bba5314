"""One call of the API from the key to the answer: rate, faults, handler."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from local.emulators.common import struck
from local.emulators.common.endpoint import Facts
from local.emulators.common.rate_limit import RateLimit
from local.emulators.soferai.emulator import Emulator
from local.emulators.soferai.errors import Refusal, not_found, throttled

OPEN = "health.get"
"""The call that needs no key and counts for nothing."""


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


class Api:
    """The way of every call to its handler."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator, self.faults = emulator, emulator.faults
        settings = emulator.settings
        self._limit = RateLimit(settings.calls_per_window, settings.window_seconds)

    def called(self, kind: str, status: int) -> None:
        if kind != OPEN:
            self._emulator.ledger.calls.called(kind, status, self._emulator.clock())

    def broken(self) -> Response:
        return answer(500, {"detail": "Internal Server Error"})

    async def carry_out(
        self, handlers: Mapping[str, Handler], request: Request, facts: Facts
    ) -> Response:
        try:
            handler = handlers.get(request.method)
            if handler is None:
                raise Refusal(405, "Method Not Allowed") if handlers else not_found("Page")
            if facts["call"] != OPEN:
                self._admit(request)
            refuse = await struck.refusal(self.faults, facts)
            if refuse is not None:
                status, wait = refuse.options["status"], refuse.options["retryAfter"]
                headers = {} if wait is None else {"Retry-After": str(wait)}
                raise Refusal(status, "This failure was ordered.", headers=headers)
            return await handler(Call(self._emulator, request))
        except Refusal as refusal:
            return answer(refusal.status, {"detail": refusal.detail}, refusal.headers)

    def _admit(self, request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        key = self._emulator.settings.key
        if scheme.lower() != "bearer" or not hmac.compare_digest(token.encode(), key.encode()):
            raise Refusal(401, "Invalid API key")
        wait = self._limit.seconds_to_wait(self._emulator.clock())
        if wait:
            raise throttled(wait)


def answer(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Response:
    content = msgspec.json.encode(body)
    return Response(content, status, headers, media_type="application/json")
