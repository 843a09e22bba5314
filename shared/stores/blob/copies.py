"""Copies of audio, in a container of their own, which nothing but the app and short links reach."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from secrets import token_hex

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import BlobBlock, BlobClient, BlobServiceClient, ContentSettings

from shared.stores.blob.place import blob_at
from shared.stores.failures import storage_errors


class BlobCopies:
    """`ports.copies.Copies`."""

    def __init__(self, service: BlobServiceClient, container: str) -> None:
        self._service, self._container = service, container

    def path(self, name: str) -> str:
        return f"{self._container}/{name}"

    def begin(self, name: str, media_type: str) -> BlobCopying:
        return BlobCopying(blob_at(self._service, self._container, name), media_type)

    def remove_all(self, prefix: str) -> None:
        self._remove(prefix, None)

    def remove_older(self, than: datetime) -> int:
        return self._remove(None, than)

    def _remove(self, prefix: str | None, than: datetime | None) -> int:
        container, removed = self._service.get_container_client(self._container), 0
        with storage_errors("remove copies", "list"):
            try:
                for blob in container.list_blobs(name_starts_with=prefix):
                    if than is None or blob.last_modified.astimezone(UTC) < than:
                        self._remove_one(container.get_blob_client(blob.name))
                        removed += 1
            except ResourceNotFoundError:  # the container is not there
                return removed
        return removed

    def _remove_one(self, blob: BlobClient) -> None:
        with storage_errors("remove copy", "put"):
            try:
                blob.delete_blob(delete_snapshots="include")
            except ResourceNotFoundError:
                return


class BlobCopying:
    """`ports.copies.Copying`: blocks that are staged, and in the end put together. Two at once
    have different blocks; who is first drops those of the other."""

    def __init__(self, blob: BlobClient, media_type: str) -> None:
        self._blob, self._media_type = blob, media_type
        self._mine, self._ids = token_hex(4), dict[int, str]()

    def put(self, number: int, block: bytes) -> None:
        name = b64encode(f"{self._mine}{number:08}".encode()).decode()
        with storage_errors("put block", "put"):
            self._blob.stage_block(name, block, length=len(block))
        self._ids[number] = name

    def finish(self) -> None:
        blocks = [BlobBlock(self._ids[number]) for number in sorted(self._ids)]
        with storage_errors("finish copy", "put"):
            self._blob.commit_block_list(
                blocks, content_settings=ContentSettings(content_type=self._media_type)
            )
