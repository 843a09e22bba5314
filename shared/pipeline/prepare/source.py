"""The audio of a recording, to be read in ranges, of the version that was looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from shared.model.failure_texts import AUDIO_GONE
from shared.model.recording.recording import Recording
from shared.pipeline.compare import NOT_SENT, CompareVersions
from shared.ports.blobs import AudioBlobs, Requests, WebAudio
from shared.ports.copies import Read
from shared.ports.state import BatchStore


@dataclass(frozen=True, kw_only=True)
class OpenAudio:
    """How its ranges are read. Raises `InputError` where it is gone or another; and reading raises
    `StoreConflict` where it is changed meanwhile."""

    store: BatchStore
    audio: AudioBlobs
    web: WebAudio
    requests: Requests
    compare: CompareVersions

    def __call__(self, row: Recording) -> Read:
        if row.web_url is not None:
            return partial(self.web.read, self._address(row))
        seen = self.compare([row])[row.id]
        if seen in NOT_SENT:
            raise NOT_SENT[seen].error()
        entry = self.audio.entry(row.container, row.name) if seen == "touched" else None
        etag = row.etag if entry is None else entry.etag
        return partial(self.audio.read, row.container, row.name, etag)

    def _address(self, row: Recording) -> str:
        """Addresses on the web are secrets, which only the stored request holds."""
        batch = self.store.batch(row.batch_id)
        if batch is None or row.item is None:
            raise AUDIO_GONE.error()
        return self.requests.find(batch, {row.item})[row.item].url or ""


def in_time(read: Read, is_over: Callable[[], bool], raising: Callable[[], Exception]) -> Read:
    """The same, as long as there is time."""

    def within(offset: int, length: int) -> bytes:
        if is_over():
            raise raising()
        return read(offset, length)

    return within
