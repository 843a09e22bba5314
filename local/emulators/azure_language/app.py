"""The emulator as a Starlette application: the one call, from the key to the answer."""

from __future__ import annotations

import hmac
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from local.emulators.azure_language.documents import answered, read
from local.emulators.azure_language.errors import Refusal, no_key, no_volume, throttled
from local.emulators.azure_language.faults import KINDS
from local.emulators.azure_language.settings import Settings
from local.emulators.common import struck
from local.emulators.common.admin_routes import admin_routes
from local.emulators.common.call_book import SCHEMA, CallBook
from local.emulators.common.database import connect
from local.emulators.common.endpoint import Facts, routes
from local.emulators.common.faults import Faults
from local.emulators.common.rate_limit import RateLimit

Handler = Callable[[Request, Facts], Awaitable[Response]]
_VERSION = re.compile(r"20\d\d-\d\d-\d\d(-preview)?")


class Emulator:
    """`clock` gives epoch seconds. Nothing outlives the process, as nothing does at the service."""

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        self._settings, self._clock = settings, clock
        self.faults = Faults(KINDS)
        self._book = CallBook(connect(None, "language", SCHEMA))
        self._limit = RateLimit(settings.calls_per_window, settings.window_seconds)
        self._documents = self._characters = 0
        self._unknown: set[str] = set()
        self._analyses: Counter[str] = Counter()

    def called(self, kind: str, status: int) -> None:
        self._book.called(kind, status, self._clock())

    def broken(self) -> Response:
        return _refused(Refusal(500, "InternalServerError", "It has broken down."))

    async def carry_out(
        self, handlers: Mapping[str, Handler], request: Request, facts: Facts
    ) -> Response:
        try:
            handler = handlers.get(request.method)
            if handler is None:
                raise Refusal(404, "404", "Resource not found")
            self._admit(request)
            await self._strike(request, facts)
            return await handler(request, facts)
        except Refusal as refusal:
            return _refused(refusal)

    async def analyze(self, request: Request, facts: Facts) -> Response:
        if not _VERSION.fullmatch(request.query_params.get("api-version", "")):
            raise Refusal(400, "InvalidRequest", "The api-version is missing or unknown.")
        asked = read(await request.body())
        self._analyses[asked.kind] += 1
        self._documents += len(asked.documents)
        self._characters += sum(len(str(one.get("text"))) for one in asked.documents)
        self._unknown |= set(asked.unknown)
        garbled = self.faults.strike("garble", **facts)
        body = answered(asked, self.faults, self._settings.names)
        content = garbled.options["body"].encode() if garbled else msgspec.json.encode(body)
        return Response(content, 200, media_type="application/json")

    def read_ledger(self) -> dict[str, Any]:
        return {
            "calls": self._book.counts(),
            "busiest": self._book.busiest(self._settings.window_seconds),
            "analyses": dict(self._analyses),
            "documents": self._documents,
            "characters": self._characters,
            "unknown": sorted(self._unknown),
        }

    def reset_ledger(self) -> None:
        self._book.reset()
        self._documents = self._characters = 0
        self._unknown.clear()
        self._analyses.clear()

    def _admit(self, request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        key = request.headers.get("ocp-apim-subscription-key", "")
        given = token if scheme.lower() == "bearer" else key
        if not hmac.compare_digest(given.encode(), self._settings.key.encode()):
            raise no_key()
        wait = self._limit.seconds_to_wait(self._clock())
        if wait:
            raise throttled(wait)

    async def _strike(self, request: Request, facts: Facts) -> None:
        refuse = await struck.refusal(self.faults, facts)
        if refuse is not None:
            wait = refuse.options["retryAfter"]
            headers = {} if wait is None else {"Retry-After": str(wait)}
            text, code = "This failure was ordered.", refuse.options["code"]
            raise Refusal(refuse.options["status"], code, text, headers=headers)
        if (slower := self.faults.strike("throttle", **facts)) is not None:
            raise throttled(slower.options["retryAfter"])
        if (over := self.faults.strike("quota", **facts)) is not None:
            raise no_volume(over.options["retryAfter"])
        if (leak := self.faults.strike("leak", **facts)) is not None:
            said = (await request.body()).decode(errors="replace")
            raise Refusal(
                leak.options["status"], "InvalidRequest", said, inner=leak.options["code"]
            )


def create_app(settings: Settings, clock: Callable[[], float] = time.time) -> Starlette:
    emulator = Emulator(settings, clock)
    table = {
        "/language/:analyze-text": {"POST": ("analyze", emulator.analyze)},
        "/{rest:path}": {},
    }
    return Starlette(
        routes=[
            *admin_routes(emulator.faults, emulator.read_ledger, emulator.reset_ledger),
            *routes(emulator, table),
        ]
    )


def _refused(refusal: Refusal) -> Response:
    headers = {"x-ms-error-code": refusal.code, **refusal.headers}
    content = msgspec.json.encode(refusal.body())
    return Response(content, refusal.status, headers, media_type="application/json")
