"""Audio that no event announced: compare the container's listing with the tables.

A lost event, or audio that was there before the deployment, is only late. The listing brings
names, versions and metadata a page at a time, so nothing is asked of single blobs; and what was
once found complete is not compared again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, islice

import msgspec

from shared.errors import StoreConflict
from shared.log import event
from shared.messages import Register
from shared.model.batch.batch import Batch
from shared.model.profile.profile import Profile
from shared.model.profile.taken import Ignored, why_not_by_arrival
from shared.model.recording.recording import recording_id
from shared.pipeline.register.dropped import batch_of, is_old, profile_of, tell_ignored
from shared.pipeline.register.take import companions_named
from shared.pipeline.watch.superseded import Superseded
from shared.ports.blobs import AudioBlobs, AudioEntry, Outputs
from shared.ports.ground import UseCase
from shared.ports.indices import Diaries, Diary
from shared.ports.queue import Queue

NAMES_IN_MESSAGE = 20
COMPARED_AT_ONCE = 50_000  # each stretch reads all ids of the windows that it touches
PAGE = 5_000  # blobs; a listing has no larger ones
LONGEST = timedelta(minutes=4)
"""What comes after it in the same sweep has to have its turn, too."""
_TICK = timedelta(seconds=1)


Find = Callable[[list[AudioEntry]], list[AudioEntry]]
"""Which of these nobody has taken yet."""


@dataclass(frozen=True, kw_only=True)
class Reconcile(UseCase):
    """List the `container`, unless that was done lately, and have registered what `find` says is
    missing. Blobs whose events may still be on their way are left for the next time. On the way
    error reports go whose version of the audio was replaced since. Where much lies there, the place
    is kept: who is cut short, or takes too long, is followed by one that goes on from it."""

    container: str
    find: Find
    audio: AudioBlobs
    outputs: Outputs
    errors_container: str
    diaries: Diaries

    def __call__(self) -> None:
        now, name = self.clock.now(), f"reconcile {self.container}"
        before, under_way = self.diaries.get(name), self.diaries.get(f"{name} under way")
        pause = timedelta(seconds=self.policy.relist_seconds)
        if under_way is None or not under_way.place:
            if before is not None and now - before.done_at < pause:
                return
            version = under_way.version if under_way else ""
            under_way = Diary(name=f"{name} under way", done_at=now, version=version)
        since = before.complete_to_at if before is not None else None
        with suppress(StoreConflict):  # another instance does the same at the same time
            complete_to = self._compare(since, under_way)
            if complete_to is None:
                return
            diary = Diary(
                name=name,
                done_at=under_way.done_at,
                complete_to_at=max(complete_to, since) if since else complete_to,
                version=before.version if before else "",
            )
            self.diaries.save(diary)

    def _compare(self, since: datetime | None, under_way: Diary) -> datetime | None:
        """So far everything is complete now, or will be once the messages have had their turn. From
        the place that was kept on; None: it took too long, and the next one goes on from there."""
        began = self.clock.now()
        until = under_way.done_at - timedelta(seconds=self.policy.event_patience_seconds)
        superseded = Superseded(self.outputs, f"{self.errors_container}/{self.container}")
        complete_to, is_cut_short = under_way.complete_to_at or until, False
        while True:
            listed, marker = self._stretch(under_way.place)
            new = [
                entry
                for entry in map(superseded.look_at, listed)
                if entry.last_modified_at <= until
                and not (since and entry.last_modified_at <= since)
            ]
            complete_to = min(complete_to, self._have_registered(self.find(new), began))
            is_first = not under_way.place
            under_way = msgspec.structs.replace(
                under_way, place=marker, complete_to_at=complete_to if marker else None
            )
            if marker or not is_first:
                under_way = self._kept(under_way)
            is_cut_short = bool(marker) and self.clock.now() - began > LONGEST
            if is_cut_short or not marker:
                break
        superseded.remove()
        if is_cut_short:
            event("intake.comparison_cut_short", container=self.container, level=30)
            return None
        return complete_to

    def _stretch(self, marker: str) -> tuple[list[AudioEntry], str]:
        """What is compared at once, and the marker of what comes after it, "" at the end."""
        listed: list[AudioEntry] = []
        while True:
            page, marker = self.audio.page(self.container, "", marker, PAGE)
            listed += page
            if not marker or len(listed) + PAGE > COMPARED_AT_ONCE:
                return listed, marker

    def _kept(self, diary: Diary) -> Diary:
        self.diaries.save(diary)
        return self.diaries.get(diary.name) or diary

    def _have_registered(self, missing: list[AudioEntry], now: datetime) -> datetime:
        """Returns the moment before the first that is missing: so far, everything is complete."""
        have_registered(self.queue, self.container, missing)
        return min((entry.last_modified_at for entry in missing), default=now) - _TICK


def have_registered(queue: Queue, container: str, missing: Sequence[AudioEntry]) -> None:
    for names in in_messages(entry.name for entry in missing):
        queue.send(Register(container=container, names=names))
    if missing:
        event("audio.unannounced", container=container, blobs=len(missing), level=30)


def in_messages(names: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """As many names at a time as go into one message."""
    left = iter(names)
    while some := tuple(islice(left, NAMES_IN_MESSAGE)):
        yield some


@dataclass(frozen=True, kw_only=True)
class FindUnregistered(UseCase):
    """Audio of the `container` that has no row. Two queries for each profile and day: one over the
    batches of the windows that the blobs fall into, and for old ones one of the day's batch; and a
    look at the batch of each that is missing."""

    container: str
    profiles: Sequence[Profile]

    def __call__(self, entries: list[AudioEntry]) -> list[AudioEntry]:
        now = self.clock.now()
        entries = self._meant(entries)
        windows = [
            self._batch_id(entry, now, by_day=False, usual=usual)
            for entry in entries
            for usual in (False, True)
        ]
        old = [entry for entry in entries if is_old(entry.last_modified_at, now)]
        days = {self._batch_id(entry, now, by_day=True) for entry in old}
        ranges = [*_ranges(windows), *((day, day) for day in days)]
        known = {
            recording
            for first, last in ranges
            for recording in self.store.recording_ids(first, last)
        }
        missing = [entry for entry in entries if self._recording_id(entry) not in known]
        return self._without_deleted(missing, now)

    def _without_deleted(self, missing: list[AudioEntry], now: datetime) -> list[AudioEntry]:
        """Who deletes a batch does not want what came before to be found, and paid for, again."""
        batches = [self._batch_id(entry, now, by_day=False) for entry in missing]
        deleted = {id_: _deleted_at(self.store.batch(id_), now) for id_ in set(batches)}
        return [
            entry
            for entry, id_ in zip(missing, batches, strict=True)
            if (gone_at := deleted[id_]) is None or entry.last_modified_at > gone_at
        ]

    def _meant(self, entries: list[AudioEntry]) -> list[AudioEntry]:
        """Companions are looked for by their recordings, and the rest is not meant."""
        whys = {entry.name: self._why_ignored(entry) for entry in entries}
        ignored = Counter(why for why in whys.values() if why is not None)
        for why, blobs in ignored.items():
            tell_ignored(self.container, why, blobs, listed=True)
        return [entry for entry in entries if whys[entry.name] is None]

    def _why_ignored(self, entry: AudioEntry) -> Ignored | None:
        profile = profile_of(self.profiles, entry.name, entry.metadata, {})[0]
        why = why_not_by_arrival(entry.name, profile, entry.metadata)
        is_companion = why is None and bool(companions_named(entry.name, self.profiles))
        return "companion" if is_companion else why

    def _batch_id(
        self, entry: AudioEntry, now: datetime, *, by_day: bool, usual: bool = False
    ) -> str:
        profile = profile_of(self.profiles, entry.name, entry.metadata, {})[0]
        at = entry.last_modified_at
        return batch_of(profile, at, self.policy, now, by_day=by_day, usual=usual).id

    def _recording_id(self, entry: AudioEntry) -> str:
        return recording_id(self.container, entry.name, entry.etag)


def _deleted_at(batch: Batch | None, now: datetime) -> datetime | None:
    if batch is None or not batch.is_gone:
        return None
    return batch.deleted_at or now


def _ranges(batch_ids: list[str]) -> Iterator[tuple[str, str]]:
    """First and last of those that differ in the time of day alone: what lies between them in the
    order of ids is of the same profile and day."""
    for _, same_day in groupby(sorted(set(batch_ids)), key=lambda name: name.rpartition("T")[0]):
        ids = list(same_day)
        yield ids[0], ids[-1]
