"""Calls the webhook of a transcript that is over: up to ten times, ten seconds apart. Any answer
of 4xx ends it, 2xx within ten seconds is a success. What is under way when the process ends is
lost."""

from __future__ import annotations

import asyncio

import httpx
import msgspec

from local.emulators.assemblyai.settings import Settings
from local.emulators.assemblyai.transcripts import Transcript, Transcripts
from local.emulators.common.audio import without_query
from local.emulators.common.faults import Faults
from local.emulators.common.tasks import Tasks


class Deliveries:
    """Needs a running event loop; `close` ends what is under way."""

    def __init__(self, settings: Settings, transcripts: Transcripts, faults: Faults) -> None:
        self._settings, self._transcripts, self._faults = settings, transcripts, faults
        self._client = httpx.AsyncClient(timeout=settings.webhook_timeout_seconds)
        self._tasks = Tasks()

    def announce(self, one: Transcript, status: str) -> None:
        """Tell that it is completed, or ended with an error, if anybody wants to know."""
        url = one.asked.get("webhook_url")
        facts = {"id": one.id, "source": without_query(one.audio_url)}
        if url is None or self._faults.strike("drop_webhook", **facts):
            return
        is_double = self._faults.strike("double_webhook", **facts) is not None
        for _ in range(1 + is_double):
            self._tasks.start(self._deliver(one, url, status))

    async def close(self) -> None:
        await self._tasks.close()
        await self._client.aclose()

    async def _deliver(self, one: Transcript, url: str, status: str) -> None:
        body = msgspec.json.encode({"transcript_id": one.id, "status": status})
        headers = {"Content-Type": "application/json", "User-Agent": "python-requests/2.25.1"}
        name = one.asked.get("webhook_auth_header_name")
        if name is not None:
            headers[name] = one.asked.get("webhook_auth_header_value", "")
        for attempt in range(self._settings.webhook_attempts):
            if attempt:
                await asyncio.sleep(self._settings.webhook_retry_seconds)
            answered = await self._post(url, body, headers)
            if answered is not None:
                self._transcripts.told(one.id, answered)
                if answered < 300 or 400 <= answered < 500:
                    return

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> int | None:
        """The status, or None where there was no answer in time."""
        try:
            answer = await self._client.post(url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL):
            return None
        return answer.status_code
