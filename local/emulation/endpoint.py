"""One call of an emulator's API, from the first look at it to the last byte of its answer."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.emulation import struck
from local.emulation.faults import Faults

log = logging.getLogger(__name__)

Facts = Mapping[str, str]


class Service(Protocol):
    """What is an emulator's own about a call."""

    faults: Faults

    def called(self, kind: str, status: int) -> None:
        """Note it in the ledger."""

    def broken(self) -> Response:
        """The answer of a service that has broken down."""


class Endpoint:
    """An ASGI application for one path. `kinds` maps a method to the kind of call (its name in
    the ledger and for faults); `carry_out` answers a call, errors of the API included."""

    def __init__(
        self,
        service: Service,
        kinds: Mapping[str, str],
        carry_out: Callable[[Request, Facts], Awaitable[Response]],
    ) -> None:
        self._service, self._kinds, self._carry_out = service, kinds, carry_out

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
            return await self._carry_out(request, facts)
        except ClientDisconnect:
            return Response(status_code=499)
        except Exception:
            log.exception("call %s broke down", facts["call"])
            return self._service.broken()
