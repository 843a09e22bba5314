"""One call of an emulator's API, from the first look at it to the last byte of its answer."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Generic, Protocol, TypeVar

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from local.emulators.common import struck
from local.emulators.common.faults import Faults

log = logging.getLogger(__name__)

Facts = Mapping[str, str]


H = TypeVar("H")
H_contra = TypeVar("H_contra", contravariant=True)
Table = Mapping[str, Mapping[str, tuple[str, H]]]
"""Path -> method -> the kind of call (its name in the ledger and for faults) and its handler."""


class Service(Protocol[H_contra]):
    """What is an emulator's own about a call."""

    faults: Faults

    def called(self, kind: str, status: int) -> None:
        """Note it in the ledger."""

    def broken(self) -> Response:
        """The answer of a service that has broken down."""

    async def carry_out(
        self, handlers: Mapping[str, H_contra], request: Request, facts: Facts
    ) -> Response:
        """The answer to a call, errors of the API included."""


class Opens(Protocol):
    """An emulator that works while it is open."""

    async def open(self) -> None: ...

    async def close(self) -> None: ...


def routes(service: Service[H], table: Table[H], prefix: str = "") -> list[BaseRoute]:
    return [Route(prefix + path, _Endpoint(service, calls)) for path, calls in table.items()]


def lifespan_of(emulator: Opens) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await emulator.open()
        try:
            yield
        finally:
            await emulator.close()

    return lifespan


class _Endpoint(Generic[H]):
    """An ASGI application for one path."""

    def __init__(self, service: Service[H], calls: Mapping[str, tuple[str, H]]) -> None:
        self._service = service
        self._kinds = {method: kind for method, (kind, _) in calls.items()}
        self._handlers = {method: handler for method, (_, handler) in calls.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        kind = self._kinds.get(request.method, "unknown")
        facts = {"call": kind, "method": request.method, "path": request.url.path}
        response = await self._response(request, facts)
        service = self._service
        service.called(kind, response.status_code)
        await struck.send_answer(
            response, service.broken(), service.faults, facts, scope, receive, send
        )

    async def _response(self, request: Request, facts: Facts) -> Response:
        try:
            return await self._service.carry_out(self._handlers, request, facts)
        except ClientDisconnect:
            return Response(status_code=499)
        except Exception:
            log.exception("call %s broke down", facts["call"])
            return self._service.broken()
