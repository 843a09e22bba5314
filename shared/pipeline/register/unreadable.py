"""How long one blob is waited for that storage refuses, or that is not whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from shared.errors import BlobUnread, DropscribeError, StoreConflict, StoreUnavailable
from shared.log import event
from shared.model.failure import Failure
from shared.model.failure_texts import BLOB_REFUSED
from shared.model.policy import Policy
from shared.model.recording.recording import recording_id
from shared.ports.blobs import AudioBlobs, AudioHead, head_of
from shared.ports.indices import Diaries, Diary
from shared.ports.queue import Clock


@dataclass(frozen=True, kw_only=True)
class Patience:
    """Since when a version of a blob is in trouble is written down the first time, in a diary of
    its own: no row can be made of it yet."""

    diaries: Diaries
    policy: Policy
    clock: Clock

    def is_over(self, container: str, name: str, etag: str) -> bool:
        waited = self.waited(container, name, etag)
        return waited is not None and waited >= timedelta(seconds=self.policy.blob_patience_seconds)

    def waited(self, container: str, name: str, etag: str) -> timedelta | None:
        """None: from now on."""
        key, now = f"trouble {recording_id(container, name, etag)}", self.clock.now()
        noted = self.diaries.get(key)
        if noted is not None:
            return now - noted.done_at
        with suppress(StoreConflict):  # another instance wrote the same down
            self.diaries.save(Diary(name=key, done_at=now, complete_to_at=now))
        return None


@contextmanager
def reading() -> Iterator[None]:
    """What goes wrong in here is about one blob, or looks like it. Raises `BlobUnread`."""
    try:
        yield
    except (StoreUnavailable, StoreConflict) as error:
        raise BlobUnread(str(error)) from error


def read_head(
    audio: AudioBlobs, container: str, name: str, refusal: Failure | None
) -> AudioHead | None:
    """The head of a blob; of one that is refused all the same, the listing tells enough. None: it
    is gone. Raises `BlobUnread`."""
    try:
        with reading():
            return audio.head(container, name)
    except BlobUnread:
        entry = audio.entry(container, name) if refusal is not None else None
        if entry is None:
            raise
        return head_of(entry, "")


@dataclass(frozen=True, kw_only=True)
class GiveUpOnBlob:
    """Why a blob whose head cannot be read is not waited for any longer. None: it is; or it is
    gone. While storage itself does not answer, and when the blob is met for the first time, the
    error is raised again: that is no fault of the blob's, as far as is known."""

    audio: AudioBlobs
    patience: Patience

    def __call__(self, container: str, name: str, error: DropscribeError) -> Failure | None:
        try:
            entry = self.audio.entry(container, name)
        except DropscribeError:
            raise error from None
        if entry is None:
            return None
        waited = self.patience.waited(container, name, entry.etag)
        if waited is None:
            raise error
        if waited >= timedelta(seconds=self.patience.policy.blob_patience_seconds):
            return BLOB_REFUSED.failure(said=str(error))
        event("blob.refused", container=container, error=type(error).__name__, level=30)
        return None
