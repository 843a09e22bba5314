"""A speech provider, as the use-cases see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

import msgspec

from shared.model.failure import Failure
from shared.model.profile.options import Mode, Options
from shared.model.transcript.recognition import Recognition
from shared.model.transcript.transcript import Cost


class Sound(Protocol):
    """The bytes of one recording, in the version that was looked at."""

    @property
    def name(self) -> str:
        """That of the file, with its ending."""

    @property
    def size(self) -> int:
        """Bytes."""

    @property
    def is_read(self) -> bool:
        """Whether the last of it was handed out: until then no provider can have had all."""

    def chunks(self) -> Iterator[bytes]:
        """From the beginning, a few megabytes at a time. Raises `AudioChanged`, and what storage
        does."""


class JobRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One create call. Exactly one of `content_urls` and `container_url` is set.

    `mark` is our own id of this attempt, unique and at most 64 characters, written where the
    provider's list shows it again, so that a call with an unknown outcome can be looked up.
    `title` is what its makers call it, "" for nothing, and `titles` what they call each of
    `content_urls`, () where nobody asked. They are theirs: cleaned and cut by whoever sends them.
    `keep` notes with it that the provider's copy is to stay. `audio_ms` is the length of all as
    far as it is known, `tries` how often the call was about to be made and was not. After
    `deadline_at` the call may not begin any more: others take its intent for forgotten. Where the
    provider answers at once, within `answer_seconds` from when it has all, `sound` is the one
    recording, unless that lies at an address on the web.
    """

    mark: str
    display_name: str
    title: str = ""
    titles: tuple[str, ...] = ()
    options: Options
    mode: Mode = "standard"
    audio_ms: int = 0
    tries: int = 0
    keep: bool = False
    content_urls: tuple[str, ...] = ()
    container_url: str | None = None
    deadline_at: datetime | None = None
    sound: Sound | None = None
    answer_seconds: float = 0.0


class ResultFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that the provider made. `index` is the position in `JobRequest.content_urls` that
    its name hints at, None where the name tells nothing. `url` may hold a secret. Where the list
    itself tells that there is no result, that is an entry, too: of a `failure`, or "unfunded" of an
    input that waits until the provider's account has money again."""

    kind: Literal["result", "report", "failure", "unfunded"]
    name: str
    url: str
    bytes: int | None = None
    index: int | None = None
    failure: Failure | None = None


class RemoteStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A transcription as its provider describes it now.

    A status that we do not know counts as running. `failure` is set when it failed as a whole.
    `files` are all that `files()` would list, where the same answer tells them: then nobody has to
    ask again.
    """

    state: Literal["running", "succeeded", "failed"]
    provider_status: str
    mark: str | None = None
    model: str | None = None
    completed_at: str | None = None
    retry_after_seconds: int | None = None
    failure: Failure | None = None
    files: tuple[ResultFile, ...] | None = None


def answered(transcription_id: str) -> RemoteStatus:
    """Of a transcription whose provider answered at once: its answer is the one result."""
    file = ResultFile(kind="result", name=transcription_id, url="", index=0)
    return RemoteStatus(
        state="succeeded", provider_status="answered", mark=transcription_id, files=(file,)
    )


class ProviderReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider says of the inputs: `failed` maps a source (query cut off) to a reason."""

    failed: dict[str, Failure] = {}


class RemoteCopy(msgspec.Struct, frozen=True, kw_only=True):
    """A transcription that one of our create calls made, as the provider's list shows it."""

    transcription_id: str
    mark: str
    created_at: datetime


class WebhookHint(msgspec.Struct, frozen=True, kw_only=True):
    """A provider says that something happened to a transcription. Only a hint: ask it."""

    transcription_id: str
    event: str
    invocation_id: str | None = None


class WebhookChallenge(msgspec.Struct, frozen=True, kw_only=True):
    """A provider asks whether the webhook is ours; `answer` is the body to send back."""

    answer: str


class SpeechProvider(Protocol):
    """One endpoint of one provider. Every method may raise the errors of `ProviderError`.

    A method that may need several calls of the provider's API is an iterator, and each of its
    steps makes one: so that every call is counted, and the limits hold between two of them. What
    `submit` makes is in `Capabilities.calls_per_create`; the others make one.
    """

    name: str
    endpoint: str
    api_version: str

    def submit(self, request: JobRequest) -> str:
        """Start a transcription and return the provider's id of it.

        Raises `OutcomeUnknown` where the call may have been carried out all the same; anything
        else means that it was not.
        """

    def find(self, mark: str, since: datetime | None = None) -> Iterator[str | None]:
        """Page by page, the id of the transcription that carries `mark`, None where the page does
        not show it. It was created no earlier than `since`, which spares a long look where a
        provider lists all."""

    def copies(self, marked: str) -> Iterator[tuple[RemoteCopy, ...]]:
        """Every transcription whose mark begins with `marked`, unless it was made to be kept; a
        page at a time."""

    def status(self, transcription_id: str) -> RemoteStatus:
        """The transcription now. Raises `TranscriptionMissing`."""

    def files(self, transcription_id: str) -> Iterator[tuple[ResultFile, ...]]:
        """Its files, a page at a time, results and report alike."""

    def result(self, file: ResultFile) -> Recognition:
        """Fetch and read one result. Raises `ResultMissing`, `ResultMalformed`, and of these
        `ResultTooLarge` where the result of another attempt would be too large as well."""

    def report(self, file: ResultFile) -> ProviderReport:
        """Fetch and read the report. Raises `ResultMissing`, `ResultMalformed`."""

    def delete(self, transcription_id: str) -> None:
        """Remove the provider's copy; no error when it is gone already."""

    def ensure_webhook(self, url: str, secret: str) -> Iterator[bool]:
        """Register our webhook, or re-enable it where the provider switched it off. Says of each
        call whether it changed something. No webhook at this provider: no call."""

    def read_webhook(
        self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, secret: str
    ) -> WebhookHint | WebhookChallenge:
        """Verify and decode a call of our webhook, without I/O. Header names may come in any
        case. Raises `ProviderUnauthorised` on a bad or missing signature."""


@runtime_checkable
class Limited(Protocol):
    """An endpoint that lets only so many create calls through."""

    def reserve(self, most: int) -> int:
        """How many create calls may follow at once, at most so many. Those are set aside for this
        process. Raises `ProviderThrottled` and `EndpointDown` where there is none."""


@runtime_checkable
class Prepaid(Protocol):
    """A provider whose account has to hold the money beforehand."""

    def balance(self) -> Cost | None:
        """What new transcriptions may cost; None where nobody has to pay beforehand."""
