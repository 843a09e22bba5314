"""Sends web hooks: the challenge, events, ping and test.

A delivery is tried a few times; then the hook becomes Failed until a PATCH of its URL. What is
under way when the process ends is lost: the service gives no delivery guarantee either.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Callable

import httpx
import msgspec

from local.emulators.azure_speech.hooks import WebHook, WebHooks, hook_body
from local.emulators.azure_speech.settings import Settings
from local.emulators.azure_speech.versions import Version
from local.emulators.common.faults import Faults
from local.emulators.common.tasks import Tasks

_EVENT_HEADER = "X-MicrosoftSpeechServices-Event"
_SIGNATURE_HEADER = "X-MicrosoftSpeechServices-Signature"


class Deliveries:
    """Needs a running event loop; `close` ends what is under way."""

    def __init__(
        self, settings: Settings, hooks: WebHooks, faults: Faults, clock: Callable[[], float]
    ) -> None:
        self._settings = settings
        self._hooks = hooks
        self._faults = faults
        self._clock = clock
        self._client = httpx.AsyncClient(timeout=settings.webhook_timeout_seconds)
        self._tasks = Tasks()

    def resume(self) -> None:
        """After a restart: hooks that wait for their challenge get it."""
        for hook in self._hooks.all():
            if hook.status == "NotStarted":
                self.challenge(hook)

    def challenge(self, hook: WebHook) -> None:
        self._tasks.start(self._challenge(hook))

    def ping(self, hook: WebHook) -> None:
        body = msgspec.json.encode(hook_body(hook, hook.version, self._settings.public_url))
        self._tasks.start(self._post_once(hook, "ping", body))

    def test(self, hook: WebHook, event: str, path: str) -> None:
        self._tasks.start(self._post_once(hook, _header(event), self._notification(hook, path)))

    def announce(self, event: str, path: str, version: Version) -> None:
        """Tell every hook that listens that `event` (such as transcriptionCompletion) happened
        to the entity at `path`."""
        for hook in self._hooks.all():
            if not hook.listens_to(event, version):
                continue
            link = hook.version.link(self._settings.public_url, path)
            if self._faults.strike("drop_webhook", event=event, self=link):
                continue
            body = self._notification(hook, path)
            double = self._faults.strike("double_webhook", event=event, self=link)
            for _ in range(2 if double else 1):
                self._tasks.start(self._deliver(hook, _header(event), body))

    async def close(self) -> None:
        await self._tasks.close()
        await self._client.aclose()

    def _notification(self, hook: WebHook, path: str) -> bytes:
        link = hook.version.link(self._settings.public_url, path)
        return msgspec.json.encode({"self": link, "invocationId": str(uuid.uuid4())})

    async def _challenge(self, hook: WebHook) -> None:
        token = secrets.token_hex(16)
        url = httpx.URL(hook.web_url)
        asked = str(url.copy_merge_params({"validationToken": token}))
        for attempt in range(self._settings.webhook_attempts):
            await self._pause(attempt)
            answer = await self._post(hook, asked, "Challenge", b"", signed=token.encode())
            if answer is not None and answer.status_code == 200 and answer.text.strip() == token:
                self._settle(hook, "Succeeded", verified=True)
                return
        self._settle(
            hook,
            "Failed",
            verified=False,
            error=("InvalidCallbackUri", "The challenge was not answered with its token."),
        )

    async def _deliver(self, hook: WebHook, event: str, body: bytes) -> None:
        for attempt in range(self._settings.webhook_attempts):
            await self._pause(attempt)
            answer = await self._post(hook, hook.web_url, event, body, signed=body)
            if answer is not None and answer.is_success:
                return
        self._settle(
            hook,
            "Failed",
            verified=True,
            error=("InvalidCallbackUri", "The registered URL did not accept a notification."),
        )

    async def _post_once(self, hook: WebHook, event: str, body: bytes) -> None:
        await self._post(hook, hook.web_url, event, body, signed=body)

    async def _post(
        self, hook: WebHook, url: str, event: str, body: bytes, *, signed: bytes
    ) -> httpx.Response | None:
        """The answer, or None where there was none."""
        headers = {_EVENT_HEADER: event, "Content-Type": "application/json; charset=utf-8"}
        if hook.secret:
            headers[_SIGNATURE_HEADER] = signature(hook.secret, signed)
        try:
            return await self._client.post(url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL):
            return None

    async def _pause(self, attempt: int) -> None:
        if attempt:
            await asyncio.sleep(self._settings.webhook_retry_seconds * 2 ** (attempt - 1))

    def _settle(
        self,
        hook: WebHook,
        status: str,
        *,
        verified: bool,
        error: tuple[str | None, str | None] = (None, None),
    ) -> None:
        """Enter a status, unless the hook has gone or moved to another address meanwhile."""
        now = self._hooks.get(hook.id)
        if now is None or now.web_url != hook.web_url or now.status == status:
            return
        code, message = error
        self._hooks.put(
            msgspec.structs.replace(
                now,
                status=status,
                verified=verified,
                error_code=code,
                error_message=message,
                last_action_at=int(self._clock()),
            )
        )


def signature(secret: str, content: bytes) -> str:
    """base64 of the HMAC-SHA256 of `content`."""
    return base64.b64encode(hmac.digest(secret.encode(), content, hashlib.sha256)).decode()


def _header(event: str) -> str:
    return event[0].upper() + event[1:]
