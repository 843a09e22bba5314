"""One call of the API: key, rate, faults, handler."""

from __future__ import annotations

import hmac
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from local.emulators.assemblyai.emulator import Emulator
from local.emulators.assemblyai.errors import Refusal, not_found, throttled, unauthorised
from local.emulators.assemblyai.transcripts import Transcript
from local.emulators.common import struck
from local.emulators.common.audio import without_query
from local.emulators.common.endpoint import Facts
from local.emulators.common.faults import Fault
from local.emulators.common.rate_limit import RateLimit


@dataclass(frozen=True)
class Call:
    """What a handler gets: a call with a key, within the limit."""

    emulator: Emulator
    request: Request
    key: str

    def found(self) -> Transcript:
        """The transcript in the path. Raises 404."""
        one = self.emulator.transcripts.get(str(self.request.path_params["id"]))
        if one is None:
            raise not_found()
        return one

    def completed(self) -> Transcript:
        """The one in the path, if there is something to read. Raises 400 and 404."""
        one = self.found()
        if one.status != "completed" or one.heard is None:
            raise Refusal(400, "This transcript has a status other than 'completed'")
        return one

    def strike(self, kind: str, one: Transcript) -> Fault | None:
        source = without_query(one.audio_url)
        return self.emulator.faults.strike(kind, id=one.id, source=source)


Handler = Callable[[Call], Awaitable[Response]]


class Api:
    """The way of every call to its handler."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator, self.faults = emulator, emulator.faults
        settings = emulator.settings
        self._limit = RateLimit(settings.calls_per_window, settings.window_seconds)

    def called(self, kind: str, status: int) -> None:
        self._emulator.ledger.calls.called(kind, status, time.time())

    def broken(self) -> Response:
        return answer(500, {"error": "Internal Server Error"})

    async def carry_out(
        self, handlers: Mapping[str, Handler], request: Request, facts: Facts
    ) -> Response:
        try:
            key = self._key(request.headers)
            wait = self._limit.seconds_to_wait(time.monotonic())
            if wait:
                raise throttled(wait)
            refuse = await struck.refusal(self.faults, facts)
            if refuse is not None:
                return _ordered(refuse)
            if request.method not in handlers:
                raise not_found() if not handlers else Refusal(405, "Method Not Allowed")
            return await handlers[request.method](Call(self._emulator, request, key))
        except Refusal as refusal:
            return answer(refusal.status, {"error": refusal.message}, refusal.headers)

    def _key(self, headers: Mapping[str, str]) -> str:
        """The project's key, plainly in `Authorization`. Raises 401 without, or with another."""
        given = headers.get("authorization", "")
        for key in self._emulator.settings.keys:
            if hmac.compare_digest(given.encode(), key.encode()):
                return key
        raise unauthorised()


def answer(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Response:
    content = msgspec.json.encode(body)
    return Response(content, status, headers, media_type="application/json")


def _ordered(fault: Fault) -> Response:
    status, wait, error = (fault.options[name] for name in ("status", "retryAfter", "error"))
    headers = {} if wait is None else {"Retry-After": str(wait)}
    if error is None:
        return Response("upstream trouble", status, headers, media_type="text/html")
    return answer(status, {"error": error}, headers)
