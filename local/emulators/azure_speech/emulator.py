"""The emulator put together: one object that holds every part, for the routes to use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local.emulators.azure_speech import database
from local.emulators.azure_speech.deliveries import Deliveries
from local.emulators.azure_speech.faults import KINDS
from local.emulators.azure_speech.files import Files, Links
from local.emulators.azure_speech.hooks import WebHooks
from local.emulators.azure_speech.jobs import Jobs
from local.emulators.azure_speech.ledger import Ledger
from local.emulators.azure_speech.models import Models
from local.emulators.azure_speech.settings import Settings
from local.emulators.azure_speech.transcriptions import Transcriptions
from local.emulators.common.faults import Faults
from local.emulators.common.pool import Pool


class Emulator:
    """Made in any thread; `open` and everything after it in the thread of the event loop."""

    def __init__(self, settings: Settings, pool: Pool, clock: Callable[[], float]) -> None:
        self.settings = settings
        self.clock = clock
        self.pool = pool
        self._database = database.connect(settings.state)
        self.transcriptions = Transcriptions(self._database)
        self.files = Files(self._database)
        self.links = Links(settings.public_url, database.secret(self._database, "links"))
        self.hooks = WebHooks(self._database)
        self.models = Models(self._database)
        self.ledger = Ledger(self._database)
        self.faults = Faults(KINDS)

    async def open(self) -> None:
        """Take up what a previous process left behind."""
        self.deliveries = Deliveries(self.settings, self.hooks, self.faults, self.clock)
        self.jobs = Jobs(
            self.settings,
            self.pool,
            self.transcriptions,
            self.files,
            self.ledger,
            self.faults,
            self.deliveries,
            self.clock,
        )
        self.deliveries.resume()
        self.jobs.resume()

    async def close(self) -> None:
        await self.jobs.close()
        await self.deliveries.close()
        self._database.close()

    def now(self) -> int:
        return int(self.clock())

    def delete(self, transcription_id: str, *, expired: bool = False) -> None:
        """Remove a transcription, ending it where it still runs, and tell who wants to know."""
        self.jobs.cancel(transcription_id)
        gone = self.transcriptions.remove(transcription_id)
        self.ledger.deleted(transcription_id, self.now(), existed=gone is not None, expired=expired)
        if gone is not None:
            path = f"transcriptions/{transcription_id}"
            self.deliveries.announce("transcriptionDeletion", path, gone.version)

    def expire(self) -> None:
        """Delete what has outlived its time to live."""
        for transcription_id in self.transcriptions.expired(self.clock()):
            self.delete(transcription_id, expired=True)

    def read_ledger(self) -> dict[str, Any]:
        self.expire()
        return self.ledger.body(self.transcriptions.ids())
