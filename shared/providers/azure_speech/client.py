"""Azure Speech batch transcription as a `SpeechProvider`: which call, in which order.

What is sent and what an answer means is decided in modules without I/O; how it is sent in
`transport.py`. Nothing here tries again: the pipeline does, which knows budgets and pauses.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import datetime

import httpx

from shared.errors import ConfigurationError, ResultMissing, TranscriptionMissing
from shared.model.transcript.recognition import Recognition
from shared.ports.provider import (
    JobRequest,
    ProviderReport,
    RemoteCopy,
    RemoteStatus,
    ResultFile,
    WebhookChallenge,
    WebhookHint,
)
from shared.providers.azure_speech import calls, webhook, wire
from shared.providers.azure_speech.answers import error_of
from shared.providers.azure_speech.capabilities import LIMITS
from shared.providers.azure_speech.report import read_report
from shared.providers.azure_speech.results import read_result
from shared.providers.azure_speech.transport import AzureTransport, too_large
from shared.providers.azure_speech.versions import NEWEST, version
from shared.providers.transport import Auth

_MAX_RESULT_BYTES = 256 * 1024 * 1024


class AzureSpeech:
    """One Speech resource. Implements `ports.provider.SpeechProvider`.

    `http` is shared by all endpoints of the process; `auth` is made by `auth.by_key` or
    `auth.by_token`. A create call without an answer for `create_seconds` counts as one of unknown
    outcome.
    """

    name = "azure-speech"
    capabilities = LIMITS

    def __init__(
        self,
        *,
        http: httpx.Client,
        endpoint: str,
        auth: Auth,
        api_version: str = NEWEST,
        max_result_bytes: int = _MAX_RESULT_BYTES,
        create_seconds: float = 60.0,
    ) -> None:
        self._version = version(api_version)
        self._transport = AzureTransport(
            http,
            endpoint,
            auth,
            service="Azure Speech",
            error_of=error_of,
            create_seconds=create_seconds,
        )
        self._max_result_bytes = max_result_bytes
        self.endpoint = self._transport.endpoint
        self.api_version = api_version

    def submit(self, request: JobRequest) -> str:
        """Start a transcription and return its id. See `Transport.create` for the errors."""
        return self._transport.create(
            calls.create_path(self._version),
            calls.create_body(request, self._version),
            lambda answer: wire.read_created_id(answer.headers.get("location"), answer.content),
            request.options,
        )

    def find(self, mark: str, since: datetime | None = None) -> Iterator[str | None]:
        return self._transport.pages(
            calls.find_path(mark, self._version),
            lambda body: wire.read_found_id(body, mark),
            "look a transcription up",
        )

    def copies(self, marked: str) -> Iterator[tuple[RemoteCopy, ...]]:
        return self._transport.pages(
            calls.list_path(self._version),
            lambda body: wire.read_copies(body, marked),
            "list the transcriptions",
        )

    def status(self, transcription_id: str) -> RemoteStatus:
        path = calls.transcription_path(transcription_id, self._version)
        what = "read a transcription"
        answer = self._transport.call("GET", path, what, missing=TranscriptionMissing)
        return self._transport.understood(
            lambda body: wire.read_status(body, answer.headers), answer
        )

    def files(self, transcription_id: str) -> Iterator[tuple[ResultFile, ...]]:
        path = calls.files_path(transcription_id, self._version)
        what = "list the files"
        return self._transport.pages(path, wire.read_files, what, missing=TranscriptionMissing)

    def result(self, file: ResultFile) -> Recognition:
        return read_result(self._fetch(file))

    def report(self, file: ResultFile) -> ProviderReport:
        return read_report(self._fetch(file))

    def delete(self, transcription_id: str) -> None:
        self._transport.delete(calls.transcription_path(transcription_id, self._version))

    def ensure_webhook(self, url: str, secret: str) -> Iterator[bool]:
        """Register our webhook, or bring it up to date: switched off, another secret, another
        query. Two instances that register at the same moment both keep the same, oldest one."""
        if not secret:
            raise ConfigurationError(["The webhook of Azure Speech needs a secret."])
        body = webhook.registration(url, secret)
        ours = yield from self._webhooks(url)
        if not ours:
            path = webhook.list_path(self._version)
            self._transport.call("POST", path, "register the webhook", body=body)
            yield True
            ours = yield from self._webhooks(url)
        elif not webhook.is_up_to_date(ours[0], url, secret):
            path = webhook.webhook_path(ours[0].id, self._version)
            self._transport.call("PATCH", path, "update the webhook", body=body)
            yield True
        for surplus in ours[1:]:
            self._transport.delete(webhook.webhook_path(surplus.id, self._version))
            yield True

    def read_webhook(
        self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, secret: str
    ) -> WebhookHint | WebhookChallenge:
        return webhook.read_webhook(headers, query, body, secret)

    def _webhooks(self, url: str) -> Generator[bool, None, Sequence[webhook.Webhook]]:
        path = webhook.list_path(self._version)
        found: list[webhook.Webhook] = []
        for page in self._transport.pages(path, webhook.read_page, "list the webhooks"):
            found += page
            yield False
        return webhook.ours_among(found, url, self._version)

    def _fetch(self, file: ResultFile) -> bytes:
        if not file.url:
            raise ResultMissing("Azure Speech lists a file without a link.", code="no_link")
        if file.bytes is not None and file.bytes > self._max_result_bytes:
            raise too_large(self._max_result_bytes)
        return self._transport.download(file.url, self._max_result_bytes)
