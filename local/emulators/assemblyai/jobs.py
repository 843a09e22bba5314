"""Runs transcripts: as many at once as the account may, the others wait in the order in which
they came."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from local.emulators.assemblyai.deliveries import Deliveries
from local.emulators.assemblyai.ledger import Ledger
from local.emulators.assemblyai.settings import Settings
from local.emulators.assemblyai.transcripts import Transcript, Transcripts
from local.emulators.assemblyai.uploads import Uploads
from local.emulators.common.audio import Unfetched, fetch, without_query
from local.emulators.common.faults import Faults
from local.emulators.common.pool import Pool
from local.emulators.common.tasks import Tasks
from local.recogniser.types import AudioRejected, Heard

log = logging.getLogger(__name__)

_MOST_BYTES = 5 * 10**9
_SHORTEST_MS = 160
_FETCH_TIMEOUT = httpx.Timeout(60.0, connect=10.0, pool=None)
_SERVER_ERROR = "Server error, developers have been alerted."
_TOO_SHORT = "Audio duration is too short."
_REJECTED = {
    "empty": "File does not appear to contain audio. File type is application/x-empty (empty).",
    "not_audio": "File does not appear to contain audio. File type is text/plain (ASCII text).",
    "too_short": _TOO_SHORT,
    "decode": "Transcoding failed. Please make sure the file is a valid audio file.",
}


class JobFailed(Exception):
    """A transcript that ends with an error, in the service's words."""


class Jobs:
    """Needs a running event loop; `close` ends what is under way."""

    def __init__(
        self,
        settings: Settings,
        pool: Pool,
        transcripts: Transcripts,
        uploads: Uploads,
        ledger: Ledger,
        faults: Faults,
        deliveries: Deliveries,
        clock: Callable[[], float],
    ) -> None:
        self._settings, self._pool, self._clock = settings, pool, clock
        self._transcripts, self._uploads, self._ledger = transcripts, uploads, ledger
        self._faults, self._deliveries = faults, deliveries
        self._slots = asyncio.Semaphore(settings.jobs_at_once)
        self._working = 0
        self._client = httpx.AsyncClient(follow_redirects=True, timeout=_FETCH_TIMEOUT)
        self._tasks = Tasks()

    def resume(self) -> None:
        """After a restart: whatever had not ended starts from the beginning."""
        for transcript_id in self._transcripts.unfinished():
            self.start(transcript_id)

    def start(self, transcript_id: str) -> None:
        self._tasks.start(self._wait_and_run(transcript_id), transcript_id)

    def cancel(self, transcript_id: str) -> None:
        self._tasks.cancel(transcript_id)

    async def close(self) -> None:
        await self._tasks.close()
        await self._client.aclose()

    async def _wait_and_run(self, transcript_id: str) -> None:
        async with self._slots:
            self._working += 1
            self._ledger.working(self._working)
            try:
                await self._run_safely(transcript_id)
            finally:
                self._working -= 1

    async def _run_safely(self, transcript_id: str) -> None:
        one = self._transcripts.get(transcript_id)
        if one is None or one.is_deleted:
            return
        try:
            await self._run(one)
        except JobFailed as failure:
            self._finish(one, error=str(failure))
        except Exception:
            log.exception("transcript %s broke down", transcript_id)
            self._finish(one, error=_SERVER_ERROR)

    async def _run(self, one: Transcript) -> None:
        facts = {"id": one.id, "source": without_query(one.audio_url)}
        await self._linger("slow_start", facts)
        if not self._transcripts.move(one.id, "processing"):
            return
        await self._linger("slow_job", facts)
        fault = self._faults.strike("fail_job", **facts)
        if fault is not None:
            raise JobFailed(fault.options["error"])
        heard = await self._heard(one)
        if heard.duration_ms < _SHORTEST_MS:
            raise JobFailed(_TOO_SHORT)
        self._ledger.transcribed(one.id, one.audio_url)
        self._finish(one, heard=heard)

    async def _heard(self, one: Transcript) -> Heard:
        with TemporaryDirectory(prefix="assemblyai-", ignore_cleanup_errors=True) as folder:
            path = self._uploads.path(one.audio_url) or await self._fetched(one, Path(folder))
            try:
                return await asyncio.wrap_future(self._pool.recognise(path))
            except AudioRejected as error:
                raise JobFailed(_REJECTED[error.kind]) from None
            except OSError:
                raise JobFailed(_download_error(one)) from None

    async def _fetched(self, one: Transcript, folder: Path) -> Path:
        whole = self._settings.whole_audio
        try:
            return await fetch(
                self._client, one.audio_url, folder, whole=whole, most_bytes=_MOST_BYTES
            )
        except Unfetched:
            raise JobFailed(_download_error(one)) from None

    def _finish(self, one: Transcript, *, heard: Heard | None = None, error: str = "") -> None:
        status = "completed" if heard is not None else "error"
        moved = self._transcripts.move(
            one.id, status, self._clock(), heard=heard, error=error or None
        )
        if moved:
            self._deliveries.announce(one, status)

    async def _linger(self, kind: str, facts: dict[str, str]) -> None:
        fault = self._faults.strike(kind, **facts)
        if fault is not None:
            await asyncio.sleep(fault.options["seconds"])


def _download_error(one: Transcript) -> str:
    """The service quotes the URL, SAS and all."""
    return (
        f"Download error, unable to download {one.audio_url}. Please make sure the file exists "
        "and is accessible from the internet."
    )
