"""What a batch was asked for becomes recordings, a slice at a time.

The table says how far each part is; a message is only the next step. A slice that is done twice
finds its rows there. Nothing is lost: an entry that cannot become a recording becomes a failed
one, with its reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import msgspec

from shared.batches.entries import Entry, RegisterEntries
from shared.errors import InputError
from shared.log import event
from shared.messages import Expand, Plan
from shared.model.batch.batch import Batch, Part
from shared.model.batch.transitions import expanded
from shared.model.failure import failure_of
from shared.model.failures_from import nothing_listed
from shared.model.manifest.manifest import Head, Item, base_profile
from shared.model.profile.profile import Profile, choose
from shared.model.profile.taken import Ignored, why_ignored
from shared.pipeline.register.dropped import tell_ignored
from shared.ports.blobs import AudioBlobs, AudioEntry, Requests
from shared.ports.ground import UseCase

RECORDINGS_IN_STEP = 120
PLANNED_EVERY = 25_000  # recordings: a huge batch is planned while it grows, each time it doubled


@dataclass(frozen=True, kw_only=True)
class ExpandBatch(UseCase):
    """One step of one part. Two at the same step are safe: the rows collide, and so does the
    note of how far the part is."""

    requests: Requests
    register: RegisterEntries
    audio: AudioBlobs
    profiles: Sequence[Profile]

    def __call__(self, message: Expand) -> None:
        batch = self.store.batch(message.batch_id)
        if batch is None or not batch.is_expanding:
            return
        part = None if message.part is None else self.store.part(batch.id, message.part)
        if part is None or part.is_done:
            self._go_on(batch)
            return
        after = self._step(batch, part)
        self.store.save_part(after)
        if not after.is_done:
            self.queue.send(Expand(batch_id=batch.id, part=part.number))
        self._after_step(batch, after, part)

    def _step(self, batch: Batch, part: Part) -> Part:
        items, head = (
            self.requests.items(batch, part.offset, part.length),
            self.requests.head(batch),
        )
        step = _Step(part, items, self.audio, partial(self._profile, head))
        self.register(batch, head, step.entries())
        return step.part_after(self.clock.now())

    def _profile(self, head: Head, name: str) -> Profile:
        try:
            return base_profile(head, self.profiles, name)
        except InputError:  # it is gone since, and each entry will say so
            return choose(self.profiles, name)

    def _after_step(self, batch: Batch, after: Part, before: Part) -> None:
        """The last part completes the batch; of a large one, what is there is planned meanwhile."""
        made = after.recordings
        if after.is_done:
            parts = self.store.parts(batch.id)
            if all(part.is_done for part in parts):
                self._complete(batch)
                return
            made = sum(part.recordings for part in parts)
        made_before = made - after.recordings + before.recordings
        if _doublings(made) > _doublings(made_before):
            self.queue.send(Plan(batch_id=batch.id))

    def _go_on(self, batch: Batch) -> None:
        left = [part.number for part in self.store.parts(batch.id) if not part.is_done]
        for number in left:
            self.queue.send(Expand(batch_id=batch.id, part=number))
        if not left:
            self._complete(batch)

    def _complete(self, batch: Batch) -> None:
        """Whoever loses here finds, coming back, that it is done."""
        self.store.save_batch(expanded(batch))
        event("batch.expanded", batch=batch.id, items=batch.items)
        self.queue.send(Plan(batch_id=batch.id))


def _doublings(recordings: int) -> int:
    """How often a batch of so many was worth planning. What came in since the last time lies among
    all that was there before, and a job is looked for among what lies between its first and its
    last. So what comes in within minutes is planned together, when all is there."""
    return (recordings // PLANNED_EVERY).bit_length()


class _Step:
    """About a hundred recordings of a part, from where it stands."""

    def __init__(
        self,
        part: Part,
        items: Sequence[Item],
        audio: AudioBlobs,
        profile_of: Callable[[str], Profile],
    ) -> None:
        self._part, self._items, self._audio, self._profile_of = part, items, audio, profile_of
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
        is_first, failure = not self._marker, None
        try:
            blobs, self._marker = self._audio.page(
                container, prefix, self._marker, RECORDINGS_IN_STEP
            )
        except InputError as error:
            blobs, self._marker, failure = [], "", failure_of(error)
        if not self._marker:
            self._at += 1
        if failure is None and is_first and not blobs and not self._marker:
            failure = nothing_listed(container, prefix)
        if failure is not None:
            yield Entry(position, item, container, f"{prefix}*", failure=failure)
        for blob in self._meant(container, blobs):
            yield Entry(position, item, container, blob.name, listed=True)

    def _meant(self, container: str, blobs: Iterable[AudioEntry]) -> Iterator[AudioEntry]:
        """What a folder holds beside recordings is no recording, whoever asks for the folder."""
        ignored: Counter[Ignored] = Counter()
        for blob in blobs:
            why = why_ignored(blob.name, self._profile_of(blob.name), blob.metadata)
            if why is None:
                yield blob
            else:
                ignored[why] += 1
        for why, count in ignored.items():
            tell_ignored(container, why, count)

    def part_after(self, now: datetime) -> Part:
        return msgspec.structs.replace(
            self._part,
            at=self._at,
            marker=self._marker,
            recordings=self._part.recordings + self._made,
            changed_at=now,
        )
