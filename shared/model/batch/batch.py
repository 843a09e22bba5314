"""A batch: the recordings that came in together. Users see batches.

A dropped recording's batch follows from its profile and its blob's last-modified time, so a
repeated event, a second instance and the sweep all arrive at the same partition and row.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Literal

import msgspec

from shared.model.keeping.hold import Hold
from shared.model.keeping.removal import Part as Gone
from shared.model.keeping.removal import Removing

Origin = Literal["dropped", "manifest", "api"]


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What the recordings of a report add up to. `cost_amount` is None where none has a price."""

    transcribed: int
    needs_review: int = 0
    audio_ms: int = 0
    cost_amount: float | None = None
    cost_currency: str = ""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """The header row. Progress is counted from the recordings, never stored here.

    `closes_at` is when its recordings are first planned; later arrivals are planned as they
    come. `owner` is who asked for it, "" where it was dropped; `containers` are those of its audio,
    where a request named it. `reported` is how many recordings the last report held, `failed` and
    `unchanged` how many of these are so, `totals` what else it added up. `version` is the row's
    ETag, "" for a row not yet stored.

    Of a manifest or a request: `items` are its entries, `digest` is its content's. While
    `is_expanding` not all of them are recordings yet; while `retry_at` is set, failed recordings
    are being put back in line. `callbacks` tells whether the request holds addresses to call.
    `deadline_at` is when the transcripts are wanted, `budget` what they may cost, in the currency
    of the deployment. After `cancelled_at` nothing more is sent to a provider. A manifest
    that was refused has `error_report` and nothing else. Of a deleted request nothing is left but
    ids and times.

    `hold` keeps all of it, and `held` is how many recordings are held by themselves. `removing`:
    something goes from its recordings; `removed` is what none of them has any more, but for those
    that never had it.
    """

    id: str
    profile: str
    origin: Origin = "dropped"
    title: str = ""
    owner: str = ""
    containers: tuple[str, ...] = ()
    created_at: datetime
    closes_at: datetime
    finished_at: datetime | None = None
    reported: int = 0
    failed: int = 0
    unchanged: int = 0
    totals: Totals | None = None
    items: int | None = None
    digest: str = ""
    is_expanding: bool = False
    callbacks: bool = False
    deadline_at: datetime | None = None
    budget: float | None = None
    retry_at: datetime | None = None
    cancelled_at: datetime | None = None
    error_report: str | None = None
    deleting: Literal["rows", "outputs"] | None = None
    deleted_at: datetime | None = None
    hold: Hold | None = None
    held: int = 0
    removing: Removing | None = None
    removed: tuple[Gone, ...] = ()
    version: str = ""

    @property
    def is_held(self) -> bool:
        """Whether it, or a recording of it, is to stay."""
        return self.hold is not None or self.held > 0

    @property
    def was_over(self) -> bool:
        """Whether there was a report on it before, whatever that is worth now."""
        return self.finished_at is not None or self.reported != 0

    @property
    def is_settled(self) -> bool:
        """Whether all its recordings are there, and none is about to be put back in line or
        to be deleted."""
        return not (self.is_expanding or self.retry_at or self.is_gone)

    @property
    def is_gone(self) -> bool:
        """Whether it was deleted, or is about to be."""
        return self.deleting is not None or self.deleted_at is not None


BatchState = Literal["running", "completed", "cancelled", "refused"]


class BatchEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A batch in the list of all of them: as it was when it was last planned or finished."""

    id: str
    title: str
    profile: str
    origin: Origin
    state: BatchState
    created_at: datetime
    finished_at: datetime | None = None
    recordings: int = 0
    failed: int = 0
    items: int | None = None
    owner: str = ""
    containers: tuple[str, ...] = ()
    removed: tuple[Gone, ...] = ()


def state_of(batch: Batch) -> BatchState:
    """As far as the header tells: recordings that came after the report reopen a batch."""
    if batch.error_report is not None:
        return "refused"
    if batch.finished_at is None or batch.reported < 0:
        return "running"
    return "completed" if batch.cancelled_at is None else "cancelled"


def is_over(batch: Batch) -> bool:
    """As far as the header tells, and nobody deletes it."""
    return state_of(batch) != "running" and not batch.is_gone


def entry_of(batch: Batch, state: BatchState) -> BatchEntry:
    return BatchEntry(
        id=batch.id,
        title=batch.title,
        profile=batch.profile,
        origin=batch.origin,
        state=state,
        created_at=batch.created_at,
        finished_at=None if state in ("running", "refused") else batch.finished_at,
        recordings=max(batch.reported, 0),
        failed=batch.failed,
        items=batch.items,
        owner=batch.owner,
        containers=batch.containers,
        removed=batch.removed,
    )


def entry_key(batch_id: str, created_at: datetime) -> str:
    """Sorts the newest first, and the same for a batch however often it is computed."""
    return f"{9_999_999_999 - int(created_at.timestamp()):010}-{batch_id}"


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a batch's items, which is made into recordings a step at a time.

    It is `length` bytes of the stored request from `offset` on, `items` lines, the first of which
    is item `first`. The next one to look at is number `at` of the part; `marker` is how far the
    listing of its blobs has come. `version` is the row's ETag.
    """

    batch_id: str
    number: int
    offset: int
    length: int
    first: int
    items: int
    at: int = 0
    marker: str = ""
    recordings: int = 0
    changed_at: datetime
    version: str = ""

    @property
    def is_done(self) -> bool:
        return self.at >= self.items


def manifest_batch_id(container: str, name: str, etag: str) -> str:
    """The same for every event and every look at this version of a dropped manifest."""
    return f"manifest-{_digest(container, name, etag.strip(chr(34)))}"


def request_batch_id(idempotency_key: str) -> str:
    """The same for every repetition of a request."""
    return f"api-{_digest(idempotency_key)}"


def item_recording_id(batch_id: str, position: int, client_item_id: str | None, blob: str) -> str:
    """32 hex digits, the same however often an item is looked at. `blob` is the name of one that
    a prefix or a container brought, else "". An item with an id of its caller can be found by
    that alone."""
    if client_item_id is not None:
        return _digest(batch_id, "id", client_item_id, length=32)
    return _digest(batch_id, "item", str(position), blob, length=32)


def _digest(*words: str, length: int = 24) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:length]
