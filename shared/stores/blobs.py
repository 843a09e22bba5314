"""The dropped audio and our outputs in Blob Storage."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.blob import BlobClient, BlobProperties, BlobServiceClient, ContentSettings

from shared.errors import StoreConflict
from shared.model.recording import Recording
from shared.ports import AudioHead
from shared.stores.failures import storage_errors

HEAD_BYTES = 65_536


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
                stream = blob.download_blob(offset=0, length=HEAD_BYTES)
                return _audio_head(stream.readall(), stream.properties)
            except ResourceNotFoundError:
                return None
            except HttpResponseError as error:
                if error.status_code != 416:  # there is no first byte in an empty blob
                    raise
            return _audio_head(b"", blob.get_blob_properties())

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

    def list(self, container: str) -> Iterator[tuple[str, str, datetime]]:
        with storage_errors("list audio"):
            for blob in self._service.get_container_client(container).list_blobs():
                yield blob.name, blob.etag.strip('"'), blob.last_modified

    def url(self, container: str, name: str) -> str:
        return str(self._service.get_blob_client(container, name).url).split("?")[0]

    def readable_url(self, container: str, name: str | None) -> str:
        if name is None:
            url = str(self._service.get_container_client(container).url).split("?")[0]
        else:
            url = self.url(container, name)
        query = self._sign(container, name)
        return f"{url}?{query}" if query else url


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


class BlobOutputs:
    """`shared.ports.Outputs`. Each output carries the id of its recording and the time at which
    that version of the audio was stored, by which two versions are told apart and put in order.
    """

    def __init__(self, service: BlobServiceClient) -> None:
        self._service = service

    def put(self, path: str, content: bytes, media_type: str, *, recording: Recording) -> str:
        """One call, unless something is there already."""
        blob = self._blob(path)
        metadata = {
            "recording": recording.id,
            "audio_modified": recording.last_modified_at.astimezone(UTC).isoformat(),
        }
        settings = ContentSettings(content_type=media_type)
        with storage_errors("store output"):
            while True:
                try:
                    blob.upload_blob(content, metadata=metadata, content_settings=settings)
                    return path
                except ResourceExistsError:
                    there = blob.get_blob_properties()
                if not _is_of(there, recording) and _is_newer(there, recording):
                    path = _own_name(path, recording.id)
                    self._blob(path).upload_blob(
                        content, metadata=metadata, content_settings=settings, overwrite=True
                    )
                    return path
                if not _is_of(there, recording):
                    self._move_aside(blob, there, path)
                try:
                    blob.upload_blob(
                        content,
                        metadata=metadata,
                        content_settings=settings,
                        overwrite=True,
                        etag=there.etag,
                        match_condition=MatchConditions.IfNotModified,
                    )
                    return path
                except ResourceModifiedError:
                    continue  # another version of the audio was written just now: look again

    def put_stream(self, path: str, chunks: Iterable[bytes], media_type: str) -> None:
        with storage_errors("store report"):
            self._blob(path).upload_blob(
                iter(chunks),
                overwrite=True,
                content_settings=ContentSettings(content_type=media_type),
            )

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


def _own_name(path: str, recording_id: str) -> str:
    """`x/call.wav.json` becomes `x/call.wav.0a1b2c3d.json`."""
    return re.sub(r"(\.\w+)$", rf".{recording_id[:8]}\1", path)


def _recording_of(there: BlobProperties) -> str | None:
    return (there.metadata or {}).get("recording")


def _is_of(there: BlobProperties, recording: Recording) -> bool:
    return _recording_of(there) == recording.id


def _is_newer(there: BlobProperties, recording: Recording) -> bool:
    stamp = (there.metadata or {}).get("audio_modified")
    return stamp is not None and datetime.fromisoformat(stamp) > recording.last_modified_at
