"""The emulator as a Starlette application: which path leads to which handler."""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.applications import Starlette

from local.emulators.assemblyai.calls import Api
from local.emulators.assemblyai.emulator import Emulator
from local.emulators.assemblyai.routes import TABLE
from local.emulators.assemblyai.settings import Settings
from local.emulators.common.admin_routes import admin_routes
from local.emulators.common.endpoint import lifespan_of, routes
from local.emulators.common.pool import Pool


def create_app(settings: Settings, pool: Pool, clock: Callable[[], float] = time.time) -> Starlette:
    """The emulator; it works while its lifespan runs. `clock` gives epoch seconds."""
    emulator = Emulator(settings, pool, clock)
    return Starlette(
        routes=[
            *admin_routes(emulator.faults, emulator.ledger.body, emulator.ledger.reset, pool),
            *routes(Api(emulator), TABLE),
        ],
        lifespan=lifespan_of(emulator),
    )
