"""Revisions of transcripts as blobs of ours. Which of two was first, storage decides."""

from __future__ import annotations

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobClient, BlobServiceClient, ContentSettings

from shared.model.recording.recording import Recording
from shared.stores.failures import storage_errors


class BlobRevisions:
    """`ports.blobs.Revisions`."""

    def __init__(self, service: BlobServiceClient, container: str) -> None:
        self._service, self._container = service, container

    def add(self, recording: Recording, number: int, content: bytes) -> bool:
        settings = ContentSettings(content_type="application/json")
        with storage_errors("store revision", "put"):
            try:
                self._blob(recording, number).upload_blob(content, content_settings=settings)
            except ResourceExistsError:
                return False
        return True

    def read(self, recording: Recording, number: int) -> bytes | None:
        with storage_errors("read revision", "list"):
            try:
                return self._blob(recording, number).download_blob().readall()
            except ResourceNotFoundError:
                return None

    def remove(self, recording: Recording) -> None:
        container = self._service.get_container_client(self._container)
        with storage_errors("remove revisions", "put"):
            for name in container.list_blob_names(name_starts_with=_folder(recording)):
                try:
                    container.delete_blob(name)
                except ResourceNotFoundError:
                    continue

    def _blob(self, recording: Recording, number: int) -> BlobClient:
        name = f"{_folder(recording)}{number:06}.json"
        return self._service.get_blob_client(self._container, name)


def _folder(recording: Recording) -> str:
    return f"{recording.batch_id}/{recording.id}/"
