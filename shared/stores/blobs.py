"""The dropped audio and our outputs in Blob Storage."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from hashlib import md5
from itertools import chain
from typing import Any
from uuid import uuid4

from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.blob import (
    BlobBlock,
    BlobClient,
    BlobProperties,
    BlobServiceClient,
    ContentSettings,
)

from shared.errors import InputError, StoreConflict
from shared.model.recording import Recording
from shared.ports import AudioEntry, AudioHead
from shared.stores.failures import storage_errors

HEAD_BYTES = 65_536
_TRIES = 10
_PART_BYTES = 4 * 1024 * 1024
_REPORT_PART_BYTES = 1024 * 1024  # on its way a part is in memory several times


class BlobAudio:
    """`shared.ports.AudioBlobs`. `sign` makes the query that lets the provider in: the account's
    or the user-delegation SAS of a blob or, without a name, of the container; or "" where the
    provider's own identity may read."""

    def __init__(self, service: BlobServiceClient, sign: Callable[[str, str | None], str]) -> None:
        self._service, self._sign = service, sign

    def head(self, container: str, name: str) -> AudioHead | None:
        blob = self._service.get_blob_client(container, name)
        with storage_errors("read head"):
            try:
                return _head(blob)
            except ResourceNotFoundError:
                return None

    def read(self, container: str, name: str, etag: str, offset: int, length: int) -> bytes:
        blob = self._service.get_blob_client(container, name)
        with storage_errors("read range"):
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
        blob = self._service.get_blob_client(container, name)
        with storage_errors("read digest"):
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
        listing = self._service.get_container_client(container).list_blobs(
            name_starts_with=prefix or None, results_per_page=most, include=["metadata"]
        )
        pages = listing.by_page(marker or None)
        with storage_errors("list audio"):
            try:
                entries = [_entry(blob) for blob in next(pages, ())]
            except ResourceNotFoundError:
                raise _no_container(container) from None
        return entries, str(getattr(pages, "continuation_token", None) or "")

    def list(self, container: str) -> Iterator[AudioEntry]:
        with storage_errors("list audio"):
            for blob in self._service.get_container_client(container).list_blobs(
                include=["metadata"]
            ):
                yield _entry(blob)

    def url(self, container: str, name: str) -> str:
        return str(self._service.get_blob_client(container, name).url).split("?")[0]

    def readable_url(self, container: str, name: str | None) -> str:
        if name is None:
            url = str(self._service.get_container_client(container).url).split("?")[0]
        else:
            url = self.url(container, name)
        query = self._sign(container, name)
        return f"{url}?{query}" if query else url


def _entry(blob: BlobProperties) -> AudioEntry:
    return AudioEntry(
        blob.name,
        blob.etag.strip('"'),
        blob.last_modified.astimezone(UTC),
        dict(blob.metadata or {}),
    )


def _no_container(container: str) -> InputError:
    return InputError(
        "container_missing",
        f"There is no container {container}.",
        "Create it, or correct the name, and ask for a new batch.",
    )


def _head(blob: BlobClient) -> AudioHead:
    try:
        stream = blob.download_blob(offset=0, length=HEAD_BYTES)
        return _audio_head(stream.readall(), stream.properties)
    except HttpResponseError as error:
        if error.status_code != 416:  # there is no first byte in an empty blob
            raise
    return _audio_head(b"", blob.get_blob_properties())


def _audio_head(data: bytes, properties: BlobProperties) -> AudioHead:
    return AudioHead(
        data=data,
        bytes=_total_bytes(properties),
        etag=str(properties.etag).strip('"'),
        last_modified_at=properties.last_modified.astimezone(UTC),
        media_type=properties.content_settings.content_type,
        metadata=dict(properties.metadata or {}),
    )


def _total_bytes(properties: BlobProperties) -> int:
    """Of a ranged GET the SDK gives the range's length for the size."""
    content_range = properties.content_range
    return int(content_range.rpartition("/")[2] if content_range else properties.size)


class _Upload:
    """An output with what it says of its recording: whose it is, and which version."""

    def __init__(self, content: bytes, media_type: str, recording: Recording) -> None:
        self._content = content
        self._settings = ContentSettings(content_type=media_type)
        self._metadata = {
            "recording": recording.id,
            "audio_modified": recording.last_modified_at.astimezone(UTC).isoformat(),
            "audio_etag": recording.etag,
        }

    def to(self, blob: BlobClient, **options: Any) -> None:
        blob.upload_blob(
            self._content, metadata=self._metadata, content_settings=self._settings, **options
        )


class BlobOutputs:
    """`shared.ports.Outputs`. Each output carries the id of its recording, and the time and ETag
    of that version of the audio, by which two versions are told apart and put in order."""

    def __init__(self, service: BlobServiceClient) -> None:
        self._service = service

    def put(self, path: str, content: bytes, media_type: str, *, recording: Recording) -> str:
        """One call, unless something is there already."""
        blob = self._blob(path)
        upload = _Upload(content, media_type, recording)
        with storage_errors("store output"):
            for _ in range(_TRIES):
                try:
                    upload.to(blob)
                    return path
                except ResourceExistsError:
                    pass
                try:
                    return self._put_beside(path, blob, upload, recording)
                except (ResourceModifiedError, ResourceNotFoundError):
                    continue  # what was there was changed or removed just now: look again
        raise StoreConflict("store output: others keep changing it")

    def _put_beside(
        self, path: str, blob: BlobClient, upload: _Upload, recording: Recording
    ) -> str:
        """`path` is taken: by this recording before, or by another version of the audio."""
        there = blob.get_blob_properties()
        if not _is_of(there, recording):
            if _is_newer(there, recording):
                path = _own_name(path, recording.id)
                upload.to(self._blob(path), overwrite=True)
                return path
            self._move_aside(blob, there, path)
        upload.to(
            blob,
            overwrite=True,
            etag=there.etag,
            match_condition=MatchConditions.IfNotModified,
        )
        return path

    def put_stream(self, path: str, chunks: Iterable[bytes], media_type: str) -> None:
        """One call for up to 1 MB. Larger ones go in blocks of their own names: under the SDK's
        names, two writers of one report would take each other's blocks for their own."""
        blob, settings = self._blob(path), ContentSettings(content_type=media_type)
        parts = _parts(chunks)
        first, second = next(parts, b""), next(parts, None)
        with storage_errors("store report"):
            if second is None:
                blob.upload_blob(first, overwrite=True, content_settings=settings)
                return
            run, blocks = uuid4().hex, []
            for number, part in enumerate(chain((first, second), parts)):
                blocks.append(BlobBlock(f"{run}{number:06}"))
                blob.stage_block(blocks[-1].id, part)
            try:
                blob.commit_block_list(blocks, content_settings=settings)
            except HttpResponseError as error:
                if getattr(error, "error_code", None) != "InvalidBlockList":
                    raise
                raise StoreConflict("store report: somebody else stored it meanwhile") from None

    def read(self, path: str) -> bytes | None:
        with storage_errors("read output"):
            try:
                return self._blob(path).download_blob().readall()
            except ResourceNotFoundError:
                return None

    def remove(self, path: str, *, recording: Recording) -> None:
        for name in (path, _own_name(path, recording.id)):
            blob = self._blob(name)
            with storage_errors("remove output"):
                try:
                    there = blob.get_blob_properties()
                    if _is_of(there, recording):
                        blob.delete_blob(
                            etag=there.etag, match_condition=MatchConditions.IfNotModified
                        )
                except ResourceNotFoundError:
                    continue

    def remove_report(self, path: str) -> None:
        with storage_errors("remove report"):
            try:
                self._blob(path).delete_blob()
            except ResourceNotFoundError:
                return

    def _move_aside(self, blob: BlobClient, there: BlobProperties, path: str) -> None:
        """The output of an older version stays, under a name with that version's id."""
        older = blob.download_blob(etag=there.etag, match_condition=MatchConditions.IfNotModified)
        self._blob(_own_name(path, _recording_of(there) or "before")).upload_blob(
            older.readall(),
            overwrite=True,
            metadata=there.metadata,
            content_settings=there.content_settings,
        )

    def _blob(self, path: str) -> BlobClient:
        container, _, name = path.partition("/")
        return self._service.get_blob_client(container, name)


def _parts(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in parts of at least 1 MB, the last one excepted."""
    part = bytearray()
    for chunk in chunks:
        part += chunk
        if len(part) >= _REPORT_PART_BYTES:
            yield bytes(part)
            part.clear()
    if part:
        yield bytes(part)


def _own_name(path: str, recording_id: str) -> str:
    """`x/call.wav.json` becomes `x/call.wav.0a1b2c3d.json`."""
    return re.sub(r"(\.\w+)$", rf".{recording_id[:8]}\1", path)


def _recording_of(there: BlobProperties) -> str | None:
    return (there.metadata or {}).get("recording")


def _is_of(there: BlobProperties, recording: Recording) -> bool:
    return _recording_of(there) == recording.id


def _is_newer(there: BlobProperties, recording: Recording) -> bool:
    """Two versions of one second are put in order by their ETags, always in the same way."""
    metadata = there.metadata or {}
    stamp = metadata.get("audio_modified")
    if stamp is None:
        return False
    version = (datetime.fromisoformat(stamp), metadata.get("audio_etag", ""))
    return version > (recording.last_modified_at, recording.etag)
