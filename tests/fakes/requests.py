"""What was asked for, and audio on the web, in memory."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

import msgspec

from shared.errors import InputError, StoreConflict
from shared.model.batch.batch import Batch
from shared.model.events.delivery import callback_id
from shared.model.manifest.manifest import Head, Item
from shared.ports.blobs import AudioHead
from tests.fakes.blobs import HEAD_BYTES


class FakeRequests:
    """`ports.blobs.Requests`."""

    def __init__(self) -> None:
        self.contents: dict[tuple[str, str], bytes] = {}
        self.callbacks: dict[tuple[str, str], str] = {}
        self.memory: dict[str, bytes] = {}

    def put(self, batch: Batch, content: bytes) -> None:
        self.contents[batch.id, batch.digest] = content

    def head(self, batch: Batch) -> Head:
        return msgspec.json.decode(self._content(batch).splitlines()[0], type=Head)

    def items(self, batch: Batch, offset: int, length: int) -> list[Item]:
        lines = self._content(batch)[offset : offset + length].splitlines()
        return [msgspec.json.decode(line, type=Item) for line in lines]

    def find(self, batch: Batch, positions: Collection[int]) -> dict[int, Item]:
        lines = self._content(batch).splitlines()[1:]
        return {n: msgspec.json.decode(lines[n], type=Item) for n in positions if n < len(lines)}

    def put_callback(self, batch_id: str, url: str) -> None:
        self.callbacks[batch_id, callback_id(url)] = url

    def callback(self, batch_id: str, callback_id: str) -> str | None:
        return self.callbacks.get((batch_id, callback_id))

    def remember(self, name: str, content: bytes) -> None:
        self.memory[name] = content

    def recall(self, name: str) -> bytes | None:
        return self.memory.get(name)

    def remove(self, batch: Batch) -> None:
        self.contents.pop((batch.id, batch.digest), None)
        for key in [key for key in self.callbacks if key[0] == batch.id]:
            del self.callbacks[key]

    def _content(self, batch: Batch) -> bytes:
        if (batch.id, batch.digest) not in self.contents:
            raise StoreConflict("read request: it is gone")
        return self.contents[batch.id, batch.digest]


class FakeWeb:
    """`ports.blobs.WebAudio`."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.errors: dict[str, list[Exception]] = {}
        self.without_head: dict[str, int] = {}

    def head(self, url: str) -> AudioHead:
        if self.errors.get(url):
            raise self.errors[url].pop(0)
        if url not in self.files:
            raise InputError("url_unreachable", "The server answered 404.", "Correct the address.")
        data = self.files[url]
        return AudioHead(
            data=data[:HEAD_BYTES],
            bytes=len(data),
            etag="",
            last_modified_at=datetime(2026, 1, 1, tzinfo=UTC),
            media_type="audio/wav",
            metadata={},
        )

    def head_refusal(self, url: str) -> int | None:
        return self.without_head.get(url)

    def read(self, url: str, offset: int, length: int) -> bytes:
        return self.files[url][offset : offset + length]
