"""Entries of a request as recordings: looked at one by one, whatever they turn out to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import msgspec

from shared.errors import DropscribeError, InputError
from shared.log import event
from shared.model.batch.batch import Batch, item_recording_id
from shared.model.blob_state import not_whole, unready
from shared.model.events.delivery import callback_id
from shared.model.failure import Failure, failure_of
from shared.model.failure_texts import CANCELLED, NOT_REGISTERED, URL_WITHOUT_HEAD
from shared.model.failures_from import missing
from shared.model.manifest.manifest import (
    Head,
    Item,
    asked,
    base_profile,
    effective_profile,
    with_mode,
    without_query,
)
from shared.model.policy import Policy
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.description import labelled, said_by_name
from shared.model.profile.profile import Labels, Profile, choose, is_on_request, labels, said_of
from shared.model.recording.fingerprint import Fingerprint, fingerprint_of
from shared.model.recording.recording import Recording
from shared.model.recording.transitions import awaiting_companion
from shared.pipeline.register.admit import EnterRecording, examine
from shared.pipeline.register.unreadable import GiveUpOnBlob
from shared.ports.blobs import AudioBlobs, AudioHead, Requests, WebAudio
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


@dataclass(frozen=True, kw_only=True)
class ExamineEntry:
    """The first row of an entry as things are now, with a failure where it is refused. Raises what
    may pass."""

    audio: AudioBlobs
    web: WebAudio
    profiles: Sequence[Profile]
    capabilities: Mapping[str, Capabilities]
    policy: Policy
    clock: Clock

    def __call__(self, batch: Batch, head: Head, entry: Entry) -> Recording:
        """`head` is that of the batch's request."""
        row = self._bare(batch, head, entry)
        if row.failure is not None:
            return row
        try:
            return self._found(row, head, entry)
        except InputError as error:
            return msgspec.structs.replace(row, failure=failure_of(error))
        except DropscribeError:
            raise
        except Exception as error:  # a fault of ours with one must not stop the others
            event("recording.not_registered", error=type(error).__name__, level=40)
            return msgspec.structs.replace(row, failure=NOT_REGISTERED)

    def _bare(self, batch: Batch, head: Head, entry: Entry) -> Recording:
        now, item = self.clock.now(), entry.item
        blob = entry.name if entry.listed else ""
        profile, failure = self._base(head, entry.name)
        if batch.cancelled_at is not None:
            failure = CANCELLED
        return Recording(
            batch_id=batch.id,
            id=item_recording_id(batch.id, entry.position, item.client_item_id, blob),
            container=entry.container,
            name=entry.name,
            etag="",
            last_modified_at=batch.created_at,
            registered_at=now,
            changed_at=now,
            profile=profile,
            labels=_labels(entry, head, {}),
            failure=entry.failure or failure,
            item=entry.position,
            web_url=without_query(item.url) if item.url else None,
            callback=callback_id(item.callback_url) if item.callback_url else None,
        )

    def _base(self, head: Head, name: str) -> tuple[Profile, Failure | None]:
        """A profile that is gone since the request was accepted: the default one, and why not."""
        try:
            return with_mode(base_profile(head, self.profiles, name), head), None
        except InputError as error:
            return choose(self.profiles, name), failure_of(error)

    def _found(self, row: Recording, head: Head, entry: Entry) -> Recording:
        """Raises `InputError` where its head cannot be read."""
        found = self._fetch(entry)
        if found is None:
            return msgspec.structs.replace(row, failure=missing(row.container, row.name))
        named = said_by_name(row.profile, row.name)
        row = msgspec.structs.replace(
            row,
            etag=found.etag,
            last_modified_at=found.last_modified_at,
            bytes=found.bytes,
            media_type=found.media_type,
            labels=labelled(_labels(entry, head, found.metadata), named.labels),
            notes=named.notes,
            fingerprint=_fingerprint(found),
        )
        said = {*said_of(found.metadata), *asked(head, entry.item)}
        said |= {key for key in ("provider", "mode") if getattr(head, key)}
        row = awaiting_companion(row, said, self.clock.now())
        try:
            profile = effective_profile(
                head, entry.item, self.profiles, row.name, found.metadata, self.capabilities
            )
            return self._examined(row, profile, found, entry.item.url)
        except InputError as error:
            return msgspec.structs.replace(row, failure=failure_of(error, said))

    def _fetch(self, entry: Entry) -> AudioHead | None:
        if entry.item.url is not None:
            return self.web.head(entry.item.url)
        return self.audio.head(entry.container, entry.name)

    def _examined(
        self, row: Recording, profile: Profile, found: AudioHead, url: str | None
    ) -> Recording:
        if url is not None:
            row = examine(row, profile, found, partial(self.web.read, url), self.capabilities)
            self._check_head(row.profile.provider, url)
            return row
        still = self.policy.still_seconds
        why = unready(found.state, found.last_modified_at, self.clock.now(), still)
        if why is not None:
            raise not_whole(why).error()
        blob = (row.container, row.name, found.etag)
        read, digest = partial(self.audio.read, *blob), partial(self.audio.digest, *blob)
        return examine(row, profile, found, read, self.capabilities, digest)

    def _check_head(self, provider: str, url: str) -> None:
        """As the provider will ask, before anything is spent."""
        status = self.web.head_refusal(url) if self.capabilities[provider].asks_head else None
        if status is not None:
            raise URL_WITHOUT_HEAD.error(status=status, provider=provider)


def _fingerprint(found: AudioHead) -> Fingerprint | None:
    """Of audio that was dropped, and left to this request: the same bytes are not a new version of
    it. What somebody asks for otherwise is meant."""
    if not is_on_request(found.metadata):
        return None
    return fingerprint_of(found.data, found.bytes, found.md5)


@dataclass(frozen=True, kw_only=True)
class RegisterEntries:
    """Makes the entries of one batch into rows, side by side: one ranged GET and one insert each.
    Raises the first error that may pass, after all had their turn."""

    requests: Requests
    store: BatchStore
    examine_entry: ExamineEntry
    enter: EnterRecording
    give_up: GiveUpOnBlob
    pool: Executor

    def __call__(self, batch: Batch, head: Head, entries: Iterable[Entry]) -> None:
        """`head` is that of the batch's request."""
        remembered: set[str] = set()

        def register(entry: Entry) -> DropscribeError | None:
            try:
                self._register(self._examined(batch, head, entry), entry, remembered)
            except DropscribeError as error:
                return error
            return None

        errors = [error for error in self.pool.map(register, entries) if error is not None]
        if errors:
            raise errors[0]

    def _examined(self, batch: Batch, head: Head, entry: Entry) -> Recording:
        """What storage refuses of one blob alone is waited for, but not for ever."""
        try:
            return self.examine_entry(batch, head, entry)
        except DropscribeError as error:
            if entry.item.url is not None:
                raise
            failure = self.give_up(entry.container, entry.name, error)
            if failure is None:
                raise
            return self.examine_entry(batch, head, entry._replace(failure=failure))

    def _register(self, row: Recording, entry: Entry, remembered: set[str]) -> None:
        """A refused one's error report comes before its row, which may have been accepted the
        first time. Of a callback the row can only tell which address it is; items that share one
        store it once."""
        if row.failure is not None and self.store.recording(row.batch_id, row.id) is not None:
            return
        url = entry.item.callback_url
        if url is not None and url not in remembered:
            self.requests.put_callback(row.batch_id, url)
            remembered.add(url)
        self.enter(row)


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
