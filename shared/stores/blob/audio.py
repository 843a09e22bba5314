"""The containers that audio is dropped into. They are read, listed and linked to; what lies there
is removed where its owner says so, and nothing is written there."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import UTC
from email.utils import parsedate_to_datetime
from hashlib import md5
from typing import get_args
from xml.etree.ElementTree import Element

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.storage.blob import BlobProperties, BlobServiceClient

from shared.errors import StoreConflict
from shared.model.blob_state import WHOLE, BlobState, Copy, Kind
from shared.model.failure_texts import CONTAINER_MISSING
from shared.ports.blobs import AudioEntry, AudioHead, head_of
from shared.stores.blob.place import blob_at
from shared.stores.blob.wire import Begun, address, begin, name_of, page
from shared.stores.failures import judged, said, storage_errors

HEAD_BYTES = 65_536
_LISTED = 5_000
_KINDS: dict[str, Kind] = {
    "BlockBlob": "block",
    "AppendBlob": "append",
    "PageBlob": "page",
}
_COPIES: dict[str, Copy] = {copy: copy for copy in get_args(Copy)}
_PART_BYTES = 4 * 1024 * 1024


class BlobAudio:
    """`ports.blobs.AudioBlobs`. `sign` makes the query that lets the provider in: the account's
    or the user-delegation SAS of a blob or, without a name, of the container; or "" where the
    provider's own identity may read."""

    def __init__(self, service: BlobServiceClient, sign: Callable[[str, str | None], str]) -> None:
        self._service, self._sign = service, sign

    def head(self, container: str, name: str) -> AudioHead | None:
        with storage_errors("read head", "head"):
            try:
                return _head(self._service, container, name)
            except ResourceNotFoundError:
                return None
            except HttpResponseError as error:
                if judged(error, "head") != "blob":
                    raise
                refused = said(error)
        entry = self.entry(container, name)
        return None if entry is None else head_of(entry, refused)

    def entry(self, container: str, name: str) -> AudioEntry | None:
        with storage_errors("list one", "list"):
            try:
                found, marker = page(self._service, container, name, "", 1)
                while marker and not found:  # a page may be empty, and not the last one
                    found, marker = page(self._service, container, name, marker, 1)
            except ResourceNotFoundError:
                return None
        return next((_entry(blob) for blob in found if name_of(blob) == name), None)

    def read(self, container: str, name: str, etag: str, offset: int, length: int) -> bytes:
        blob = blob_at(self._service, container, name)
        with storage_errors("read range", "range"):
            try:
                return blob.download_blob(
                    offset=offset,
                    length=length,
                    etag=f'"{etag}"',
                    match_condition=MatchConditions.IfNotModified,
                ).readall()
            except ResourceNotFoundError:
                raise StoreConflict("read range: the blob is gone") from None

    def digest(self, container: str, name: str, etag: str) -> str:
        blob = blob_at(self._service, container, name)
        with storage_errors("read digest", "range"):
            try:
                properties = blob.get_blob_properties(
                    etag=f'"{etag}"', match_condition=MatchConditions.IfNotModified
                )
            except ResourceNotFoundError:
                raise StoreConflict("read digest: the blob is gone") from None
        known = properties.content_settings.content_md5
        if known:
            return bytes(known).hex()
        hashed = md5(usedforsecurity=False)
        for offset in range(0, properties.size, _PART_BYTES):
            length = min(_PART_BYTES, properties.size - offset)
            hashed.update(self.read(container, name, etag, offset, length))
        return hashed.hexdigest()

    def page(
        self, container: str, prefix: str, marker: str, most: int
    ) -> tuple[list[AudioEntry], str]:
        with storage_errors("list audio", "list"):
            try:
                found, following = page(self._service, container, prefix, marker, most)
            except ResourceNotFoundError:
                raise CONTAINER_MISSING.error(container=container) from None
        return [_entry(blob) for blob in found], following

    def list(self, container: str) -> Iterator[AudioEntry]:
        marker, is_first = "", True
        while marker or is_first:
            is_first = False
            with storage_errors("list audio", "list"):
                found, marker = page(self._service, container, "", marker, _LISTED)
            yield from map(_entry, found)

    def remove(self, container: str, name: str, etag: str) -> bool:
        blob = blob_at(self._service, container, name)
        with storage_errors("remove audio", "put"):
            try:
                blob.delete_blob(
                    delete_snapshots="include",
                    etag=f'"{etag}"',
                    match_condition=MatchConditions.IfNotModified,
                )
            except ResourceNotFoundError:
                return True
            except HttpResponseError as error:
                match judged(error, "put"):
                    case "conflict":
                        return True
                    case "blob":
                        return False
                raise
        return True

    def url(self, container: str, name: str) -> str:
        return address(self._service, container, name)

    def readable_url(self, container: str, name: str | None) -> str:
        if name is None:
            url = str(self._service.get_container_client(container).url).split("?")[0]
        else:
            url = self.url(container, name)
        query = self._sign(container, name)
        return f"{url}?{query}" if query else url


def _entry(blob: Element) -> AudioEntry:
    told = {one.tag.lower(): one.text or "" for one in blob.find("Properties") or ()}
    known = told.get("content-md5")
    return AudioEntry(
        name_of(blob),
        told["etag"].strip('"'),
        parsedate_to_datetime(told["last-modified"]).astimezone(UTC),
        {one.tag: one.text or "" for one in blob.find("Metadata") or ()},
        bytes=int(told.get("content-length") or 0),
        state=_state(
            told.get("blobtype"),
            tier=told.get("accesstier"),
            rehydrating=told.get("archivestatus"),
            sealed=told.get("sealed"),
            lease=(told.get("leasestatus"), told.get("leasestate")),
            copy=told.get("copystatus"),
        ),
        md5=b64decode(known).hex() if known else None,
    )


def _head(service: BlobServiceClient, container: str, name: str) -> AudioHead:
    try:
        return _begun_head(begin(service, container, name, HEAD_BYTES))
    except HttpResponseError as error:
        if error.status_code != 416:  # there is no first byte in an empty blob
            raise
    return _empty_head(blob_at(service, container, name).get_blob_properties())


def _begun_head(found: Begun) -> AudioHead:
    """A ranged GET tells no tier, but then storage refuses to let an archived blob be read."""
    told = found.headers
    known = told.get("x-ms-blob-content-md5")
    return AudioHead(
        data=found.data,
        bytes=found.total_bytes,
        etag=told["etag"].strip('"'),
        last_modified_at=parsedate_to_datetime(told["last-modified"]).astimezone(UTC),
        media_type=told.get("content-type"),
        metadata=found.metadata,
        state=_state(
            told.get("x-ms-blob-type"),
            sealed=told.get("x-ms-blob-sealed"),
            lease=(told.get("x-ms-lease-status"), told.get("x-ms-lease-state")),
            copy=told.get("x-ms-copy-status"),
        ),
        md5=b64decode(known).hex() if known else None,
    )


def _empty_head(properties: BlobProperties) -> AudioHead:
    known = properties.content_settings.content_md5
    return AudioHead(
        data=b"",
        bytes=0,
        etag=str(properties.etag).strip('"'),
        last_modified_at=properties.last_modified.astimezone(UTC),
        media_type=properties.content_settings.content_type,
        metadata=dict(properties.metadata or {}),
        state=_state(
            str(getattr(properties.blob_type, "value", properties.blob_type)),
            tier=str(getattr(properties.blob_tier, "value", properties.blob_tier)),
            rehydrating=properties.archive_status,
            sealed=str(properties.is_append_blob_sealed),
            lease=(properties.lease.status, properties.lease.state),
            copy=properties.copy.status,
        ),
        md5=bytes(known).hex() if known else None,
    )


def _state(
    kind: str | None,
    *,
    tier: str | None = None,
    rehydrating: str | None = None,
    sealed: str | None = None,
    lease: tuple[str | None, str | None] = (None, None),
    copy: str | None = None,
) -> BlobState:
    """In storage's own words, wherever they come from."""
    state = BlobState(
        kind=_KINDS.get(kind or "", "block"),
        is_archived=tier == "Archive",
        is_rehydrating=bool(rehydrating),
        is_sealed=(sealed or "").lower() == "true",
        is_leased=lease[0] == "locked" and lease[1] != "expired",
        copy=_COPIES.get(copy or "", ""),
    )
    return WHOLE if state == WHOLE else state
