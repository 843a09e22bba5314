"""The dropped audio and our outputs in Blob Storage."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
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

from shared.errors import StoreConflict
from shared.model.batch.recording import Recording
from shared.stores.blob.place import blob_at
from shared.stores.failures import storage_errors

_TRIES = 10
_REPORT_PART_BYTES = 1024 * 1024  # on its way a part is in memory several times


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
    """`ports.blobs.Outputs`. Each output carries the id of its recording, and the time and ETag
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
        return blob_at(self._service, container, name)


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
