"""The emulator as a Starlette application: which path leads to which handler."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.routing import Route

from local.assemblyai.calls import Api, Handler
from local.assemblyai.emulator import Emulator
from local.assemblyai.routes import TABLE
from local.assemblyai.settings import Settings
from local.emulation.admin_routes import admin_routes
from local.emulation.endpoint import Endpoint
from local.emulation.pool import Pool


def create_app(settings: Settings, pool: Pool, clock: Callable[[], float] = time.time) -> Starlette:
    """The emulator; it works while its lifespan runs. `clock` gives epoch seconds."""
    emulator = Emulator(settings, pool, clock)
    api = Api(emulator)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await emulator.open()
        try:
            yield
        finally:
            await emulator.close()

    def endpoint(calls: Mapping[str, tuple[str, Handler]]) -> Endpoint:
        kinds = {method: kind for method, (kind, _) in calls.items()}
        handlers = {method: handler for method, (_, handler) in calls.items()}
        return Endpoint(api, kinds, partial(api.carry_out, handlers))

    return Starlette(
        routes=[
            *admin_routes(emulator.faults, emulator.ledger.body, emulator.ledger.reset),
            *(Route(path, endpoint(calls)) for path, calls in TABLE.items()),
        ],
        lifespan=lifespan,
    )
