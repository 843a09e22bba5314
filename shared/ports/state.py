"""The state: batches with their jobs and recordings, and the small indices beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby, islice
from typing import NamedTuple, Protocol

import msgspec

from shared.model.batch.batch import Batch, BatchEntry, BatchState, Origin, Part
from shared.model.conversation.conversation import Conversation
from shared.model.events.notice import Notice
from shared.model.job.carrier import Carried, Stretch
from shared.model.job.job import Job
from shared.model.job.job_item import JobItem
from shared.model.profile.profile import Labels
from shared.model.recording.recording import Recording, State


class RecordingFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What progress is counted from, and nothing else of a recording."""

    state: State
    duration_ms: int = 0
    needs_review: bool = False
    cost_amount: float | None = None
    cost_currency: str | None = None
    committed: float = 0.0


class Measurement(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Of an `Outcome` what goes into sums."""

    language: str | None = None
    confidence: float | None = None
    conversation: Conversation | None = None


class ConversationFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How a transcribed recording's conversation went, and what it can be grouped by."""

    labels: Labels = Labels()
    outcome: Measurement | None = None


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


class Whole(NamedTuple):
    """All of a small batch: its header, if there is one, its jobs and its recordings."""

    batch: Batch | None
    jobs: list[Job]
    recordings: list[Recording]


FEW_ROWS = 25
"""Of a batch that is small."""
ROWS_IN_TRANSACTION = 100
"""Rows of one partition that can change together."""


def in_transactions(recordings: Iterable[Recording]) -> Iterator[list[Recording]]:
    """As many of one batch as can change together, in their order."""
    for _, rows in groupby(recordings, key=lambda row: row.batch_id):
        while part := list(islice(rows, ROWS_IN_TRANSACTION)):
            yield part


class Batches(Protocol):
    """Reading: headers, the parts of their requests, and which batches there are."""

    def batch(self, batch_id: str) -> Batch | None:
        """The header row."""

    def whole(self, batch_id: str) -> Whole | None:
        """All of a batch in one query, the header no later than the rest; None: it has more than
        `FEW_ROWS` rows."""

    def part(self, batch_id: str, number: int) -> Part | None:
        """One part of a batch that is, or was, being made into recordings."""

    def parts(self, batch_id: str) -> list[Part]:
        """All of them, in their order."""

    def entries(
        self, wanted: BatchFilter, *, after: str | None, most: int
    ) -> tuple[list[BatchEntry], str | None]:
        """A page of the list of all batches, the newest first, and what to ask for the next one
        with, None at the end."""

    def note_version(self, batch_id: str) -> str | None:
        """The version of the note that the batch has work to do; None: it is not open."""

    def open_batches(self, *, after: str = "") -> Iterator[OpenBatch]:
        """Every batch that has work to do, in the order of their ids, behind the id `after`."""


class Jobs(Protocol):
    """Reading: jobs, and what is left of them."""

    def job(self, batch_id: str, job_id: str) -> Job | None:
        """One job."""

    def jobs(self, batch_id: str, *, first: str | None = None) -> Iterator[Job]:
        """All jobs of a batch in the order of their ids, or those from `first` on."""

    def planned_jobs(self, batch_id: str, first: str, last: str, most: int) -> list[Job]:
        """At most so many of the planned jobs whose ids lie between these two, both included, in
        the order of their ids."""

    def items_left(self, job: Stretch) -> Iterator[JobItem]:
        """The recordings of the job that wait for their results, and little of each; of a carrier
        those of all its parts."""

    def items_of(self, jobs: Sequence[Job]) -> dict[str, list[JobItem]]:
        """What `items_left` tells of each of several jobs, by job id."""

    def part_left(self, part: Carried) -> tuple[Job | None, list[Recording]]:
        """The row of a part of a carrier and its recordings that wait for their results, in one
        query."""

    def any_left(self, job: Stretch) -> bool:
        """Whether a recording of the job is still waiting for its result."""

    def rows_left(
        self,
        job: Stretch,
        *,
        first: str | None = None,
        last: str | None = None,
        page: int | None = None,
    ) -> Iterator[Recording]:
        """The recordings of the job that still wait for their result, in the order of their ids;
        with `first` and `last` only those between these two. Of a carrier part by part."""


class Recordings(Protocol):
    """Reading: recordings."""

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

    def facts(self, batch_id: str) -> Iterator[RecordingFacts]:
        """Of every recording, read page by page."""

    def conversations(self, batch_id: str) -> Iterator[ConversationFacts]:
        """Of every transcribed recording, read page by page."""


class BatchStore(Batches, Jobs, Recordings, Protocol):
    """Batches with their jobs and recordings, one partition each, and two small indices.

    Rows carry their version; saving one that somebody else changed raises `StoreConflict`.
    """

    def open_batch(self, batch: Batch) -> None:
        """Note that the batch has work to do, and create its header if there is none yet. One
        that was stored before (it has a version) is listed as running."""

    def note_work(self, batch: Batch) -> None:
        """Note that the batch has work to do, and nothing else: its header comes with its first
        recording."""

    def insert_first(self, batch: Batch, recording: Recording) -> bool:
        """Insert a header together with the first recording, in one transaction. False: one of them
        was there already, and nothing was changed."""

    def create_batch(self, batch: Batch, parts: Sequence[Part] = ()) -> bool:
        """Insert a header together with at most 98 parts, in one transaction. False: there is a
        header of that id already, and nothing was changed."""

    def save_batch(self, batch: Batch, *, lists: bool = True) -> None:
        """Write the header, and then, where the batch is over, its entry in the list: one that goes
        on is listed by whoever opens it, and without `lists` by the caller. Raises `StoreConflict`,
        and leaves the list as it is."""

    def list_batch(self, batch: Batch) -> None:
        """Put the batch into the list of all batches, or bring its entry up to date."""

    def list_batches(self, batches: Sequence[Batch]) -> None:
        """The same of at most 100, together."""

    def save_part(self, part: Part) -> None:
        """Replace. Raises `StoreConflict`."""

    def take_note(self, batch_id: str, now: datetime, lease: timedelta) -> str | None:
        """The version of the note, which now says that somebody reports on the batch. None: there
        is no note, or somebody began to less than `lease` ago. Opening the batch again wipes it
        out. Raises `StoreConflict`."""

    def give_note_back(self, batch_id: str, version: str) -> None:
        """Nobody reports any more. No error where the note changed or went away meanwhile."""

    def close_batch(self, batch_id: str, version: str) -> None:
        """Forget the note. Raises `StoreConflict` if the batch was opened again meanwhile."""

    def close_batches(self, notes: Sequence[tuple[str, str]]) -> list[str]:
        """The same of at most 100, each by id and version. Returns the ids of those that were
        opened again meanwhile."""

    def forget_recordings(self, batch: Batch, recordings: Sequence[Recording]) -> Batch:
        """Remove the rows of at most 99 recordings of the batch, in one transaction with its
        header, which is returned with its new version. Raises `StoreConflict` where somebody else
        changed the header, or removed one of them."""

    def forget(self, batch: Batch) -> Batch:
        """Remove every row of the batch but its header, in as many such transactions as it takes,
        and its entry in the list."""

    def insert(self, recording: Recording) -> bool:
        """Insert a recording's first row. False: the row was there already, and stays as it is."""

    def save(
        self,
        job: Job | None = None,
        recordings: Iterable[Recording] = (),
    ) -> Job | None:
        """Write rows of one batch in one transaction, at most 100 of them, each only if it
        still has the version that it carries. Returns the job with its new version."""

    def save_jobs(
        self,
        jobs: Sequence[Job],
        recordings: Sequence[Recording] = (),
    ) -> list[Job]:
        """As `save`, with several jobs, which are returned with their new versions."""

    def commit(
        self, batch: Batch, recordings: Sequence[Recording]
    ) -> tuple[Batch, list[Recording]]:
        """The header, unchanged, together with at most 99 recordings in one transaction, each only
        if it still has the version that it carries: who counted what the batch may cost is the only
        one to add to it. Returns all with their new versions. Raises `StoreConflict`."""

    def save_all(self, recordings: Iterable[Recording]) -> None:
        """Any number of recordings, those of a batch side by side, in as many transactions as it
        takes, each as soon as its rows are there. Who dies in between has saved some and not the
        others."""


class NoticedRows(BatchStore, Protocol):
    """What the adapter can do beside it: a `notice` tells others of what a call changes. It is
    stored in the same transaction, so it is there if, and only if, the change was made by this
    call. Use-cases get a `BatchStore` that adds the notices by itself."""

    def open_batch(self, batch: Batch, notice: Notice | None = None) -> None: ...

    def create_batch(
        self, batch: Batch, parts: Sequence[Part] = (), notice: Notice | None = None
    ) -> bool: ...

    def insert_first(
        self, batch: Batch, recording: Recording, notice: Notice | None = None
    ) -> bool: ...

    def save_batch(
        self, batch: Batch, notice: Notice | None = None, *, lists: bool = True
    ) -> None: ...

    def insert(self, recording: Recording, notice: Notice | None = None) -> bool: ...

    def save(
        self,
        job: Job | None = None,
        recordings: Iterable[Recording] = (),
        notice: Notice | None = None,
    ) -> Job | None: ...

    def save_jobs(
        self,
        jobs: Sequence[Job],
        recordings: Sequence[Recording] = (),
        notice: Notice | None = None,
    ) -> list[Job]: ...
