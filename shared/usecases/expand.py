"""What a batch was asked for becomes recordings, a slice at a time.

The table says how far each part is; a message is only the next step. A slice that is done twice
finds its rows there. Nothing is lost: an entry that cannot become a recording becomes a failed
one, with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from datetime import datetime
from typing import NamedTuple

import msgspec

from shared.errors import DropscribeError, InputError
from shared.log import event
from shared.messages import Expand, Plan
from shared.model.batch import Batch, Part, item_recording_id
from shared.model.capabilities import Capabilities
from shared.model.failure import Failure
from shared.model.manifest import (
    Head,
    Item,
    base_profile,
    effective_profile,
    with_mode,
    without_query,
)
from shared.model.profile import Labels, Profile, choose, labels
from shared.model.recording import Recording
from shared.ports import (
    AudioBlobs,
    AudioHead,
    BatchStore,
    Clock,
    Outputs,
    Queue,
    Requests,
    WebAudio,
)
from shared.usecases.admit import enter, examine, failure_of

RECORDINGS_IN_STEP = 120
PLANNED_EVERY = 1_000  # recordings: a large batch is planned while it grows
CANCELLED = Failure(
    kind="configuration",
    code="cancelled",
    reason="The batch was cancelled before this recording was transcribed.",
    advice="Retry the batch if it is wanted after all.",
)
MISSING = Failure(
    kind="input",
    code="recording_missing",
    reason="There is no such blob.",
    advice="Correct the name, or upload the recording, then retry the batch.",
)
NOTHING_LISTED = Failure(
    kind="input",
    code="nothing_listed",
    reason="No blob is there whose name begins like this.",
    advice="Correct the prefix or the container, or upload the recordings, and ask for another "
    "batch.",
)
NOT_REGISTERED = Failure(
    kind="ours",
    code="not_registered",
    reason="Dropscribe could not look into this recording.",
    advice="Look in the log for what failed, mend it, then retry the batch.",
)


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
        self._audio, self._web, self._store, self._clock = audio, web, store, clock
        self._outputs, self._errors_container = outputs, errors_container
        self._profiles, self._capabilities = profiles, capabilities

    def register(self, entry: Entry) -> None:
        """Raises what may pass."""
        recording = self.look(entry)
        if recording.failure is not None and self._is_known(recording):
            return
        enter(
            recording,
            store=self._store,
            outputs=self._outputs,
            errors_container=self._errors_container,
            clock=self._clock,
        )

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

        try:
            profile = effective_profile(self._head, item, self._profiles, row.name, head.metadata)
            return examine(row, profile, head, read, self._capabilities)
        except InputError as error:
            return msgspec.structs.replace(row, failure=failure_of(error))

    def _fetch(self, entry: Entry) -> AudioHead | None:
        if entry.item.url is not None:
            return self._web.head(entry.item.url)
        return self._audio.head(entry.container, entry.name)


def expand(
    message: Expand,
    *,
    store: BatchStore,
    requests: Requests,
    registrar: Callable[[Batch], Registrar],
    audio: AudioBlobs,
    queue: Queue,
    clock: Clock,
    pool: Executor,
) -> None:
    """One step of one part. Two at the same step are safe: the rows collide, and so does the
    note of how far the part is."""
    batch = store.batch(message.batch_id)
    if batch is None or not batch.is_expanding:
        return
    part = None if message.part is None else store.part(batch.id, message.part)
    if part is None or part.is_done:
        _go_on(batch, store, queue, clock)
        return
    step = _Step(part, requests.items(batch, part.offset, part.length), audio)
    _each(pool, registrar(batch).register, step.entries())
    after = step.part_after(clock.now())
    store.save_part(after)
    if not after.is_done:
        queue.send(Expand(batch_id=batch.id, part=part.number))
    _after_step(batch, after, part, store, queue, clock)


def _each(pool: Executor, work: Callable[[Entry], None], entries: Iterable[Entry]) -> None:
    """Side by side. Raises the first error, after all had their turn."""

    def settle(entry: Entry) -> DropscribeError | None:
        try:
            work(entry)
        except DropscribeError as error:
            return error
        return None

    errors = [error for error in pool.map(settle, entries) if error is not None]
    if errors:
        raise errors[0]


def _after_step(
    batch: Batch, after: Part, before: Part, store: BatchStore, queue: Queue, clock: Clock
) -> None:
    """The last part completes the batch; of a large one, what is there is planned meanwhile."""
    if after.is_done:
        parts = store.parts(batch.id)
        if all(part.is_done for part in parts):
            _complete(batch, store, queue, clock)
            return
        made = sum(part.recordings for part in parts)
    else:
        made = after.recordings
    if made // PLANNED_EVERY > (made - after.recordings + before.recordings) // PLANNED_EVERY:
        queue.send(Plan(batch_id=batch.id))


def _go_on(batch: Batch, store: BatchStore, queue: Queue, clock: Clock) -> None:
    left = [part.number for part in store.parts(batch.id) if not part.is_done]
    for number in left:
        queue.send(Expand(batch_id=batch.id, part=number))
    if not left:
        _complete(batch, store, queue, clock)


def _complete(batch: Batch, store: BatchStore, queue: Queue, clock: Clock) -> None:
    """Whoever loses here finds, coming back, that it is done."""
    store.save_batch(msgspec.structs.replace(batch, is_expanding=False))
    event("batch.expanded", batch=batch.id, items=batch.items)
    queue.send(Plan(batch_id=batch.id))


class _Step:
    """About a hundred recordings of a part, from where it stands."""

    def __init__(self, part: Part, items: Sequence[Item], audio: AudioBlobs) -> None:
        self._part, self._items, self._audio = part, items, audio
        self._at, self._marker, self._made = part.at, part.marker, 0

    def entries(self) -> list[Entry]:
        found: list[Entry] = []
        while self._at < len(self._items) and len(found) < RECORDINGS_IN_STEP:
            item, position = self._items[self._at], self._part.first + self._at
            if item.is_listing:
                found += self._page(position, item)
            else:
                container, name = item.place
                found.append(Entry(position, item, container, name))
                self._at += 1
        self._made = len(found)
        return found

    def _page(self, position: int, item: Item) -> Iterator[Entry]:
        """One page of the blobs that an item stands for; nothing there is a failure of its own."""
        container, prefix = item.container or "", item.prefix or ""
        is_first, failure = not self._marker, NOTHING_LISTED
        try:
            blobs, self._marker = self._audio.page(
                container, prefix, self._marker, RECORDINGS_IN_STEP
            )
        except InputError as error:
            blobs, self._marker, failure = [], "", failure_of(error)
        if not self._marker:
            self._at += 1
        if failure is not NOTHING_LISTED or (is_first and not blobs and not self._marker):
            yield Entry(position, item, container, f"{prefix}*", failure=failure)
        for blob in blobs:
            yield Entry(position, item, container, blob.name, listed=True)

    def part_after(self, now: datetime) -> Part:
        return msgspec.structs.replace(
            self._part,
            at=self._at,
            marker=self._marker,
            recordings=self._part.recordings + self._made,
            changed_at=now,
        )


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
