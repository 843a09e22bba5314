"""Answers that came at once, in a container of ours that nobody else reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobClient, BlobServiceClient

from shared.ports.answers import KeptAnswer
from shared.ports.sealing import Seal, Sealer
from shared.stores.failures import storage_errors


class BlobAnswers:
    """`ports.answers.Answers`. A process makes sure once that the container is there: an answer
    that found no place would have been paid for in vain."""

    def __init__(self, service: BlobServiceClient, container: str, sealer: Sealer) -> None:
        self._service, self._container, self._sealer = service, container, sealer
        self._is_there = False

    def slot(self, mark: str, *, is_sealed: bool) -> BlobSlot:
        self._ensure_container()
        seal = self._sealer.key_for(mark) if is_sealed else _as_it_is
        return BlobSlot(self._blob(mark), seal)

    def read(self, mark: str) -> bytes | None:
        with storage_errors("read answer", "list"):
            try:
                stored = self._blob(mark).download_blob().readall()
            except ResourceNotFoundError:
                return None
        return self._sealer.open(stored, mark)

    def has(self, mark: str) -> bool:
        with storage_errors("look for answer", "list"):
            return self._blob(mark).exists()

    def kept(self, beginning: str) -> Iterator[tuple[KeptAnswer, ...]]:
        container = self._service.get_container_client(self._container)
        with storage_errors("list answers", "list"):
            try:
                for page in container.list_blobs(name_starts_with=beginning).by_page():
                    yield tuple(
                        KeptAnswer(blob.name, blob.last_modified.astimezone(UTC)) for blob in page
                    )
            except ResourceNotFoundError:
                return

    def remove(self, mark: str) -> None:
        with storage_errors("remove answer", "put"):
            try:
                self._blob(mark).delete_blob()
            except ResourceNotFoundError:
                return

    def _ensure_container(self) -> None:
        if self._is_there:
            return
        with storage_errors("make container of answers", "put"), suppress(ResourceExistsError):
            self._service.create_container(self._container)
        self._is_there = True

    def _blob(self, mark: str) -> BlobClient:
        return self._service.get_blob_client(self._container, mark)


class BlobSlot:
    """`ports.answers.Slot`."""

    def __init__(self, blob: BlobClient, seal: Seal) -> None:
        self._blob, self._seal = blob, seal

    def put(self, answer: bytes) -> None:
        content = self._seal(answer)
        with storage_errors("store answer", "put"):
            try:
                self._blob.upload_blob(content, overwrite=False)
            except ResourceExistsError:
                return


def _as_it_is(content: bytes) -> bytes:
    return content
