"""Blobs: audio, outputs, requests, places to upload to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

import msgspec

from shared.model.batch.batch import Batch
from shared.model.blob_state import WHOLE, BlobState
from shared.model.manifest.manifest import Head, Item
from shared.model.recording.recording import Recording


class AudioHead(msgspec.Struct, frozen=True, kw_only=True):
    """The first bytes of an audio blob and its properties, as one ranged GET brings them. `md5` is
    that of all bytes in hex, where whoever uploaded them or storage said so."""

    data: bytes
    bytes: int
    etag: str
    last_modified_at: datetime
    media_type: str | None
    metadata: dict[str, str]
    state: BlobState = WHOLE
    md5: str | None = None


class AudioEntry(msgspec.Struct, frozen=True, gc=False):
    """One line of a container's listing. `md5` as in `AudioHead`."""

    name: str
    etag: str
    last_modified_at: datetime
    metadata: dict[str, str]
    bytes: int = 0
    state: BlobState = WHOLE
    md5: str | None = None


def head_of(entry: AudioEntry, refused: str) -> AudioHead:
    """What a listing tells of a blob whose head storage refuses, with that for a reason."""
    return AudioHead(
        data=b"",
        bytes=entry.bytes,
        etag=entry.etag,
        last_modified_at=entry.last_modified_at,
        media_type=None,
        metadata=entry.metadata,
        state=msgspec.structs.replace(entry.state, refused=refused),
    )


class AudioBlobs(Protocol):
    """The audio that people dropped; never changed by us, and removed where they say so."""

    def head(self, container: str, name: str) -> AudioHead | None:
        """The first 64 KiB and the properties, in one call; of a blob that can never be read, its
        properties alone, with why. None: there is no such blob."""

    def entry(self, container: str, name: str) -> AudioEntry | None:
        """Its line of the listing, in one call. None: there is no such blob. Answers as long as
        storage does, also for a blob that cannot be read."""

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

    def remove(self, container: str, name: str, etag: str) -> bool:
        """That version, and no other: no error where it is gone, or another lies there. False:
        storage does not let it go, because it is locked or leased."""

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

    def head_refusal(self, url: str) -> int | None:
        """The status with which the server refuses HEAD of an address that it gives by GET; None:
        it does not, or nobody can tell now."""


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

    def remember(self, name: str, content: bytes) -> None:
        """Keep something of ours under that name, in place of what was there."""

    def recall(self, name: str) -> bytes | None:
        """None: nothing was kept under that name."""

    def remove(self, batch: Batch) -> None:
        """The addresses go too. No error when it is gone already."""


class Revisions(Protocol):
    """What people changed of transcripts, by recording and number, counted from 1."""

    def add(self, recording: Recording, number: int, content: bytes) -> bool:
        """Store it, if nobody has that number; False: somebody has."""

    def read(self, recording: Recording, number: int) -> bytes | None:
        """None: there is no revision of that number."""

    def remove(self, recording: Recording) -> None:
        """All of them. No error where there are none."""


class Glossaries(Protocol):
    """What was learnt from corrections, by profile."""

    def read(self, profile: str, /) -> tuple[bytes, str] | None:
        """With its version; None: nothing was learnt yet."""

    def write(self, profile: str, content: bytes, version: str | None, /) -> bool:
        """In place of that version, None: of nothing. False: somebody was first."""


class UploadLink(msgspec.Struct, frozen=True, kw_only=True):
    """`url` is a secret. `headers` have to be sent with the audio."""

    url: str
    headers: dict[str, str]
    expires_at: datetime


class Uploads(Protocol):
    def link(self, container: str, name: str, life: timedelta) -> UploadLink:
        """By which a stranger can store one blob, and nothing else."""


class OutputLinks(Protocol):
    def link(self, path: str, life: timedelta) -> str:
        """By which a stranger can read the output at "container/blob name", and nothing else."""


class StoredReport(NamedTuple):
    """An error report: its path, the recording, and the version of the audio that failed."""

    path: str
    recording_id: str
    audio_etag: str


class Outputs(Protocol):
    """The containers that we write to. Names are "container/blob name"."""

    def put(self, path: str, content: bytes, media_type: str, *, recording: Recording) -> str:
        """Store an output of a recording and return the path that it got. The newest version of
        the audio has the plain name: the output of an older version is moved aside first, and
        that of a newer version is never overwritten (ours then gets a name of its own). So it does
        where something lies under the plain name that may not be changed: locked, immutable."""

    def can_store(self, container: str) -> bool:
        """Whether storage takes outputs in that container now. Leaves nothing there."""

    def reports_of(self, container: str) -> Iterator[StoredReport]:
        """The error reports in that container, with the versions of the audio they are of."""

    def put_stream(self, path: str, chunks: Iterable[bytes], media_type: str) -> None:
        """Store or replace a report."""

    def read(self, path: str) -> bytes | None:
        """None: it is not there."""

    def read_own(self, path: str, recording_id: str, /) -> bytes | None:
        """What `put` stored for this recording, also where it was moved aside since, as a newer
        version of the audio has the plain name. None: it is not there any more."""

    def has_own(self, path: str, recording_id: str, /) -> bool:
        """Whether `read_own` would find it."""

    def remove(self, path: str, *, recording: Recording) -> None:
        """Remove what `put` stored for this recording, also where it was moved aside since.
        Others' outputs under that name stay."""

    def remove_stored(self, report: StoredReport) -> None:
        """Remove an error report, if that is what still lies there."""

    def remove_report(self, path: str) -> None:
        """No error when it is gone already."""
