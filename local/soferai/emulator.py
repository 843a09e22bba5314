"""The parts of a running emulator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local.emulation.faults import Faults
from local.emulation.pool import Pool
from local.soferai.account import Account
from local.soferai.database import connect
from local.soferai.faults import KINDS
from local.soferai.items import Items
from local.soferai.jobs import Jobs
from local.soferai.ledger import Ledger
from local.soferai.manifests import Manifests
from local.soferai.settings import Settings


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
