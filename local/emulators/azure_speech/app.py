"""The emulator as a Starlette application: which path leads to which handler."""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from local.emulators.azure_speech import model_routes, transcription_routes, webhook_routes
from local.emulators.azure_speech.calls import FAST, Api, Handler, Limits, answer
from local.emulators.azure_speech.content_routes import Content
from local.emulators.azure_speech.emulator import Emulator
from local.emulators.azure_speech.errors import GatewayError
from local.emulators.azure_speech.fast.routes import transcribe
from local.emulators.azure_speech.settings import Settings
from local.emulators.azure_speech.versions import ROOT, V3_2, Version
from local.emulators.common.admin_routes import admin_routes
from local.emulators.common.endpoint import Table, lifespan_of, routes
from local.emulators.common.pool import Pool
from local.emulators.common.rate_limit import RateLimit

_COMMON: Table[Handler] = {
    "/transcriptions/locales": {"GET": ("locales.list", transcription_routes.locales)},
    "/transcriptions/{id}": {
        "GET": ("transcriptions.get", transcription_routes.get),
        "PATCH": ("transcriptions.update", transcription_routes.update),
        "DELETE": ("transcriptions.delete", transcription_routes.delete),
    },
    "/transcriptions/{id}/files": {"GET": ("files.list", transcription_routes.list_files)},
    "/transcriptions/{id}/files/{file_id}": {"GET": ("files.get", transcription_routes.get_file)},
    "/models/base": {"GET": ("models.list", model_routes.list_all)},
    "/models/base/{id}": {"GET": ("models.get", model_routes.get)},
    "/models": {"GET": ("models.list", model_routes.list_custom)},
    "/models/{id}": {"GET": ("models.get", model_routes.get_custom)},
    "/projects": {"GET": ("projects.list", model_routes.list_projects)},
    "/projects/{id}": {"GET": ("projects.get", model_routes.get_project)},
    "/webhooks": {
        "GET": ("webhooks.list", webhook_routes.list_all),
        "POST": ("webhooks.create", webhook_routes.create),
    },
    "/webhooks/{id}:ping": {"POST": ("webhooks.ping", webhook_routes.ping)},
    "/webhooks/{id}:test": {"POST": ("webhooks.test", webhook_routes.test)},
    "/webhooks/{id}": {
        "GET": ("webhooks.get", webhook_routes.get),
        "PATCH": ("webhooks.update", webhook_routes.update),
        "DELETE": ("webhooks.delete", webhook_routes.delete),
    },
}
_LIST = ("transcriptions.list", transcription_routes.list_all)
_CREATE = ("transcriptions.create", transcription_routes.create)
_V3: Table[Handler] = {"/transcriptions": {"GET": _LIST, "POST": _CREATE}}
_DATED: Table[Handler] = {
    "/transcriptions": {"GET": _LIST},
    "/transcriptions:submit": {"POST": _CREATE},
    "/transcriptions:transcribe": {"POST": (FAST, transcribe)},
}


def create_app(settings: Settings, pool: Pool, clock: Callable[[], float] = time.time) -> Starlette:
    """The emulator; it works while its lifespan runs. `clock` gives epoch seconds."""
    emulator = Emulator(settings, pool, clock)
    limits = Limits(
        RateLimit(settings.calls_per_window, settings.window_seconds),
        RateLimit(settings.fast_calls_per_minute, 60.0),
    )

    def version_routes(
        prefix: str, version: Version | None, table: Table[Handler]
    ) -> list[BaseRoute]:
        everything = {**_COMMON, **table, "/{rest:path}": {}}
        return routes(Api(emulator, limits, version), everything, prefix)

    return Starlette(
        routes=[
            *version_routes(V3_2.prefix, V3_2, _V3),
            *version_routes(ROOT, None, _DATED),
            Route("/results/{id}/{file_id}", Content(emulator).__call__),
            *admin_routes(emulator.faults, emulator.read_ledger, emulator.ledger.reset, pool),
        ],
        middleware=[Middleware(AnyCase)],
        exception_handlers={404: _no_resource},
        lifespan=lifespan_of(emulator),
    )


class AnyCase:
    """Paths are read in any case, and with a slash at the end: Microsoft's own samples post to
    `/speechtotext/v3.0/Transcriptions/`. Seen with v3.0; for later versions it is a guess."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "").lower()
        if path.startswith(f"{ROOT}/"):
            scope = {**scope, "path": path.rstrip("/"), "raw_path": path.rstrip("/").encode()}
        await self._app(scope, receive, send)


async def _no_resource(_: Request, __: Exception) -> Response:
    error = GatewayError(404, "Resource not found")
    return answer(error.status, error.body)
