"""What the answers of the API mean, in our types. No I/O.

Only what gives an answer its meaning has to be there; fields that nobody knows yet are ignored,
and no value is an enumeration. The readers raise `Undecodable`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, NamedTuple
from urllib.parse import parse_qs, urlsplit

import msgspec

from shared.errors import TranscriptionMissing
from shared.ports.provider import RemoteStatus
from shared.providers.assemblyai.failures import read_failure
from shared.providers.assemblyai.marks import Mark, mark_in
from shared.providers.decoding import Undecodable, decode, decode_status

_STATES: Mapping[str, Literal["succeeded", "failed"]] = {
    "completed": "succeeded",
    "error": "failed",
}
_TOMB = "http://deleted_by_user"


class _Uploaded(msgspec.Struct, frozen=True):
    upload_url: str


class _Created(msgspec.Struct, frozen=True):
    id: str | None = None


class _Transcript(msgspec.Struct, frozen=True):
    """All that a status needs; what was said is skipped unread."""

    status: str | None = None
    error: str | None = None
    audio_url: str | None = None
    webhook_url: str | None = None
    speech_model_used: str | None = None


class _Listed(msgspec.Struct, frozen=True):
    id: str
    audio_url: str | None = None
    created: datetime | None = None


class _PageDetails(msgspec.Struct, frozen=True):
    prev_url: str | None = None


class _List(msgspec.Struct, frozen=True):
    transcripts: tuple[_Listed, ...]
    page_details: _PageDetails = _PageDetails()


_uploaded = msgspec.json.Decoder(_Uploaded)
_created = msgspec.json.Decoder(_Created)
_transcript = msgspec.json.Decoder(_Transcript)
_list = msgspec.json.Decoder(_List)


class Listed(NamedTuple):
    """A transcript in the list. Without a mark it is somebody else's, deleted, or one of ours
    whose mark only the transcript itself shows: then `may_be_marked`."""

    id: str
    created_at: datetime | None
    mark: Mark | None
    may_be_marked: bool
    is_upload: bool


def is_tombstone(audio_url: str | None) -> bool:
    """What is deleted still reads `completed`, with the text "Deleted by user."."""
    return (audio_url or "").startswith(_TOMB)


def is_upload(url: str) -> bool:
    """Whether the URL is that of something uploaded, which says nothing of the recording."""
    try:
        return urlsplit(url).path.startswith("/upload/")
    except ValueError:
        return False


def read_uploaded(body: bytes) -> str:
    """The address of what was uploaded, which only the provider can read."""
    return decode(_uploaded, body).upload_url


def read_created_id(body: bytes) -> str | None:
    return decode(_created, body).id or None


def read_status(body: bytes) -> RemoteStatus:
    """A transcript. Raises `TranscriptionMissing` for one that was deleted."""
    entity = decode_status(_transcript, body)
    if entity.status is None:
        raise Undecodable("a transcript without a status")
    if is_tombstone(entity.audio_url):
        raise TranscriptionMissing("The transcript was deleted.", code="deleted")
    status = entity.status.lower()
    mark = mark_in(entity.audio_url, entity.webhook_url)
    return RemoteStatus(
        state=_STATES.get(status, "running"),
        provider_status=entity.status,
        mark=mark.text if mark else None,
        model=entity.speech_model_used,
        failure=read_failure(entity.error or "") if status == "error" else None,
    )


def read_mark(body: bytes) -> Mark | None:
    entity = decode_status(_transcript, body)
    return mark_in(entity.audio_url, entity.webhook_url)


def read_list(body: bytes) -> tuple[tuple[Listed, ...], str | None]:
    """One page, the newest first, and the id before which the next one begins, None at the end.
    What the provider calls the previous page holds what is older."""
    page = decode(_list, body)
    try:
        query = parse_qs(urlsplit(page.page_details.prev_url or "").query)
    except ValueError:
        raise Undecodable("prev_url is not a URL") from None
    return tuple(map(_listed, page.transcripts)), query.get("before_id", [None])[0]


def _listed(one: _Listed) -> Listed:
    mark, created_at = mark_in(one.audio_url), one.created
    if created_at is not None and created_at.tzinfo is None:
        created_at = created_at.replace(tzinfo=UTC)
    is_open = mark is None and not is_tombstone(one.audio_url)
    return Listed(one.id, created_at, mark, is_open, is_open and is_upload(one.audio_url or ""))
