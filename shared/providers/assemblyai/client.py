"""AssemblyAI as a `SpeechProvider`: which call, in which order.

What is sent and what an answer means is decided in modules without I/O. Nothing here tries again:
the pipeline does, which knows budgets and pauses.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

import httpx

from shared.errors import (
    ChoiceRefused,
    ConfigurationError,
    ProviderError,
    ProviderRefused,
    ResultMissing,
    TranscriptionMissing,
)
from shared.model.transcript.recognition import Recognition
from shared.ports.provider import (
    JobRequest,
    ProviderReport,
    RemoteCopy,
    RemoteStatus,
    ResultFile,
    WebhookHint,
)
from shared.providers.assemblyai import calls, webhook, wire
from shared.providers.assemblyai.answers import NAME, error_of
from shared.providers.assemblyai.capabilities import LIMITS
from shared.providers.assemblyai.marks import Mark, may_be_added_to, with_mark
from shared.providers.assemblyai.models import USUAL
from shared.providers.assemblyai.results import read_result
from shared.providers.assemblyai.upload import upload
from shared.providers.assemblyai.webhook import Webhook
from shared.providers.assemblyai.wire import Listed
from shared.providers.transport import Transport

_T = TypeVar("_T")
# Times in the list do not say their zone; no clock on earth is further from UTC.
_ZONES = timedelta(hours=15)
_SOON_SECONDS = 10.0


class _Models(NamedTuple):
    """`instead` tells that the provider named them when it refused the usual ones."""

    names: tuple[str, ...]
    instead: bool = False


class _Source(NamedTuple):
    """Where the audio is, and whether our mark may be added to that address."""

    url: str
    takes_marks: bool


class AssemblyAI:
    """One account in one region. Implements `ports.provider.SpeechProvider`.

    `http` is shared by all endpoints of the process. Without `webhook` the provider does not
    call. With `uploads` the audio is handed over instead of a link to it, in at most
    `upload_seconds`; that needs a webhook, whose address is the only place for our mark then. A
    create call without an answer for `create_seconds` counts as one of unknown outcome. `models`
    are asked for where a profile names none; once they are refused, and the answer says what is
    accepted, this process asks for that.
    """

    name = "assemblyai"
    api_version = "v2"
    capabilities = LIMITS

    def __init__(
        self,
        *,
        http: httpx.Client,
        endpoint: str,
        key: str,
        webhook: Webhook | None = None,
        uploads: bool = False,
        upload_seconds: float = 60.0,
        create_seconds: float = 60.0,
        models: Sequence[str] = USUAL.models,
    ) -> None:
        if uploads and webhook is None:
            raise ConfigurationError(
                ["ASSEMBLYAI_UPLOADS: is set without WEBHOOK_BASE_URL, expected both"]
            )
        stripped = key.strip()  # a line break at its end would be an illegal header
        self._webhook, self._uploads, self._upload_seconds = webhook, uploads, upload_seconds
        self._models = _Models(tuple(models))
        self._transport = Transport(
            http,
            endpoint,
            lambda: {"Authorization": stripped},
            service=NAME,
            error_of=error_of,
            create_seconds=create_seconds,
        )
        self.endpoint = self._transport.endpoint

    def submit(self, request: JobRequest) -> str:
        """Start a transcript and return its id. See `Transport.create` for the errors. A call that
        is refused for its usual models is made once more with those that the answer names, if it
        came soon: the intent of a call may not grow old."""
        if len(request.content_urls) != 1:
            raise ValueError(f"{NAME} takes one recording a job")
        source = self._source(request)
        models, began = self._models, time.monotonic()
        try:
            return self._create(source, request, models)
        except ChoiceRefused as error:
            if not error.accepted:
                raise
            self._models = _Models(error.accepted, instead=True)
            if time.monotonic() - began > _SOON_SECONDS:
                raise
        return self._create(source, request, self._models)

    def _create(self, source: _Source, request: JobRequest, models: _Models) -> str:
        is_usual = not request.options.models
        instead = models.instead and is_usual
        url = source.url
        if source.takes_marks:
            url = with_mark(url, request.mark, keep=request.keep, instead=instead)
        return self._transport.create(
            calls.TRANSCRIPTS,
            calls.create_body(url, request, self._webhook, models.names, instead=instead),
            lambda answer: wire.read_created_id(answer.content),
            request.options,
            models.names if is_usual else (),
        )

    def find(self, mark: str, since: datetime | None = None) -> Iterator[str | None]:
        """Page by page. Between two pages, those transcripts are looked at themselves whose mark
        the list may not show."""
        oldest = None if since is None else since - _ZONES
        for page in self._pages():
            found = next((one.id for one in page if one.mark and one.mark.text == mark), None)
            yield found
            if found is not None:
                return
            for one in page:
                is_new = oldest is None or one.created_at is None or one.created_at >= oldest
                if one.may_be_marked and is_new:
                    its_mark = self._mark_of(one.id)
                    yield one.id if its_mark and its_mark.text == mark else None
            last = page[-1].created_at if page else None
            if oldest is not None and last is not None and last < oldest:
                return

    def copies(self, marked: str) -> Iterator[tuple[RemoteCopy, ...]]:
        for page in self._pages():
            yield tuple(copy for one in page for copy in _copies(one, one.mark, marked))
            for one in page if self._uploads else ():
                if one.is_upload:
                    yield _copies(one, self._mark_of(one.id), marked)

    def status(self, transcription_id: str) -> RemoteStatus:
        return self._get(transcription_id, wire.read_status, TranscriptionMissing)

    def files(self, transcription_id: str) -> Iterator[tuple[ResultFile, ...]]:
        """A transcript is its own result, so nothing has to be asked for."""
        path = calls.transcript_path(transcription_id)
        yield (ResultFile(kind="result", name=transcription_id, url=path, index=0),)

    def result(self, file: ResultFile) -> Recognition:
        return self._get(file.name, read_result, ResultMissing)

    def report(self, file: ResultFile) -> ProviderReport:
        """There is none: a job is one recording, and its status says all."""
        return ProviderReport()

    def delete(self, transcription_id: str) -> None:
        self._transport.delete(calls.transcript_path(transcription_id))

    def ensure_webhook(self, url: str, secret: str) -> Iterator[bool]:
        """Every transcript brings its own."""
        return iter(())

    def read_webhook(
        self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, secret: str
    ) -> WebhookHint:
        return webhook.read_webhook(headers, query, body, secret)

    def _source(self, request: JobRequest) -> _Source:
        """A link that carries our mark, if it may; else the webhook's address does."""
        [url] = request.content_urls
        if self._uploads:
            uploaded = upload(self._transport, url, self._upload_seconds)
            return _Source(uploaded, takes_marks=False)
        if may_be_added_to(url):
            return _Source(url, takes_marks=True)
        if self._webhook is None:
            raise ProviderRefused(
                "The link to the recording is signed as a whole, and without a webhook nothing "
                "else could carry our mark.",
                code="nowhere_to_mark",
                names_an_input=True,
            )
        return _Source(url, takes_marks=False)

    def _pages(self) -> Iterator[tuple[Listed, ...]]:
        """The list, the newest first. One that repeats itself is refused."""
        before_id: str | None = None
        seen: set[str | None] = set()
        while before_id not in seen:
            seen.add(before_id)
            page, before_id = self._transport.get(
                calls.list_path(before_id), "list the transcripts", wire.read_list
            )
            yield page
            if before_id is None:
                return
        raise ProviderRefused("Endless pages on: list the transcripts.", code="endless_pages")

    def _mark_of(self, transcription_id: str) -> Mark | None:
        """None, too, where it has gone since."""
        try:
            return self._get(transcription_id, wire.read_mark, TranscriptionMissing)
        except TranscriptionMissing:
            return None

    def _get(
        self, transcription_id: str, read: Callable[[bytes], _T], missing: type[ProviderError]
    ) -> _T:
        path = calls.transcript_path(transcription_id)
        return self._transport.get(path, "read a transcript", read, missing=missing)


def _copies(one: Listed, mark: Mark | None, marked: str) -> tuple[RemoteCopy, ...]:
    """One, or none where it is not ours or is to stay."""
    if mark is None or mark.keep or not mark.text.startswith(marked) or one.created_at is None:
        return ()
    return (RemoteCopy(transcription_id=one.id, mark=mark.text, created_at=one.created_at),)
