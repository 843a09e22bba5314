"""What the use-cases need from the outside world. Adapters implement these; tests fake them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, Protocol, runtime_checkable

import msgspec

from shared.messages import Message
from shared.model.batch import Batch, BatchEntry, BatchState, Origin, Part
from shared.model.endpoint import EndpointState
from shared.model.failure import Failure
from shared.model.job import ActiveJob, Job, JobItem
from shared.model.manifest import Head, Item
from shared.model.notice import Notice
from shared.model.options import Mode, Options
from shared.model.recognition import Recognition
from shared.model.recording import Recording, State
from shared.model.transcript import Cost


class JobRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One create call. Exactly one of `content_urls` and `container_url` is set.

    `mark` is our own id of this attempt, unique and at most 64 characters, written where the
    provider's list shows it again, so that a call with an unknown outcome can be looked up.
    `keep` notes with it that the provider's copy is to stay. `audio_ms` is the length of all as
    far as it is known, `tries` how often the call was about to be made and was not.
    """

    mark: str
    display_name: str
    options: Options
    mode: Mode = "standard"
    audio_ms: int = 0
    tries: int = 0
    keep: bool = False
    content_urls: tuple[str, ...] = ()
    container_url: str | None = None


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


class ProviderReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider says of each input: `failed` maps a source (query cut off) to a reason."""

    succeeded_sources: tuple[str, ...] = ()
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


class Clock(Protocol):
    def now(self) -> datetime:
        """The time on the wall, aware, UTC."""


class RecordingFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What progress is counted from, and nothing else of a recording."""

    state: State
    duration_ms: int = 0
    needs_review: bool = False
    cost_amount: float | None = None
    cost_currency: str | None = None
    committed: float = 0.0


class BatchFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which batches are listed. None lets all through; the times are of their creation, the
    first included, the second not."""

    state: BatchState | None = None
    profile: str | None = None
    origin: Origin | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None


class OpenBatch(NamedTuple):
    """The note that a batch has work to do. `created_at` is when the batch came in, None in a note
    of a release that did not write it; `reporting_at` is when somebody began to report on it."""

    id: str
    version: str
    created_at: datetime | None
    reporting_at: datetime | None = None


class BatchStore(Protocol):
    """Batches with their jobs and recordings, one partition each, and two small indices.

    Rows carry their version; saving one that somebody else changed raises `StoreConflict`.
    A `notice` tells others of what a call changes. It is stored in the same transaction, so it
    is there if, and only if, the change was made by this call.
    """

    def open_batch(self, batch: Batch, notice: Notice | None = None) -> None:
        """Note that the batch has work to do, and create its header if there is none yet. One
        that was stored before (it has a version) is listed as running."""

    def create_batch(
        self, batch: Batch, parts: Sequence[Part] = (), notice: Notice | None = None
    ) -> bool:
        """Insert a header together with at most 98 parts, in one transaction. False: there is a
        header of that id already, and nothing was changed."""

    def part(self, batch_id: str, number: int) -> Part | None:
        """One part of a batch that is, or was, being made into recordings."""

    def parts(self, batch_id: str) -> list[Part]:
        """All of them, in their order."""

    def save_part(self, part: Part) -> None:
        """Replace. Raises `StoreConflict`."""

    def list_batch(self, batch: Batch) -> None:
        """Put the batch into the list of all batches, or bring its entry up to date."""

    def entries(
        self, wanted: BatchFilter, *, after: str | None, most: int
    ) -> tuple[list[BatchEntry], str | None]:
        """A page of the list of all batches, the newest first, and what to ask for the next one
        with, None at the end."""

    def facts(self, batch_id: str) -> Iterator[RecordingFacts]:
        """Of every recording, read page by page."""

    def forget(self, batch: Batch) -> None:
        """Remove every row of the batch but its header, and its entry in the list."""

    def note_version(self, batch_id: str) -> str | None:
        """The version of the note that the batch has work to do; None: it is not open."""

    def take_note(self, batch_id: str, now: datetime, lease: timedelta) -> str | None:
        """The version of the note, which now says that somebody reports on the batch. None: there
        is no note, or somebody began to less than `lease` ago. Opening the batch again wipes it
        out. Raises `StoreConflict`."""

    def give_note_back(self, batch_id: str, version: str) -> None:
        """Nobody reports any more. No error where the note changed or went away meanwhile."""

    def open_batches(self) -> Iterator[OpenBatch]:
        """Every batch that has work to do."""

    def close_batch(self, batch_id: str, version: str) -> None:
        """Forget the note. Raises `StoreConflict` if the batch was opened again meanwhile."""

    def batch(self, batch_id: str) -> Batch | None:
        """The header row."""

    def insert(self, recording: Recording, notice: Notice | None = None) -> bool:
        """Insert a recording's first row. False: the row was there already, and stays as it is."""

    def recording(self, batch_id: str, recording_id: str) -> Recording | None:
        """One recording."""

    def recordings(
        self,
        batch_id: str,
        *,
        state: State | None = None,
        job_id: str | None = None,
        first: str | None = None,
        last: str | None = None,
        page: int | None = None,
    ) -> Iterator[Recording]:
        """Recordings in the order of their ids, `first` and `last` included, read page by page;
        `page` is how many at a time, if all of a page may not be needed."""

    def recording_ids(self, first_batch: str, last_batch: str) -> Iterator[str]:
        """The ids of the recordings of all batches whose own ids lie between these two, both
        included, and nothing else of them."""

    def items_left(self, job: Job) -> Iterator[JobItem]:
        """The recordings of the job that wait for their results, and little of each."""

    def any_left(self, job: Job) -> bool:
        """Whether a recording of the job is still waiting for its result."""

    def job(self, batch_id: str, job_id: str) -> Job | None:
        """One job."""

    def jobs(self, batch_id: str) -> Iterator[Job]:
        """All jobs of a batch."""

    def planned_jobs(self, batch_id: str, first: str, last: str, most: int) -> list[Job]:
        """At most so many of the planned jobs whose ids lie between these two, both included, in
        the order of their ids."""

    def items_of(self, jobs: Sequence[Job]) -> dict[str, list[JobItem]]:
        """What `items_left` tells of each of several jobs of one line, by job id."""

    def save_jobs(
        self,
        jobs: Sequence[Job],
        recordings: Sequence[Recording] = (),
        notice: Notice | None = None,
    ) -> list[Job]:
        """As `save`, with several jobs, which are returned with their new versions."""

    def save(
        self,
        job: Job | None = None,
        recordings: Iterable[Recording] = (),
        notice: Notice | None = None,
    ) -> Job | None:
        """Write rows of one batch in one transaction, at most 100 of them, each only if it
        still has the version that it carries. Returns the job with its new version."""

    def commit(
        self, batch: Batch, recordings: Sequence[Recording]
    ) -> tuple[Batch, list[Recording]]:
        """The header, unchanged, together with at most 99 recordings in one transaction, each only
        if it still has the version that it carries: who counted what the batch may cost is the only
        one to add to it. Returns all with their new versions. Raises `StoreConflict`."""

    def save_batch(self, batch: Batch, notice: Notice | None = None) -> None:
        """Write the header, and bring its entry in the list up to date. Raises `StoreConflict`."""


class ActiveJobs(Protocol):
    """The jobs that are at a provider, or about to be. Small: its size is the active jobs."""

    def all(self) -> list[ActiveJob]:
        """Every active job, in one query."""

    def get(self, job_id: str) -> ActiveJob | None:
        """One active job."""

    def any_of(self, batch_id: str) -> bool:
        """Whether a job of the batch is active."""

    def put(self, active: ActiveJob) -> None:
        """Insert or replace, whatever was there."""

    def put_all(self, entries: Sequence[ActiveJob]) -> None:
        """The same with at most 100, all or none."""

    def update(self, active: ActiveJob) -> None:
        """Replace. Raises `StoreConflict` if it changed or went away meanwhile."""

    def remove(self, job_id: str) -> None:
        """No error when it is gone already."""


class Diary(msgspec.Struct, frozen=True, kw_only=True):
    """When something that is done now and then was done last. `complete_to_at` is the moment up
    to which nothing is left to do. `version` is the row's ETag, "" for a row not yet stored."""

    name: str
    done_at: datetime
    complete_to_at: datetime | None = None
    version: str = ""


class Diaries(Protocol):
    def get(self, name: str) -> Diary | None:
        """None: it was never done."""

    def save(self, diary: Diary) -> None:
        """Insert or replace. Raises `StoreConflict`."""


class ContentClaim(msgspec.Struct, frozen=True, kw_only=True):
    """Which recording is the one of its `content` that is paid for. `looked_at` is when somebody
    made sure last that this helps anybody. `version` is the row's ETag, "" for a row not yet
    stored."""

    content: str
    batch_id: str
    recording_id: str
    looked_at: datetime | None = None
    version: str = ""


class Contents(Protocol):
    def claim(self, content: str) -> ContentClaim | None:
        """None: nobody has that content yet."""

    def save(self, claim: ContentClaim) -> None:
        """Insert or replace. Raises `StoreConflict`."""

    def unseen(self, since: datetime, most: int) -> list[ContentClaim]:
        """Claims at which nobody has looked since then, at most so many."""

    def remove(self, claim: ContentClaim) -> None:
        """No error when it is gone already. Raises `StoreConflict` if it changed meanwhile."""


class EndpointBook(Protocol):
    """What all instances know of each endpoint."""

    def state(self, name: str) -> EndpointState:
        """A state without a version where nothing is known."""

    def all(self) -> dict[str, EndpointState]:
        """Every endpoint of which something is known, in one query."""

    def save(self, state: EndpointState, notice: Notice | None = None) -> EndpointState:
        """Insert or replace, and return with the new version. Raises `StoreConflict`."""


class Queue(Protocol):
    def send(self, message: Message, *, after: timedelta = timedelta()) -> None:
        """Hand a message to the function it is meant for, not before `after` has passed."""


class AudioHead(msgspec.Struct, frozen=True, kw_only=True):
    """The first bytes of an audio blob and its properties, as one ranged GET brings them."""

    data: bytes
    bytes: int
    etag: str
    last_modified_at: datetime
    media_type: str | None
    metadata: dict[str, str]


class AudioEntry(msgspec.Struct, frozen=True, gc=False):
    """One line of a container's listing."""

    name: str
    etag: str
    last_modified_at: datetime
    metadata: dict[str, str]


class AudioBlobs(Protocol):
    """The audio that people dropped; never changed by us."""

    def head(self, container: str, name: str) -> AudioHead | None:
        """The first 64 KiB and the properties, in one call. None: there is no such blob."""

    def read(self, container: str, name: str, etag: str, offset: int, length: int) -> bytes:
        """A further range of that version. Raises `StoreConflict` if the blob was changed."""

    def page(
        self, container: str, prefix: str, marker: str, most: int
    ) -> tuple[list[AudioEntry], str]:
        """At most `most` blobs whose names begin with `prefix`, from `marker` on ("" for the
        first page), and the marker of the next page, "" at the end. Raises
        `InputError` (container_missing)."""

    def list(self, container: str) -> Iterator[AudioEntry]:
        """Every blob, a page at a time."""

    def digest(self, container: str, name: str, etag: str) -> str:
        """The MD5 of all of that version in hex, as storage has it or else read through, a few
        megabytes at a time. Raises `StoreConflict` if the blob was changed."""

    def url(self, container: str, name: str) -> str:
        """The plain URL, without any secret."""

    def readable_url(self, container: str, name: str | None) -> str:
        """A URL by which the provider can read the blob, or list and read the whole container."""


class WebAudio(Protocol):
    """Audio at https addresses. Whoever is called is a stranger: nothing is fetched from private
    addresses, and messages hold no query."""

    def head(self, url: str) -> AudioHead:
        """The first 64 KiB and what else is told, as of a blob; the etag may be "". Raises
        `InputError` (url_unreachable, url_refused), also where it might pass: strangers' servers
        may be down for ever."""

    def read(self, url: str, offset: int, length: int) -> bytes:
        """A further range. Raises as `head` does."""


class Requests(Protocol):
    """What batches were asked for, as it was accepted. It holds what no table may: addresses to
    call and addresses of audio."""

    def put(self, batch: Batch, content: bytes) -> None:
        """Store the head and the items, a line of JSON each."""

    def head(self, batch: Batch) -> Head:
        """What holds for all. Raises `StoreConflict` if the request is gone."""

    def items(self, batch: Batch, offset: int, length: int) -> list[Item]:
        """The items in these bytes. Raises `StoreConflict` if the request is gone."""

    def find(self, batch: Batch, positions: Collection[int]) -> dict[int, Item]:
        """The items at these positions, read in one go. Raises `StoreConflict`."""

    def put_callback(self, batch_id: str, url: str) -> None:
        """Store an address of the batch's own, under the `callback_id` of it."""

    def callback(self, batch_id: str, callback_id: str) -> str | None:
        """That address; None: it was removed with the batch."""

    def remove(self, batch: Batch) -> None:
        """The addresses go too. No error when it is gone already."""


class UploadLink(msgspec.Struct, frozen=True, kw_only=True):
    """`url` is a secret. `headers` have to be sent with the audio."""

    url: str
    headers: dict[str, str]
    expires_at: datetime


class Uploads(Protocol):
    def link(self, container: str, name: str, life: timedelta) -> UploadLink:
        """By which a stranger can store one blob, and nothing else."""


class Outputs(Protocol):
    """The containers that we write to. Names are "container/blob name"."""

    def put(self, path: str, content: bytes, media_type: str, *, recording: Recording) -> str:
        """Store an output of a recording and return the path that it got. The newest version of
        the audio has the plain name: the output of an older version is moved aside first, and
        that of a newer version is never overwritten (ours then gets a name of its own)."""

    def put_stream(self, path: str, chunks: Iterable[bytes], media_type: str) -> None:
        """Store or replace a report."""

    def read(self, path: str) -> bytes | None:
        """None: it is not there."""

    def remove(self, path: str, *, recording: Recording) -> None:
        """Remove what `put` stored for this recording, also where it was moved aside since.
        Others' outputs under that name stay."""

    def remove_report(self, path: str) -> None:
        """No error when it is gone already."""
