"""What is known of listening copies, beside them."""

from __future__ import annotations

from azure.storage.blob import BlobServiceClient

from shared.stores.blob.place import blob_at
from shared.stores.blob.versioned import read_versioned, write_versioned


class BlobListeningNotes:
    """`ports.listening.ListeningNotes`."""

    def __init__(self, service: BlobServiceClient, container: str) -> None:
        self._service, self._container = service, container

    def read(self, name: str) -> tuple[bytes, str] | None:
        blob = blob_at(self._service, self._container, name)
        return read_versioned(blob, "listening note")

    def write(self, name: str, content: bytes, version: str | None) -> bool:
        blob = blob_at(self._service, self._container, name)
        return write_versioned(blob, content, version, "listening note")
