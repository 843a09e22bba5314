"""Entries of a request as recordings: looked at one by one, whatever they turn out to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from shared.errors import DropscribeError, InputError
from shared.log import event
from shared.model.batch.batch import Batch, item_recording_id
from shared.model.batch.recording import Recording
from shared.model.events.delivery import callback_id
from shared.model.failure import Failure, failure_of
from shared.model.failure_texts import CANCELLED, MISSING, NOT_REGISTERED
from shared.model.manifest.manifest import (
    Head,
    Item,
    base_profile,
    effective_profile,
    with_mode,
    without_query,
)
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.profile import Labels, Profile, choose, labels
from shared.pipeline.register.admit import enter, examine
from shared.ports.blobs import AudioBlobs, AudioHead, Outputs, Requests, WebAudio
from shared.ports.queue import Clock
from shared.ports.state import BatchStore


class Entry(NamedTuple):
    """One recording to be: an item of the request, and the blob that it stands for. `listed` is
    set for one of the blobs of a prefix or a container."""

    position: int
    item: Item
    container: str
    name: str
    listed: bool = False
    failure: Failure | None = None


class Registrar:
    """Makes the entries of one batch into rows: one ranged GET and one insert each."""

    def __init__(
        self,
        batch: Batch,
        *,
        requests: Requests,
        audio: AudioBlobs,
        web: WebAudio,
        store: BatchStore,
        outputs: Outputs,
        errors_container: str,
        profiles: Sequence[Profile],
        capabilities: Mapping[str, Capabilities],
        clock: Clock,
    ) -> None:
        self._batch, self._head = batch, requests.head(batch)
        self._requests, self._remembered = requests, set[str]()
        self._audio, self._web, self._store, self._clock = audio, web, store, clock
        self._outputs, self._errors_container = outputs, errors_container
        self._profiles, self._capabilities = profiles, capabilities

    def register(self, entry: Entry) -> None:
        """Raises what may pass."""
        recording = self.look(entry)
        if recording.failure is not None and self._is_known(recording):
            return
        if entry.item.callback_url is not None:
            self._remember(entry.item.callback_url)
        enter(
            recording,
            store=self._store,
            outputs=self._outputs,
            errors_container=self._errors_container,
            clock=self._clock,
        )

    def _remember(self, url: str) -> None:
        """The row can only tell which address it is; items that share one store it once."""
        if url not in self._remembered:
            self._requests.put_callback(self._batch.id, url)
            self._remembered.add(url)

    def _is_known(self, recording: Recording) -> bool:
        """A refused one's error report comes before its row, which may have been accepted the
        first time."""
        return self._store.recording(recording.batch_id, recording.id) is not None

    def look(self, entry: Entry) -> Recording:
        """The first row of an entry as things are now, with a failure where it is refused."""
        row = self._bare(entry)
        if row.failure is not None:
            return row
        try:
            return self._examined(row, entry)
        except InputError as error:
            return msgspec.structs.replace(row, failure=failure_of(error))
        except DropscribeError:
            raise
        except Exception as error:  # a fault of ours with one must not stop the others
            event("recording.not_registered", error=type(error).__name__, level=40)
            return msgspec.structs.replace(row, failure=NOT_REGISTERED)

    def _bare(self, entry: Entry) -> Recording:
        now, item = self._clock.now(), entry.item
        blob = entry.name if entry.listed else ""
        profile, failure = self._base(entry.name)
        if self._batch.cancelled_at is not None:
            failure = CANCELLED
        return Recording(
            batch_id=self._batch.id,
            id=item_recording_id(self._batch.id, entry.position, item.client_item_id, blob),
            container=entry.container,
            name=entry.name,
            etag="",
            last_modified_at=self._batch.created_at,
            registered_at=now,
            changed_at=now,
            profile=profile,
            labels=_labels(entry, self._head, {}),
            failure=entry.failure or failure,
            item=entry.position,
            web_url=without_query(item.url) if item.url else None,
            callback=callback_id(item.callback_url) if item.callback_url else None,
        )

    def _base(self, name: str) -> tuple[Profile, Failure | None]:
        """A profile that is gone since the request was accepted: the default one, and why not."""
        try:
            return with_mode(base_profile(self._head, self._profiles, name), self._head), None
        except InputError as error:
            return choose(self._profiles, name), failure_of(error)

    def _examined(self, row: Recording, entry: Entry) -> Recording:
        item, head = entry.item, self._fetch(entry)
        if head is None:
            return msgspec.structs.replace(row, failure=MISSING)
        row = msgspec.structs.replace(
            row,
            etag=head.etag,
            last_modified_at=head.last_modified_at,
            bytes=head.bytes,
            media_type=head.media_type,
            labels=_labels(entry, self._head, head.metadata),
        )

        def read(offset: int, length: int) -> bytes:
            if item.url is not None:
                return self._web.read(item.url, offset, length)
            return self._audio.read(row.container, row.name, head.etag, offset, length)

        def digest() -> str:
            return self._audio.digest(row.container, row.name, head.etag)

        try:
            profile = effective_profile(self._head, item, self._profiles, row.name, head.metadata)
            reads_all = digest if item.url is None else None
            return examine(row, profile, head, read, self._capabilities, reads_all)
        except InputError as error:
            return msgspec.structs.replace(row, failure=failure_of(error))

    def _fetch(self, entry: Entry) -> AudioHead | None:
        if entry.item.url is not None:
            return self._web.head(entry.item.url)
        return self._audio.head(entry.container, entry.name)


def _labels(entry: Entry, head: Head, metadata: Mapping[str, str]) -> Labels:
    """What the request says over what the blob says."""
    item, own = entry.item, labels(metadata)
    title = item.title or own.title
    if title is None and head.title:
        title = f"{head.title} - {entry.name if entry.listed else f'item {entry.position + 1}'}"
    return Labels(
        title=title,
        client_item_id=item.client_item_id or own.client_item_id,
        metadata={**own.metadata, **head.metadata, **item.metadata},
    )
