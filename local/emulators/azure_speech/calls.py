"""One call of the API: key, rate, faults, version, handler."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from local.emulators.azure_speech.emulator import Emulator
from local.emulators.azure_speech.errors import (
    GatewayError,
    Refusal,
    ServiceError,
    bad_request,
    not_found,
    throttled,
)
from local.emulators.azure_speech.gateway import require_key
from local.emulators.azure_speech.versions import SUPPORTED, Version, version_of_query
from local.emulators.common import struck
from local.emulators.common.endpoint import Facts
from local.emulators.common.faults import Fault
from local.emulators.common.rate_limit import RateLimit

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_INT32 = 2**31 - 1
_DEFAULT_TOP = 100


@dataclass(frozen=True)
class Call:
    """What a handler gets: a call that passed the gateway, and the version it speaks."""

    emulator: Emulator
    request: Request
    version: Version

    @property
    def public_url(self) -> str:
        return self.emulator.settings.public_url

    def entity_id(self, what: str, parameter: str = "id") -> str:
        """The id in the path. Raises 404 where it is no id at all."""
        given = str(self.request.path_params[parameter]).lower()
        if not _UUID.fullmatch(given):
            raise not_found(what)
        return given

    def number(self, name: str, default: int, least: int, code: str) -> int:
        """A number in the query. Raises 400 with `code`."""
        given = self.request.query_params.get(name)
        if given is None:
            return default
        if not re.fullmatch(r"-?[0-9]{1,10}", given) or not least <= int(given) <= _INT32:
            raise bad_request(code, f"The value of {name} is not valid.", name)
        return int(given)

    def skip_and_top(self) -> tuple[int, int]:
        code = "UnsupportedPagination"
        return self.number("skip", 0, 0, code), self.number("top", _DEFAULT_TOP, 1, code)

    def page(self, path: str, values: list[Any], more: bool) -> Response:
        """A page of a listing; the link to the next one keeps the filter and the like."""
        body: dict[str, Any] = {"values": values}
        if more:
            skip, top = self.skip_and_top()
            kept = ("filter", self.version.sas_parameter)
            query = {"skip": str(skip + top), "top": str(top)}
            query |= {n: v for n, v in self.request.query_params.items() if n in kept}
            body["@nextLink"] = self.version.link(self.public_url, path, query)
        return answer(200, body)


Handler = Callable[[Call], Awaitable[Response]]
FAST = "transcriptions.transcribe"


class Limits(NamedTuple):
    """How many calls one may make: of fast transcription, and of all others."""

    others: RateLimit
    fast: RateLimit


class Api:
    """The way of every call to its handler. `version` None: as the query says."""

    def __init__(self, emulator: Emulator, limits: Limits, version: Version | None) -> None:
        self._emulator, self.faults = emulator, emulator.faults
        self._limits, self._version = limits, version

    def called(self, kind: str, status: int) -> None:
        self._emulator.ledger.called(kind, status)

    def broken(self) -> Response:
        return _internal_error()

    async def carry_out(
        self, handlers: Mapping[str, Handler], request: Request, facts: Facts
    ) -> Response:
        try:
            return await self._carry_out(handlers, request, facts)
        except Refusal as refusal:
            return answer(refusal.status, refusal.body, refusal.headers)

    async def _carry_out(
        self, handlers: Mapping[str, Handler], request: Request, facts: Facts
    ) -> Response:
        emulator = self._emulator
        require_key(emulator.settings, request.headers)
        limit = self._limits.fast if facts["call"] == FAST else self._limits.others
        wait = limit.seconds_to_wait(time.monotonic())
        if wait:
            raise throttled(wait)
        refuse = await struck.refusal(emulator.faults, facts)
        if refuse is not None:
            raise _ordered_refusal(refuse)
        if request.method not in handlers:
            raise _wrong_method(handlers)
        version = self._version or version_of_query(request.query_params)
        emulator.expire()
        return await handlers[request.method](Call(emulator, request, version))


def answer(status: int, body: Any = None, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer (or an empty one) with the headers that the service sends."""
    content = b"" if body is None else msgspec.json.encode(body)
    return Response(
        content,
        status,
        {
            "api-supported-versions": SUPPORTED,
            "apim-request-id": str(uuid.uuid4()),
            "x-content-type-options": "nosniff",
            "Cache-Control": "no-store",
            "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
            **({} if body is None else {"Content-Type": "application/json; charset=utf-8"}),
            **(headers or {}),
        },
    )


def _internal_error() -> Response:
    error = ServiceError(500, "InternalServerError", "An internal error occurred.")
    return answer(error.status, error.body)


def _wrong_method(handlers: Mapping[str, object]) -> Refusal:
    if not handlers:
        return not_found("resource")
    allow = {"Allow": ", ".join(sorted(handlers))}
    return ServiceError(405, "NotAllowed", "The method is not allowed.", headers=allow)


def _ordered_refusal(fault: Fault) -> Refusal:
    status, wait = fault.options["status"], fault.options["retryAfter"]
    headers = {} if wait is None else {"Retry-After": str(wait)}
    message = "This failure was ordered."
    if fault.options["envelope"] == "gateway":
        return GatewayError(status, message, headers=headers)
    codes = {429: "TooManyRequests", 503: "ServiceUnavailable", 500: "InternalServerError"}
    return ServiceError(status, codes.get(status, "InvalidRequest"), message, headers=headers)
