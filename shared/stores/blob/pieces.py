"""Pieces as blobs of a container of their own."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobServiceClient, ContentSettings

from shared.model.pieces import Listing, Stored, listing
from shared.stores.blob.wire import part
from shared.stores.failures import storage_errors

_SETTINGS = ContentSettings(content_type="application/octet-stream")


class BlobPieces:
    """`ports.pieces.Pieces` and `PieceStore`."""

    def __init__(self, service: BlobServiceClient, container: str) -> None:
        self._service = service
        self._container = service.get_container_client(container)

    def listing(self) -> Listing:
        return listing(self.stored())

    def stored(self, prefix: str = "") -> list[Stored]:
        with storage_errors("list pieces", "list"):
            try:
                found = self._container.list_blobs(name_starts_with=prefix or None)
                return [Stored(blob.name, blob.size, blob.last_modified) for blob in found]
            except ResourceNotFoundError:  # nothing was ever written
                return []

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes | None:
        with storage_errors("read piece", "list"):
            try:
                if length is not None:
                    return part(self._service, self._container.container_name, name, offset, length)
                blob = self._container.get_blob_client(name)
                return blob.download_blob(offset=offset).readall()
            except ResourceNotFoundError:
                return None

    def put(self, name: str, content: bytes) -> None:
        """The container as well, where a release before had none."""
        with storage_errors("store piece", "put"):
            try:
                self._upload(name, content)
            except ResourceNotFoundError:
                with suppress(ResourceExistsError):
                    self._container.create_container()
                self._upload(name, content)

    def remove(self, names: Iterable[str]) -> None:
        with storage_errors("remove pieces", "put"):
            for name in names:
                with suppress(ResourceNotFoundError):
                    self._container.delete_blob(name)

    def _upload(self, name: str, content: bytes) -> None:
        blob = self._container.get_blob_client(name)
        blob.upload_blob(content, overwrite=True, content_settings=_SETTINGS)
