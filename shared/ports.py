"""What the use-cases need from the outside world. Adapters implement these; tests fake them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, Protocol

import msgspec

from shared.model.failure import Failure
from shared.model.options import Options
from shared.model.recognition import Recognition


class JobRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One create call. Exactly one of `content_urls` and `container_url` is set.

    `mark` is our own id of this attempt, unique and at most 64 characters, written where the
    provider's list shows it again, so that a call with an unknown outcome can be looked up.
    """

    mark: str
    display_name: str
    options: Options
    content_urls: tuple[str, ...] = ()
    container_url: str | None = None


class RemoteStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A transcription as its provider describes it now.

    A status that we do not know counts as running. `failure` is set when it failed as a whole.
    """

    state: Literal["running", "succeeded", "failed"]
    provider_status: str
    mark: str | None = None
    model: str | None = None
    completed_at: str | None = None
    retry_after_seconds: int | None = None
    failure: Failure | None = None


class ResultFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that the provider made. `index` is the position in `JobRequest.content_urls` that
    its name hints at, None where the name tells nothing. `url` may hold a secret."""

    kind: Literal["result", "report"]
    name: str
    url: str
    bytes: int | None = None
    index: int | None = None


class ProviderReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider says of each input: `failed` maps a source (query cut off) to a reason."""

    succeeded_sources: tuple[str, ...] = ()
    failed: dict[str, Failure] = {}


class WebhookHint(msgspec.Struct, frozen=True, kw_only=True):
    """A provider says that something happened to a transcription. Only a hint: ask it."""

    transcription_id: str
    event: str
    invocation_id: str | None = None


class WebhookChallenge(msgspec.Struct, frozen=True, kw_only=True):
    """A provider asks whether the webhook is ours; `answer` is the body to send back."""

    answer: str


class SpeechProvider(Protocol):
    """One endpoint of one provider. Every method may raise the errors of `ProviderError`."""

    name: str
    endpoint: str
    api_version: str

    def submit(self, request: JobRequest) -> str:
        """Start a transcription and return the provider's id of it.

        Raises `OutcomeUnknown` where the call may have been carried out all the same; anything
        else means that it was not.
        """

    def find(self, mark: str) -> str | None:
        """The id of the transcription that carries `mark`, or None if there is none."""

    def status(self, transcription_id: str) -> RemoteStatus:
        """The transcription now. Raises `TranscriptionMissing`."""

    def files(self, transcription_id: str) -> Iterator[tuple[ResultFile, ...]]:
        """Its files, a page at a time, results and report alike."""

    def result(self, file: ResultFile) -> Recognition:
        """Fetch and read one result. Raises `ResultMissing`, `ResultMalformed`."""

    def report(self, file: ResultFile) -> ProviderReport:
        """Fetch and read the report. Raises `ResultMissing`, `ResultMalformed`."""

    def delete(self, transcription_id: str) -> None:
        """Remove the provider's copy; no error when it is gone already."""

    def ensure_webhook(self, url: str, secret: str) -> bool:
        """Register our webhook, or re-enable it where the provider switched it off.
        Returns whether anything had to be done. No webhook at this provider: False."""

    def read_webhook(
        self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, secret: str
    ) -> WebhookHint | WebhookChallenge:
        """Verify and decode a call of our webhook, without I/O. Header names may come in any
        case. Raises `ProviderUnauthorised` on a bad or missing signature."""
