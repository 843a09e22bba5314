"""A speech provider in memory that keeps books: what was created, transcribed and deleted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, MutableSequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote, urlsplit

from shared.errors import OutcomeUnknown, ResultMalformed, ResultMissing, TranscriptionMissing
from shared.model.failure import Failure
from shared.model.transcript.recognition import RecognisedUtterance, Recognition
from shared.model.transcript.transcript import Word
from shared.ports.provider import (
    JobRequest,
    ProviderReport,
    RemoteCopy,
    RemoteStatus,
    ResultFile,
    WebhookChallenge,
    WebhookHint,
)
from tests.fakes.clock import FakeClock

BAD = Failure(kind="provider", code="InvalidData", reason="It is not audio.", advice="Mend it.")


@dataclass
class Transcription:
    """What the provider holds. `state` is moved by the test, or at once with `instant`."""

    request: JobRequest
    sources: list[str]
    created_at: datetime
    state: str = "running"
    failure: Failure | None = None
    failed: dict[str, Failure] = field(default_factory=dict)


class FakeProvider:
    """`ports.provider.SpeechProvider`. What is in `errors[method]` is raised by the next calls of
    that method, after it was carried out if it is `OutcomeUnknown` and `carries_out_unknown`.

    `bad_sources` fail each alone, or with `fails_with_bad_source` the whole transcription;
    `missing_results` and `malformed_results` count down; `result_errors` are raised once each;
    `dropped_results` are neither listed nor reported as failed; `lies_at` says which input's
    result lies under the name of the n-th.
    """

    name = "azure-speech"
    api_version = "2025-10-15"

    def __init__(self, endpoint: str = "westeurope", *, page: int = 100) -> None:
        self.endpoint, self._page = endpoint, page
        self.clock = FakeClock()
        self.transcriptions: dict[str, Transcription] = {}
        self.calls: Counter[str] = Counter()
        self.created: list[JobRequest] = []
        self.transcribed: Counter[str] = Counter()
        self.deleted: list[str] = []
        self.errors: dict[str, MutableSequence[Exception]] = {}
        self.bad_sources: dict[str, Failure] = {}
        self.missing_results: Counter[str] = Counter()
        self.malformed_results: Counter[str] = Counter()
        self.dropped_results: set[str] = set()
        self.result_errors: dict[str, list[Exception]] = {}
        self.lies_at: Callable[[int, int], int] = lambda index, count: index
        self.carries_out_unknown = True
        self.fails_with_bad_source = False
        self.has_report = True
        self.list_container: Callable[[], list[str]] = list

    def submit(self, request: JobRequest) -> str:
        error = self._next_error("submit")
        if error is not None:
            is_carried_out = isinstance(error, OutcomeUnknown) and self.carries_out_unknown
            if not is_carried_out:
                raise error
        sources = [_without_query(url) for url in request.content_urls]
        number = len(self.created) + 1
        transcription_id = f"{self.endpoint}-{number:04}"
        self.created.append(request)
        self.transcriptions[transcription_id] = Transcription(
            request,
            sources if sources else self.list_container(),
            created_at=self.clock.now(),
        )
        if error is not None:
            raise error
        return transcription_id

    def complete(self, transcription_id: str) -> None:
        """The provider does its work."""
        item = self.transcriptions[transcription_id]
        if item.state != "running":
            return
        bad = {
            source: self.bad_sources[source]
            for source in item.sources
            if source in self.bad_sources
        }
        if bad and self.fails_with_bad_source:
            item.state, item.failure = "failed", next(iter(bad.values()))
            return
        item.failed = bad
        item.state = "failed" if bad and len(bad) == len(item.sources) else "succeeded"
        item.failure = next(iter(bad.values())) if item.state == "failed" else None
        self.transcribed.update(source for source in item.sources if source not in bad)

    def find(self, mark: str, since: datetime | None = None) -> Iterator[str | None]:
        for page in self._pages("find"):
            yield next((key for key, item in page if item.request.mark == mark), None)

    def copies(self, marked: str) -> Iterator[tuple[RemoteCopy, ...]]:
        for page in self._pages("copies"):
            yield tuple(
                RemoteCopy(transcription_id=key, mark=item.request.mark, created_at=item.created_at)
                for key, item in page
                if item.request.mark.startswith(marked) and not item.request.keep
            )

    def _pages(self, method: str) -> Iterator[list[tuple[str, Transcription]]]:
        """Of all transcriptions, at least one."""
        items = list(self.transcriptions.items())
        for start in range(0, max(len(items), 1), self._page):
            self._raise(method)
            yield items[start : start + self._page]

    def status(self, transcription_id: str) -> RemoteStatus:
        self._raise("status")
        item = self._get(transcription_id)
        return RemoteStatus(
            state=item.state if item.state in ("succeeded", "failed") else "running",
            provider_status=item.state,
            mark=item.request.mark,
            failure=item.failure,
        )

    def files(self, transcription_id: str) -> Iterator[tuple[ResultFile, ...]]:
        item = self._get(transcription_id)
        by_name = item.request.container_url is not None
        files = [
            ResultFile(
                kind="result",
                name=f"{source}.json" if by_name else f"contenturl_{i}.json",
                url=f"result:{transcription_id}:{i}",
                index=None if by_name else i,
            )
            for i, source in enumerate(item.sources)
            if item.state == "succeeded"
            and source not in item.failed
            and source not in self.dropped_results
        ]
        if self.has_report:
            files.append(
                ResultFile(kind="report", name="report.json", url=f"report:{transcription_id}:0")
            )
        for start in range(0, len(files), self._page):
            self._raise("files")
            yield tuple(files[start : start + self._page])

    def result(self, file: ResultFile) -> Recognition:
        self._raise("result")
        _, transcription_id, index = file.url.split(":")
        sources = self._get(transcription_id).sources
        source = sources[self.lies_at(int(index), len(sources))]
        if self.result_errors.get(source):
            raise _afresh(self.result_errors[source].pop(0))
        if self.missing_results[source] > 0:
            self.missing_results[source] -= 1
            raise ResultMissing("the result answers 404")
        if self.malformed_results[source] > 0:
            self.malformed_results[source] -= 1
            raise ResultMalformed("the result is not JSON")
        return heard(source)

    def report(self, file: ResultFile) -> ProviderReport:
        self._raise("report")
        item = self._get(file.url.split(":")[1])
        return ProviderReport(failed=item.failed)

    def delete(self, transcription_id: str) -> None:
        self._raise("delete")
        if self.transcriptions.pop(transcription_id, None) is not None:
            self.deleted.append(transcription_id)

    def ensure_webhook(self, url: str, secret: str) -> Iterator[bool]:
        self._raise("ensure_webhook")
        yield False

    def read_webhook(
        self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, secret: str
    ) -> WebhookHint | WebhookChallenge:
        return WebhookHint(transcription_id=body.decode(), event="completed")

    def _get(self, transcription_id: str) -> Transcription:
        if transcription_id not in self.transcriptions:
            raise TranscriptionMissing("there is no such transcription")
        return self.transcriptions[transcription_id]

    def _next_error(self, method: str) -> Exception | None:
        self.calls[method] += 1
        queued = self.errors.get(method)
        if not queued:
            return None
        error = queued[0]
        del queued[0]
        return _afresh(error)

    def _raise(self, method: str) -> None:
        error = self._next_error(method)
        if error is not None:
            raise error


def heard(source: str) -> Recognition:
    """What this provider makes of any audio: its name."""
    name = unquote(urlsplit(source).path).rsplit("/", 1)[-1]
    return Recognition(
        source=source,
        duration_ms=2_000,
        utterances=(
            RecognisedUtterance(
                start_ms=100,
                end_ms=1_500,
                confidence=0.9,
                text=f"This is {name}.",
                words=(
                    Word("This", 100, 400, 0.9),
                    Word("is", 400, 600, 0.9),
                    Word(f"{name}.", 600, 1_500, 0.9),
                ),
            ),
        ),
    )


def _afresh(error: Exception) -> Exception:
    """One that is raised a thousand times would drag along the frames of every time."""
    return error.with_traceback(None)


def _without_query(url: str) -> str:
    return url.split("?", maxsplit=1)[0]
