"""The parts of a running emulator."""

from __future__ import annotations

from collections.abc import Callable

from local.emulators.assemblyai.database import connect
from local.emulators.assemblyai.deliveries import Deliveries
from local.emulators.assemblyai.faults import KINDS
from local.emulators.assemblyai.jobs import Jobs
from local.emulators.assemblyai.ledger import Ledger
from local.emulators.assemblyai.settings import Settings
from local.emulators.assemblyai.transcripts import Transcripts
from local.emulators.assemblyai.uploads import Uploads
from local.emulators.common.faults import Faults
from local.emulators.common.pool import Pool


class Emulator:
    """`open` and `close` are called in the loop that serves; `clock` gives epoch seconds."""

    jobs: Jobs

    def __init__(self, settings: Settings, pool: Pool, clock: Callable[[], float]) -> None:
        self.settings, self.clock = settings, clock
        self._pool = pool
        self._database = connect(settings.state)
        self.faults = Faults(KINDS)
        self.ledger = Ledger(self._database, settings.window_seconds)
        self.transcripts = Transcripts(self._database)
        self.uploads = Uploads(self._database, settings.public_url, settings.state)

    async def open(self) -> None:
        """Take up what a previous process left behind."""
        self._deliveries = Deliveries(self.settings, self.transcripts, self.faults)
        self.jobs = Jobs(
            self.settings,
            self._pool,
            self.transcripts,
            self.uploads,
            self.ledger,
            self.faults,
            self._deliveries,
            self.clock,
        )
        self.jobs.resume()

    async def close(self) -> None:
        await self.jobs.close()
        await self._deliveries.close()
        self.uploads.close()
        self._database.close()

    def delete(self, transcript_id: str) -> None:
        """Leave a tombstone, ending it where it still runs; the audio goes, too."""
        self.jobs.cancel(transcript_id)
        one = self.transcripts.get(transcript_id)
        if one is not None and not one.is_deleted:
            self.uploads.remove(one.audio_url)
            self.transcripts.delete(transcript_id)
            self.ledger.deleted(transcript_id, self.clock())
