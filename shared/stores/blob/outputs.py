"""The dropped audio and our outputs in Blob Storage."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain
from typing import Any
from uuid import uuid4

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.storage.blob import (
    BlobBlock,
    BlobClient,
    BlobProperties,
    BlobServiceClient,
    ContentSettings,
)

from shared.errors import DropscribeError, StoreConflict, StoreUnavailable
from shared.log import event
from shared.model.recording.output_names import short_name
from shared.model.recording.recording import Recording
from shared.ports.blobs import StoredReport
from shared.stores.blob.place import blob_at
from shared.stores.blob.wire import put
from shared.stores.failures import code_of, judged, storage_errors

_TRIES = 10
_TRIED = ".dropscribe-can-store"
_REPORT_PART_BYTES = 1024 * 1024  # on its way a part is in memory several times


class _Upload:
    """An output with what it says of its recording: whose it is, and which version."""

    def __init__(self, content: bytes, media_type: str, recording: Recording) -> None:
        self._content, self._media_type = content, media_type
        self._metadata = {
            "recording": recording.id,
            "audio_modified": recording.last_modified_at.astimezone(UTC).isoformat(),
            "audio_etag": recording.etag,
        }

    def new(self, service: BlobServiceClient, path: str) -> None:
        """Where nothing is yet, which is so nearly always."""
        container, _, name = path.partition("/")
        put(service, container, name, self._content, self._media_type, self._metadata)

    def over(self, blob: BlobClient, **options: Any) -> None:
        blob.upload_blob(
            self._content,
            overwrite=True,
            metadata=self._metadata,
            content_settings=ContentSettings(content_type=self._media_type),
            **options,
        )


class BlobOutputs:
    """`ports.blobs.Outputs`. Each output carries the id of its recording, and the time and ETag
    of that version of the audio, by which two versions are told apart and put in order."""

    def __init__(self, service: BlobServiceClient) -> None:
        self._service = service

    def put(self, path: str, content: bytes, media_type: str, *, recording: Recording) -> str:
        """One call, unless something is there already. A name that is not to be had is left: for
        the recording's own, and in the end for one that is short."""
        upload = _Upload(content, media_type, recording)
        with storage_errors("store output", "put"):
            try:
                return self._put(path, upload, recording)
            except HttpResponseError as error:
                if judged(error, "put") != "blob":
                    raise
            return self._put_elsewhere(path, upload, recording)

    def _put(self, path: str, upload: _Upload, recording: Recording) -> str:
        for _ in range(_TRIES):
            try:
                upload.new(self._service, path)
                return path
            except HttpResponseError as error:
                if code_of(error) != "BlobAlreadyExists":
                    raise
            try:
                return self._put_beside(path, self._blob(path), upload, recording)
            except HttpResponseError as error:
                if not _is_changed(error):
                    raise  # else what was there was changed or removed just now: look again
        raise StoreConflict("store output: others keep changing it")

    def _put_elsewhere(self, path: str, upload: _Upload, recording: Recording) -> str:
        """Raises `StoreUnavailable` where no name at all is taken. What this recording stored there
        before, and may not be changed any more, is as good."""
        for name in (_own_name(path, recording.id), short_name(path, recording.id)):
            blob = self._blob(name)
            try:
                upload.over(blob)
                return name
            except HttpResponseError as error:
                if judged(error, "put") != "blob":
                    raise
            with suppress(HttpResponseError):
                if _is_of(blob.get_blob_properties(), recording):
                    return name
        raise StoreUnavailable("store output: storage refuses every name")

    def can_store(self, container: str) -> bool:
        """By a block that is never committed: storage forgets it in a week."""
        try:
            with storage_errors("try to store", "put"):
                self._blob(f"{container}/{_TRIED}").stage_block("dHJ5", b"-")
        except DropscribeError:
            return False
        return True

    def reports_of(self, container: str) -> Iterator[StoredReport]:
        where, _, prefix = container.partition("/")
        listing = self._service.get_container_client(where).list_blobs(
            name_starts_with=f"{prefix}/" if prefix else None, include=["metadata"]
        )
        with storage_errors("list reports", "list"):
            try:
                for blob in listing:
                    found = _recording_of(blob)
                    if found is not None:
                        etag = (blob.metadata or {}).get("audio_etag", "")
                        yield StoredReport(f"{where}/{blob.name}", found, etag)
            except ResourceNotFoundError:
                return

    def _put_beside(
        self, path: str, blob: BlobClient, upload: _Upload, recording: Recording
    ) -> str:
        """`path` is taken: by this recording before, or by another version of the audio."""
        there = blob.get_blob_properties()
        if not _is_of(there, recording):
            if _is_newer(there, recording):
                path = _own_name(path, recording.id)
                upload.over(self._blob(path))
                return path
            self._move_aside(blob, there, path)
        upload.over(blob, etag=there.etag, match_condition=MatchConditions.IfNotModified)
        return path

    def put_stream(self, path: str, chunks: Iterable[bytes], media_type: str) -> None:
        """One call for up to 1 MB. Larger ones go in blocks of their own names: under the SDK's
        names, two writers of one report would take each other's blocks for their own. A report
        that may not be replaced any more stays as it is, and the new one lies beside it, under a
        name with its time; of one that is large what was made is lost then, and made again."""
        blob, settings = self._blob(path), ContentSettings(content_type=media_type)
        parts = _parts(chunks)
        first, second = next(parts, b""), next(parts, None)
        with storage_errors("store report", "put"):
            if second is None:
                try:
                    blob.upload_blob(first, overwrite=True, content_settings=settings)
                except HttpResponseError as error:
                    if judged(error, "put") != "blob":
                        raise
                    beside = self._blob(_dated(path))
                    beside.upload_blob(first, overwrite=True, content_settings=settings)
                return
            all_parts = chain((first, second), parts)
            try:
                _in_blocks(blob, all_parts, settings)
            except HttpResponseError as error:
                if judged(error, "put") != "blob":
                    raise
                event("report.locked", path=path, level=40)

    def read(self, path: str) -> bytes | None:
        with storage_errors("read output", "list"):
            try:
                return self._blob(path).download_blob().readall()
            except ResourceNotFoundError:
                return None

    def read_own(self, path: str, recording_id: str, /) -> bytes | None:
        """One call, two where it was moved aside."""
        for name in (path, _own_name(path, recording_id)):
            with storage_errors("read output", "list"):
                try:
                    stream = self._blob(name).download_blob()
                    if _recording_of(stream.properties) == recording_id:
                        return stream.readall()
                except ResourceNotFoundError:
                    continue
        return None

    def has_own(self, path: str, recording_id: str, /) -> bool:
        """One call, two where it was moved aside."""
        for name in (path, _own_name(path, recording_id)):
            with storage_errors("look for output", "list"):
                try:
                    if _recording_of(self._blob(name).get_blob_properties()) == recording_id:
                        return True
                except ResourceNotFoundError:
                    continue
        return False

    def remove(self, path: str, *, recording: Recording) -> None:
        for name in (path, _own_name(path, recording.id)):
            self._remove_of(name, recording.id)

    def remove_stored(self, report: StoredReport) -> None:
        self._remove_of(report.path, report.recording_id)

    def _remove_of(self, path: str, recording_id: str) -> None:
        blob = self._blob(path)
        with storage_errors("remove output", "put"):
            try:
                there = blob.get_blob_properties()
                if _recording_of(there) == recording_id:
                    blob.delete_blob(etag=there.etag, match_condition=MatchConditions.IfNotModified)
            except ResourceNotFoundError:
                return
            except HttpResponseError as error:
                if judged(error, "put") != "blob":
                    raise
                event("output.locked", recording=recording_id, level=30)

    def remove_report(self, path: str) -> None:
        with storage_errors("remove report", "put"):
            try:
                self._blob(path).delete_blob()
            except ResourceNotFoundError:
                return
            except HttpResponseError as error:
                if judged(error, "put") != "blob":
                    raise
                event("report.locked", path=path, level=30)

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


def _in_blocks(blob: BlobClient, parts: Iterable[bytes], settings: ContentSettings) -> None:
    run, blocks = uuid4().hex, []
    for number, part in enumerate(parts):
        blocks.append(BlobBlock(f"{run}{number:06}"))
        blob.stage_block(blocks[-1].id, part)
    blob.commit_block_list(blocks, content_settings=settings)


def _is_changed(error: HttpResponseError) -> bool:
    """Since it was looked at a moment ago."""
    return isinstance(error, ResourceNotFoundError) or judged(error, "put") == "conflict"


def _dated(path: str) -> str:
    """`reports/b.json` becomes `reports/b.20261130T083000.json`."""
    return re.sub(r"(\.\w+)$", rf".{datetime.now(UTC):%Y%m%dT%H%M%S}\1", path)


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
