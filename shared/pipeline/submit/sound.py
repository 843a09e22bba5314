"""The sound of a recording on its way to a provider that answers at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from shared.errors import AudioChanged, StoreConflict
from shared.model.failure_texts import NOT_PREPARED
from shared.model.job.job_item import JobItem
from shared.pipeline.compare import CompareVersions
from shared.ports.blobs import AudioBlobs, AudioEntry

PART_BYTES = 4 * 1024 * 1024


@dataclass(kw_only=True)
class BlobSound:
    """`ports.provider.Sound`. Each range is read of the version that was looked at, so what was
    looked at is what is sent. Only where that version is gone is it compared with what is there."""

    item: JobItem
    audio: AudioBlobs
    compare: CompareVersions
    is_read: bool = field(default=False, init=False)

    @property
    def name(self) -> str:
        return self.item.name

    @property
    def size(self) -> int:
        return self.item.bytes

    def chunks(self) -> Iterator[bytes]:
        etag = self.item.etag
        for offset in range(0, self.size, PART_BYTES):
            length = min(PART_BYTES, self.size - offset)
            try:
                part = self._read(etag, offset, length)
            except StoreConflict:
                if offset:
                    raise AudioChanged("the audio was changed while it was sent") from None
                etag = self._etag_of_same()
                part = self._read(etag, offset, length)
            if len(part) != length:
                raise AudioChanged("the audio is shorter than it was")
            self.is_read = offset + length == self.size
            yield part

    def _read(self, etag: str, offset: int, length: int) -> bytes:
        return self.audio.read(self.item.container, self.item.name, etag, offset, length)

    def _etag_of_same(self) -> str:
        """Of what is there now, if its bytes are those that were looked at: metadata may be new."""
        there = self.audio.entry(self.item.container, self.item.name)
        seen = self.compare([self.item]).get(self.item.id)
        if there is None or seen not in ("there", "touched") or there.bytes != self.size:
            raise AudioChanged("the audio is another, or gone")
        return there.etag


@dataclass(kw_only=True)
class CopySound:
    """`ports.provider.Sound` of the copy that goes in a recording's place, at "container/name". It
    was made of the version that was looked at. Raises `InputError` where it has gone."""

    path: str
    audio: AudioBlobs
    is_read: bool = field(default=False, init=False)
    _there: AudioEntry | None = field(default=None, init=False)

    @property
    def name(self) -> str:
        return self.path.partition("/")[2]

    @property
    def size(self) -> int:
        return self._entry().bytes

    def chunks(self) -> Iterator[bytes]:
        container, _, name = self.path.partition("/")
        there = self._entry()
        for offset in range(0, there.bytes, PART_BYTES):
            length = min(PART_BYTES, there.bytes - offset)
            yield self.audio.read(container, name, there.etag, offset, length)
        self.is_read = True

    def _entry(self) -> AudioEntry:
        if self._there is None:
            container, _, name = self.path.partition("/")
            self._there = self.audio.entry(container, name)
        if self._there is None:
            raise NOT_PREPARED.error(why="the copy was removed before it was sent")
        return self._there
