"""Unredacted transcripts, in a container of their own that only who may read them can read."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobClient, BlobServiceClient, ContentSettings

from shared.model.recording.recording import Recording
from shared.stores.blob.copies import BlobCopies
from shared.stores.blob.place import blob_at
from shared.stores.failures import storage_errors


class BlobUnredacted:
    """`ports.unredacted.Unredacted`. A process makes sure once that the container is there: without
    it nothing of a recording that is to be kept so could be stored."""

    def __init__(self, service: BlobServiceClient, container: str) -> None:
        self._service, self._container = service, container
        self._copies = BlobCopies(service, container)
        self._is_there = False

    def put(self, recording: Recording, content: bytes) -> None:
        self._ensure_container()
        settings = ContentSettings(content_type="application/json")
        with storage_errors("keep unredacted", "put"):
            self._blob(recording).upload_blob(content, overwrite=True, content_settings=settings)

    def read(self, recording: Recording) -> bytes | None:
        with storage_errors("read unredacted", "list"):
            try:
                return self._blob(recording).download_blob().readall()
            except ResourceNotFoundError:
                return None

    def remove(self, recording: Recording) -> None:
        self._copies.remove_all(_beginning(recording))

    def remove_all(self, batch_id: str) -> None:
        self._copies.remove_all(f"{batch_id}/")

    def remove_older(self, than: datetime) -> int:
        return self._copies.remove_older(than)

    def _ensure_container(self) -> None:
        if self._is_there:
            return
        with (
            storage_errors("make unredacted container", "put"),
            suppress(ResourceExistsError),
        ):
            self._service.create_container(self._container)
        self._is_there = True

    def _blob(self, recording: Recording) -> BlobClient:
        name = f"{_beginning(recording)}{recording.attempt}.json"
        return blob_at(self._service, self._container, name)


def _beginning(recording: Recording) -> str:
    return f"{recording.batch_id}/{recording.id}."
