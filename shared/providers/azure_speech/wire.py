"""What the answers of the batch transcription API mean, in our types. No I/O.

Shapes are those of the API description 2025-10-15; only what gives an answer its meaning has to be
there. The readers raise `Undecodable` where it is not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Generic, TypeVar
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

import msgspec

from shared.model.failure import Failure
from shared.ports.provider import RemoteCopy, RemoteStatus, ResultFile
from shared.providers.answers import retry_after_seconds
from shared.providers.azure_speech.calls import KEEP, MARK
from shared.providers.azure_speech.failures import read_failure
from shared.providers.decoding import Undecodable, decode, decode_leniently, decode_status
from shared.providers.redaction import without_query

_T = TypeVar("_T")
_ID = re.compile(r"/transcriptions/([A-Za-z0-9_-]+)/?$", re.IGNORECASE)
_RESULT_NAME = re.compile(r"contenturl_(\d{1,9})\.json", re.IGNORECASE)


class _Reference(msgspec.Struct, frozen=True):
    self: str | None = None


class _EntityError(msgspec.Struct, frozen=True):
    code: str | None = None
    message: str | None = None


class _Properties(msgspec.Struct, frozen=True):
    error: _EntityError | None = None


class _Transcription(msgspec.Struct, frozen=True, rename="camel"):
    self: str | None = None
    display_name: str | None = None
    description: str | None = None
    custom_properties: dict[str, str | None] | None = None
    status: str | None = None
    created_date_time: datetime | None = None
    last_action_date_time: str | None = None
    model: _Reference | None = None
    properties: _Properties | None = None


class _FileLinks(msgspec.Struct, frozen=True, rename="camel"):
    content_url: str | None = None


class _FileProperties(msgspec.Struct, frozen=True):
    size: float | None = None


class _File(msgspec.Struct, frozen=True):
    kind: str = ""
    name: str = ""
    links: _FileLinks | None = None
    properties: _FileProperties | None = None


class Page(msgspec.Struct, Generic[_T], frozen=True):
    """Of any list of the service."""

    values: tuple[_T, ...]
    next_link: str | None = msgspec.field(name="@nextLink", default=None)


_transcription = msgspec.json.Decoder(_Transcription)
_transcriptions = msgspec.json.Decoder(Page[_Transcription])
_files = msgspec.json.Decoder(Page[_File])


def transcription_id_in(url: str) -> str | None:
    """The id at the end of a transcription's URL, None where the URL is not one."""
    found = _ID.search(re.split(r"[?#]", url, maxsplit=1)[0])
    return found[1] if found else None


def read_created_id(location: str | None, body: bytes) -> str | None:
    """The new transcription's id, from the `Location` header or else from the body's `self`."""
    if location and (found := transcription_id_in(location)):
        return found
    return transcription_id_in(decode(_transcription, body).self or "")


def read_status(body: bytes, headers: Mapping[str, str]) -> RemoteStatus:
    """A transcription entity. Header names are lower case."""
    entity = decode_status(_transcription, body)
    if entity.status is None:
        raise Undecodable("a transcription without a status")
    status = entity.status.lower()
    model = entity.model.self if entity.model else None
    is_over = status in ("succeeded", "failed")
    return RemoteStatus(
        state="succeeded" if status == "succeeded" else "failed" if is_over else "running",
        provider_status=entity.status,
        mark=_mark(entity),
        model=without_query(model) if model else None,
        completed_at=entity.last_action_date_time if is_over else None,
        retry_after_seconds=retry_after_seconds(headers),
        failure=_failure(entity) if status == "failed" else None,
    )


def _failure(entity: _Transcription) -> Failure:
    error = (entity.properties and entity.properties.error) or _EntityError()
    return read_failure(error.code or "", error.message or "")


def _mark(entity: _Transcription) -> str | None:
    return (entity.custom_properties or {}).get(MARK)


def read_files(body: bytes) -> tuple[tuple[ResultFile, ...], str | None]:
    """One page of files, and the link to the next page. Kinds that are neither a result nor a
    report are left out."""
    page, _ = decode_leniently(_files, body)
    return tuple(found for file in page.values if (found := _result_file(file))), page.next_link


def _result_file(file: _File) -> ResultFile | None:
    kind = file.kind.lower()
    if kind not in ("transcription", "transcriptionreport"):
        return None
    number = _RESULT_NAME.fullmatch(file.name)
    size = file.properties.size if file.properties else None
    return ResultFile(
        kind="result" if kind == "transcription" else "report",
        name=file.name,
        url=(file.links.content_url if file.links else None) or "",
        bytes=None if size is None else int(size),
        index=int(number[1]) if number else None,
    )


def read_found_id(body: bytes, mark: str) -> tuple[str | None, str | None]:
    """The id of the transcription on this page that carries `mark`, and the next page's link."""
    page = decode(_transcriptions, body)
    for entity in page.values:
        if _carries(entity, mark) and (found := transcription_id_in(entity.self or "")):
            return found, None
    return None, page.next_link


def read_copies(body: bytes, marked: str) -> tuple[tuple[RemoteCopy, ...], str | None]:
    """The transcriptions on this page whose mark begins with `marked` and that are not to be
    kept, and the next page's link."""
    page = decode(_transcriptions, body)
    found = (_copy(entity, marked) for entity in page.values)
    return tuple(copy for copy in found if copy is not None), page.next_link


def _copy(entity: _Transcription, marked: str) -> RemoteCopy | None:
    mark, found = _any_mark(entity, marked), transcription_id_in(entity.self or "")
    is_to_be_kept = KEEP in (entity.custom_properties or {})
    if not mark or not found or entity.created_date_time is None or is_to_be_kept:
        return None
    return RemoteCopy(transcription_id=found, mark=mark, created_at=entity.created_date_time)


def _any_mark(entity: _Transcription, marked: str) -> str | None:
    """The mark that begins with `marked`. The custom property decides, and only where a list leaves
    properties out the names do: the description first, for a title may read like anything."""
    own = _mark(entity)
    told = (own,) if own is not None else (entity.description, entity.display_name)
    return next((one for one in told if one and one.startswith(marked)), None)


def _carries(entity: _Transcription, mark: str) -> bool:
    """The custom property decides; the names only where a list leaves properties out."""
    found = _mark(entity)
    return found == mark if found is not None else mark in (entity.description, entity.display_name)


def next_page(current: str, link: str | None) -> str | None:
    """The absolute URL of the next page, None after the last one.

    Scheme, host and port are always those of `current`: the key goes nowhere else, whatever a
    link says. A link to the same place is followed as given; of any other (a resource that is
    asked by its own domain may answer with its region's) only the query is used.
    """
    if not link:
        return None
    ours = urlsplit(current)
    try:
        target = urlsplit(urljoin(current, link))
        path = target.path if _origin(target) == _origin(ours) else ours.path
    except ValueError:
        raise Undecodable("@nextLink is not a URL") from None
    return urlunsplit((ours.scheme, ours.netloc, path, target.query, ""))


def _origin(url: SplitResult) -> tuple[str, str | None, str | None, int | None]:
    port = url.port or {"https": 443, "http": 80}.get(url.scheme)
    return url.scheme, url.username, url.hostname, port
