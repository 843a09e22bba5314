"""The parts of a running emulator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local.emulators.common.faults import Faults
from local.emulators.common.pool import Pool
from local.emulators.soferai.account import Account
from local.emulators.soferai.database import connect
from local.emulators.soferai.faults import KINDS
from local.emulators.soferai.items import Items
from local.emulators.soferai.jobs import Jobs
from local.emulators.soferai.ledger import Ledger
from local.emulators.soferai.manifests import Manifests
from local.emulators.soferai.settings import Settings


class Emulator:
    """`open` and `close` are called in the loop that serves; `clock` gives epoch seconds."""

    jobs: Jobs

    def __init__(self, settings: Settings, pool: Pool, clock: Callable[[], float]) -> None:
        self.settings, self.clock = settings, clock
        self._pool = pool
        self._database = connect(settings.state)
        self.faults = Faults(KINDS)
        self.ledger = Ledger(self._database, settings.window_seconds)
        self.manifests = Manifests(self._database)
        self.items = Items(self._database)
        self.account = Account(self._database, settings.balance_cents)

    async def open(self) -> None:
        self.jobs = Jobs(
            self.settings, self._pool, self.items, self.account, self.ledger, self.faults
        )
        self.jobs.resume()

    def read_ledger(self) -> dict[str, Any]:
        return self.ledger.body(self.items.pending(), self.items.labels())

    async def close(self) -> None:
        await self.jobs.close()
        self._database.close()
