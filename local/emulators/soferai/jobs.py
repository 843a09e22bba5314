"""Works through the transcriptions: fetches the audio, has it recognised, takes the money."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import msgspec

from local.emulators.common.audio import Unfetched, fetch, file_name
from local.emulators.common.faults import Faults
from local.emulators.common.pool import Pool
from local.emulators.common.tasks import Tasks
from local.emulators.soferai.account import Account, cost
from local.emulators.soferai.items import OVER, Item, Items
from local.emulators.soferai.ledger import Ledger
from local.emulators.soferai.results import paragraphs
from local.emulators.soferai.settings import Settings
from local.recogniser.types import AudioRejected, Heard

log = logging.getLogger(__name__)

_MOST_BYTES = 10**9
_FETCH_TIMEOUT = httpx.Timeout(60.0, connect=10.0, pool=None)


class Jobs:
    """Needs a running event loop; `close` ends what is under way."""

    def __init__(
        self,
        settings: Settings,
        pool: Pool,
        items: Items,
        account: Account,
        ledger: Ledger,
        faults: Faults,
    ) -> None:
        self._settings, self._pool = settings, pool
        self._items, self._account = items, account
        self._ledger, self._faults = ledger, faults
        self._slots = asyncio.Semaphore(settings.items_at_once)
        self._client = httpx.AsyncClient(follow_redirects=True, timeout=_FETCH_TIMEOUT)
        self._tasks = Tasks()

    def resume(self) -> None:
        """After a restart: whatever had not ended starts from the beginning."""
        self.start(item.id for item in self._items.all() if item.status not in OVER)

    def resume_unfunded(self) -> int:
        """What waits for money starts from the beginning; returns how many."""
        waiting = self._items.in_status("INSUFFICIENT_FUNDS")
        for item in waiting:
            self._items.move(item.id, "PENDING")
        self.start(item.id for item in waiting)
        return len(waiting)

    def start(self, item_ids: Iterable[str]) -> None:
        for item_id in item_ids:
            self._tasks.start(self._run_safely(item_id), item_id)

    async def close(self) -> None:
        await self._tasks.close()
        await self._client.aclose()

    async def _run_safely(self, item_id: str) -> None:
        item = self._items.get(item_id)
        if item.asked.mode == "standard" and self._settings.standard_seconds:
            await asyncio.sleep(self._settings.standard_seconds)
        slow = self._faults.strike("slow_item", **item.facts)
        if slow is not None:
            await asyncio.sleep(slow.options["seconds"])
        async with self._slots:
            try:
                await self._run(item)
            except (Unfetched, AudioRejected):
                self._items.move(item_id, "FAILED")
            except Exception:
                log.exception("transcription broke down")
                self._items.move(item_id, "FAILED")

    async def _run(self, item: Item) -> None:
        ended = self._faults.strike("end_item", **item.facts)
        if ended is not None:
            self._items.move(item.id, ended.options["status"])
            return
        self._items.move(item.id, "PROCESSING")
        heard = await self._heard(item)
        seconds = heard.duration_ms / 1000
        cents = cost(item.asked, seconds)
        if not self._account.pay(cents):
            self._items.move(item.id, "INSUFFICIENT_FUNDS", duration=seconds)
            return
        self._ledger.transcribed(item.audio_url or item.id, item.id, cents)
        content = msgspec.json.encode(paragraphs(heard)).decode()
        self._items.move(item.id, "COMPLETED", duration=seconds, content=content)

    async def _heard(self, item: Item) -> Heard:
        with TemporaryDirectory(prefix="soferai-", ignore_cleanup_errors=True) as folder:
            audio = await self._audio(item, Path(folder))
            return await asyncio.wrap_future(self._pool.recognise(audio))

    async def _audio(self, item: Item, folder: Path) -> Path:
        sent = self._items.audio(item.id)
        if sent is None:
            whole = self._settings.whole_audio
            return await fetch(
                self._client, item.audio_url, folder, whole=whole, most_bytes=_MOST_BYTES
            )
        path = folder / file_name(item.title)
        path.write_bytes(sent)
        return path
