"""What a batch was asked for becomes recordings, a slice at a time.

The table says how far each part is; a message is only the next step. A slice that is done twice
finds its rows there. Nothing is lost: an entry that cannot become a recording becomes a failed
one, with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from datetime import datetime

import msgspec

from shared.batches.entries import Entry, Registrar
from shared.errors import DropscribeError, InputError
from shared.log import event
from shared.messages import Expand, Plan
from shared.model.batch.batch import Batch, Part
from shared.model.failure import failure_of
from shared.model.failure_texts import NOTHING_LISTED
from shared.model.manifest.manifest import Item
from shared.ports.blobs import AudioBlobs, Requests
from shared.ports.queue import Clock, Queue
from shared.ports.state import BatchStore

RECORDINGS_IN_STEP = 120
PLANNED_EVERY = 1_000  # recordings: a large batch is planned while it grows


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
