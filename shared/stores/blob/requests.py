"""What batches were asked for, as blobs of ours that nobody else reads, sealed: a request may hold
addresses that are secrets."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import msgspec
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import BlobClient, BlobServiceClient, ContentSettings

from shared.errors import StoreConflict
from shared.model.batch.batch import Batch
from shared.model.events.delivery import callback_id
from shared.model.manifest.manifest import Head, Item
from shared.ports.sealing import Sealer
from shared.stores.failures import storage_errors
from shared.stores.sealing.ranges import open_range, seal_all

MOST_HEAD_BYTES = 65_536
_SEAL = "dropscribe_seal"
"""The metadata that holds the key, sealed itself. A release before had none and sealed nothing."""
_head_decoder, _item_decoder = msgspec.json.Decoder(Head), msgspec.json.Decoder(Item)


class BlobRequests:
    """`ports.blobs.Requests`. The name holds a part of the content's digest: of two requests
    that claim one batch, the loser cannot overwrite what the winner asked for."""

    def __init__(self, service: BlobServiceClient, container: str, sealer: Sealer) -> None:
        self._service, self._container, self._sealer = service, container, sealer

    def put(self, batch: Batch, content: bytes) -> None:
        settings = ContentSettings(content_type="application/x-ndjson")
        sealed, key = seal_all(self._sealer, content, batch.id)
        with storage_errors("store request", "put"):
            self._blob(batch).upload_blob(
                sealed,
                overwrite=True,
                content_settings=settings,
                metadata={_SEAL: key} if key else None,
            )

    def head(self, batch: Batch) -> Head:
        line, _, _ = self._read(batch, 0, MOST_HEAD_BYTES).partition(b"\n")
        return _head_decoder.decode(line)

    def items(self, batch: Batch, offset: int, length: int) -> list[Item]:
        lines = self._read(batch, offset, length).splitlines()
        return [_item_decoder.decode(line) for line in lines]

    def find(self, batch: Batch, positions: Collection[int]) -> dict[int, Item]:
        found: dict[int, Item] = {}
        wanted = set(positions)
        for number, line in enumerate(self._lines(batch), -1):
            if number in wanted:
                found[number] = _item_decoder.decode(line)
                if len(found) == len(wanted):
                    break
        return found

    def put_callback(self, batch_id: str, url: str) -> None:
        own = callback_id(url)
        sealed = self._sealer.seal(url.encode(), f"{batch_id}/{own}")
        with storage_errors("store callback", "put"):
            self._callback(batch_id, own).upload_blob(sealed, overwrite=True)

    def callback(self, batch_id: str, callback_id: str) -> str | None:
        with storage_errors("read callback", "list"):
            try:
                stored = self._callback(batch_id, callback_id).download_blob().readall()
            except ResourceNotFoundError:
                return None
        return self._sealer.open(stored, f"{batch_id}/{callback_id}").decode()

    def remember(self, name: str, content: bytes) -> None:
        with storage_errors("store memory", "put"):
            self._memory(name).upload_blob(content, overwrite=True)

    def recall(self, name: str) -> bytes | None:
        with storage_errors("read memory", "list"):
            try:
                return self._memory(name).download_blob().readall()
            except ResourceNotFoundError:
                return None

    def remove(self, batch: Batch) -> None:
        container = self._service.get_container_client(self._container)
        with storage_errors("remove request", "put"):
            for name in container.list_blob_names(name_starts_with=f"{batch.id}/"):
                try:
                    container.delete_blob(name)
                except ResourceNotFoundError:
                    continue

    def _read(self, batch: Batch, offset: int, length: int) -> bytes:
        with storage_errors("read request", "list"):
            try:
                there = self._blob(batch).download_blob(offset, length)
                stored = there.readall()
            except ResourceNotFoundError:
                raise StoreConflict("read request: it is gone") from None
        return self._opened(batch, stored, offset, there.properties.metadata)

    def _lines(self, batch: Batch) -> Iterator[bytes]:
        """Line by line, never all of it at once."""
        rest, offset = b"", 0
        with storage_errors("read request", "list"):
            try:
                there = self._blob(batch).download_blob()
                for chunk in there.chunks():
                    text = self._opened(batch, chunk, offset, there.properties.metadata)
                    *lines, rest = (rest + text).split(b"\n")
                    offset += len(chunk)
                    yield from lines
            except ResourceNotFoundError:
                raise StoreConflict("read request: it is gone") from None

    def _opened(
        self, batch: Batch, stored: bytes, offset: int, metadata: Mapping[str, str]
    ) -> bytes:
        return open_range(self._sealer, stored, offset, metadata.get(_SEAL), batch.id)

    def _memory(self, name: str) -> BlobClient:
        return self._service.get_blob_client(self._container, f"!memory/{name}")

    def _callback(self, batch_id: str, callback_id: str) -> BlobClient:
        name = f"{batch_id}/callback-{callback_id}"
        return self._service.get_blob_client(self._container, name)

    def _blob(self, batch: Batch) -> BlobClient:
        name = f"{batch.id}/items-{batch.digest[:16]}.jsonl"
        return self._service.get_blob_client(self._container, name)
