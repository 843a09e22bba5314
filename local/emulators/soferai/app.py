"""The emulator as a Starlette application: which path leads to which handler."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from local.emulators.common.admin_routes import admin_routes
from local.emulators.common.endpoint import Table, lifespan_of, routes
from local.emulators.common.pool import Pool
from local.emulators.soferai import batch_routes, transcription_routes
from local.emulators.soferai.calls import OPEN, Api, Handler
from local.emulators.soferai.emulator import Emulator
from local.emulators.soferai.settings import Settings

_BATCH = "/v1/transcriptions/batch"
_FILES = "/v1/transcriptions/batch-files"
_TABLE: Table[Handler] = {
    "/v1/health/": {"GET": (OPEN, transcription_routes.health)},
    "/v1/balance/": {"GET": ("balance.get", transcription_routes.balance)},
    _FILES: {
        "GET": ("manifests.list", batch_routes.list_manifests),
        "POST": ("manifests.upload", batch_routes.upload_manifest),
    },
    f"{_FILES}/{{id}}": {"GET": ("manifests.get", batch_routes.get_manifest)},
    _BATCH: {"POST": ("batches.create", batch_routes.create)},
    f"{_BATCH}/{{id}}/status": {"GET": ("batches.status", batch_routes.status)},
    f"{_BATCH}/{{id}}/items/by-client-item-id": {
        "GET": ("items.resolve", batch_routes.by_client_item_id)
    },
    "/v1/transcriptions/": {
        "GET": ("transcriptions.list", transcription_routes.list_all),
        "POST": ("transcriptions.create", transcription_routes.create),
    },
    "/v1/transcriptions/{id}/status": {
        "GET": ("transcriptions.status", transcription_routes.status)
    },
    "/v1/transcriptions/{id}": {"GET": ("transcriptions.get", transcription_routes.get)},
    "/{rest:path}": {},
}


class OtherSlash:
    """Leads whoever leaves the slash at the end out, or adds one, to the address that there is, as
    the framework does that such addresses come from: a guess."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        other = path.removesuffix("/") if path.endswith("/") else f"{path}/"
        app: ASGIApp = self._app
        if path not in _TABLE and other in _TABLE:
            app = RedirectResponse(other, 307)
        await app(scope, receive, send)


def create_app(settings: Settings, pool: Pool, clock: Callable[[], float] = time.time) -> Starlette:
    """The emulator; it works while its lifespan runs. `clock` gives epoch seconds."""
    emulator = Emulator(settings, pool, clock)

    async def pay_in(request: Request) -> Response:
        """{"cents", "resumes"}: money for the account; whether what waits for it goes on."""
        asked = msgspec.json.decode(await request.body())
        emulator.account.deposit(asked["cents"])
        resumed = emulator.jobs.resume_unfunded() if asked.get("resumes", True) else 0
        return JSONResponse({**emulator.account.body(), "resumed": resumed})

    return Starlette(
        routes=[
            *admin_routes(emulator.faults, emulator.read_ledger, emulator.ledger.reset, pool),
            Route("/_emulator/deposit", pay_in, methods=["POST"]),
            *routes(Api(emulator), _TABLE),
        ],
        middleware=[Middleware(OtherSlash)],
        lifespan=lifespan_of(emulator),
    )
