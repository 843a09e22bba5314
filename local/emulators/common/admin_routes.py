"""An emulator's own interface, outside its API: faults and the ledger. No key, no limit.

GET /_emulator/health            200 when it is up
POST /_emulator/faults           order a fault (see faults.py), 201 with its id
GET /_emulator/faults            the faults and how often each has struck
DELETE /_emulator/faults[/{id}]  cancel all or one
GET /_emulator/ledger            what it was asked to do
DELETE /_emulator/ledger         start a new ledger
GET /_emulator/heard             how far the recogniser is, if there is one, in ms of speech:
                                 {"heardMs", "speechMs"}
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.emulators.common.faults import FaultRejected, Faults
from local.emulators.common.pool import Pool


def admin_routes(
    faults: Faults,
    read_ledger: Callable[[], dict[str, Any]],
    reset_ledger: Callable[[], None],
    pool: Pool | None = None,
) -> list[Route]:
    async def health(_: Request) -> Response:
        return _json(200, {"status": "up"})

    async def order(request: Request) -> Response:
        try:
            fault = faults.order(msgspec.json.decode(await request.body()))
        except (FaultRejected, msgspec.DecodeError) as error:
            return _json(400, {"error": str(error)})
        return _json(201, fault.body())

    async def ordered(_: Request) -> Response:
        return _json(200, {"faults": faults.bodies()})

    async def cancel(request: Request) -> Response:
        gone = faults.cancel(request.path_params.get("id"))
        return _json(200, {"cancelled": gone})

    async def ledger(_: Request) -> Response:
        return _json(200, read_ledger())

    async def reset(_: Request) -> Response:
        reset_ledger()
        return Response(status_code=204)

    async def heard(_: Request) -> Response:
        heard_ms, speech_ms = pool.progress() if pool else (0, 0)
        return _json(200, {"heardMs": heard_ms, "speechMs": speech_ms})

    return [
        Route("/_emulator/health", health),
        Route("/_emulator/heard", heard),
        Route("/_emulator/faults", order, methods=["POST"]),
        Route("/_emulator/faults", ordered),
        Route("/_emulator/faults", cancel, methods=["DELETE"]),
        Route("/_emulator/faults/{id}", cancel, methods=["DELETE"]),
        Route("/_emulator/ledger", ledger),
        Route("/_emulator/ledger", reset, methods=["DELETE"]),
    ]


def _json(status: int, body: object) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
