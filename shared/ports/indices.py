"""The small indices beside the batches: the line, what is at a provider, whose turn a content is,
what was done when, and how endpoints do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from shared.model.endpoint.endpoint import EndpointState
from shared.model.events.notice import Notice
from shared.model.job.active_job import ActiveJob
from shared.model.job.job import Job
from shared.model.recording.fingerprint import KnownName


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A place in a line: its key, and the job as it was stored when it took it."""

    key: str
    job: Job


LATER = "~"
"""Behind every rank."""


def place_of(job: Job) -> str:
    """The key of its place: by rank, then by who came first. The same for as long as it waits. Jobs
    of releases before do not say when their recordings came in, and go first. Whose turn was put
    off stands behind all others, in the order of the turns, until it comes."""
    if job.turn_at is not None:
        return later(job.turn_at, f"-{job.id}")
    came_ms = int(job.since_at.timestamp() * 1000) if job.since_at is not None else 0
    return f"{job.rank}-{came_ms:014}-{job.id}"


def later(turn_at: datetime, end: str = "") -> str:
    """How places begin of jobs whose turn comes then."""
    return f"{LATER}-{int(turn_at.timestamp() * 1000):014}{end}"


class LineHead(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a line as a whole. Until `due_at` a message is on its way, and nobody goes
    before; until `held_until_at` one is for those that brakes hold back. `told_at` is when
    the log last told of how long somebody waits. `version` is the row's ETag, "" for a row not yet
    stored."""

    provider: str
    due_at: datetime | None = None
    held_until_at: datetime | None = None
    told_at: datetime | None = None
    version: str = ""


class Line(Protocol):
    """What waits for each provider, in order. A fast path: what a job's own row says holds."""

    def first(self, provider: str, most: int) -> tuple[LineHead, list[Waiting]]:
        """At most so many from the front, in one query, of those whose turn was not put off."""

    def due(self, provider: str, now: datetime, most: int) -> list[Waiting]:
        """At most so many whose turn was put off and has come."""

    def join(self, jobs: Sequence[Job]) -> None:
        """Planned jobs, each at the place that follows from it; one that is there already is
        brought up to date."""

    def leave(self, jobs: Sequence[Job]) -> None:
        """No error where one is gone already."""

    def jobs(self, provider: str) -> Iterator[str]:
        """The ids of all that stand there, and nothing else of them."""

    def save_head(self, head: LineHead) -> None:
        """Insert or replace. Raises `StoreConflict`."""


class ActiveJobs(Protocol):
    """The jobs that are at a provider, or about to be. Small: its size is the active jobs."""

    def all(self) -> list[ActiveJob]:
        """Every active job, in one query."""

    def get(self, job_id: str) -> ActiveJob | None:
        """One active job."""

    def any_of(self, batch_id: str) -> list[str]:
        """The ids of some jobs of the batch that are active; [] where none is."""

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
    to which nothing is left to do. `place` is how far it came where it was cut short, "" where it
    came to its end. `version` is the row's ETag, "" for a row not yet stored."""

    name: str
    done_at: datetime
    complete_to_at: datetime | None = None
    place: str = ""
    version: str = ""


class Diaries(Protocol):
    def get(self, name: str) -> Diary | None:
        """None: it was never done."""

    def save(self, diary: Diary) -> None:
        """Insert or replace. Raises `StoreConflict`."""

    def note(self, name: str, done_at: datetime) -> None:
        """That it was done then, whatever was said before."""


class ContentClaim(msgspec.Struct, frozen=True, kw_only=True):
    """Which recording is the one of its `content` that is paid for. `looked_at` is when somebody
    made sure last that this helps anybody. `is_former`: it lies where releases before kept all
    claims. `version` is the row's ETag, "" for a row not yet stored."""

    content: str
    batch_id: str
    recording_id: str
    looked_at: datetime | None = None
    is_former: bool = False
    version: str = ""


class Contents(Protocol):
    def claim(self, content: str) -> ContentClaim | None:
        """None: nobody has that content yet."""

    def save(self, claim: ContentClaim) -> None:
        """Insert or replace. Raises `StoreConflict`."""

    def unseen(self, since: datetime, most: int, place: str = "") -> tuple[list[ContentClaim], str]:
        """Claims at which nobody has looked since then, at most so many, in one query from a place
        on; and the place to go on from, "" at the end."""

    def remove(self, claim: ContentClaim) -> None:
        """No error when it is gone already. Raises `StoreConflict` if it changed meanwhile."""


class Names(Protocol):
    """Which version of a name is the one that was to be transcribed."""

    def add(self, names: Sequence[KnownName]) -> dict[str, KnownName]:
        """Insert those that nobody knows yet, each key at most once; returned is what is known of
        the others, by key. As good as free where all are new: many go in one transaction."""

    def save(self, name: KnownName) -> KnownName:
        """Replace, and return with the new version. Raises `StoreConflict`."""


class EndpointBook(Protocol):
    """What all instances know of each endpoint."""

    def state(self, name: str) -> EndpointState:
        """A state without a version where nothing is known."""

    def all(self) -> dict[str, EndpointState]:
        """Every endpoint of which something is known, in one query."""

    def save(self, state: EndpointState) -> EndpointState:
        """Insert or replace, and return with the new version. Raises `StoreConflict`."""


class NoticedBook(EndpointBook, Protocol):
    """As `NoticedRows`, of endpoints."""

    def save(self, state: EndpointState, notice: Notice | None = None) -> EndpointState: ...
