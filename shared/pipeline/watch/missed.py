"""Audio that no event announced: compare the container's listing with the tables.

A lost event, or audio that was there before the deployment, is only late. The listing brings
names, versions and metadata a page at a time, so nothing is asked of single blobs; and what was
once found complete is not compared again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from shared.errors import StoreConflict
from shared.log import event
from shared.messages import Register
from shared.model.batch.policy import Policy
from shared.model.batch.recording import recording_id
from shared.model.profile.profile import Profile
from shared.pipeline.register.dropped import batch_of, is_old, profile_of
from shared.ports.blobs import AudioBlobs, AudioEntry
from shared.ports.queue import Clock, Queue
from shared.ports.state import BatchStore, Diaries, Diary

NAMES_IN_MESSAGE = 20
COMPARED_AT_ONCE = 5_000
_TICK = timedelta(seconds=1)


def reconcile(
    container: str,
    *,
    find: Callable[[list[AudioEntry]], list[AudioEntry]],
    audio: AudioBlobs,
    diaries: Diaries,
    queue: Queue,
    policy: Policy,
    clock: Clock,
) -> None:
    """List the container, unless that was done lately, and have registered what `find` says is
    missing. Blobs whose events may still be on their way are left for the next time."""
    now = clock.now()
    name = f"reconcile {container}"
    before = diaries.get(name)
    if before is not None and now - before.done_at < timedelta(seconds=policy.relist_seconds):
        return
    since = before.complete_to_at if before is not None else None
    until = now - timedelta(seconds=policy.event_patience_seconds)
    complete_to = until
    page: list[AudioEntry] = []
    for entry in audio.list(container):
        if entry.last_modified_at > until or (since and entry.last_modified_at <= since):
            continue
        page.append(entry)
        if len(page) == COMPARED_AT_ONCE:
            complete_to = min(complete_to, _announce(container, find(page), queue, now))
            page = []
    complete_to = min(complete_to, _announce(container, find(page), queue, now))
    diary = Diary(
        name=name,
        done_at=now,
        complete_to_at=max(complete_to, since) if since else complete_to,
        version=before.version if before else "",
    )
    try:
        diaries.save(diary)
    except StoreConflict:
        return  # another instance did the same at the same time


def unregistered(
    container: str,
    entries: list[AudioEntry],
    *,
    store: BatchStore,
    profiles: Sequence[Profile],
    policy: Policy,
    clock: Clock,
) -> list[AudioEntry]:
    """Audio that has no row."""
    return _Finder(container, store, profiles, policy, clock.now()).missing(entries)


def _announce(container: str, missing: list[AudioEntry], queue: Queue, now: datetime) -> datetime:
    """Returns the moment before the first that is missing: so far, everything is complete."""
    for i in range(0, len(missing), NAMES_IN_MESSAGE):
        names = tuple(entry.name for entry in missing[i : i + NAMES_IN_MESSAGE])
        queue.send(Register(container=container, names=names))
    if missing:
        event("audio.unannounced", container=container, blobs=len(missing), level=30)
    return min((entry.last_modified_at for entry in missing), default=now) - _TICK


class _Finder:
    """Knows which blobs have no row, by two queries for each profile and day: one over the
    batches of the windows that the blobs fall into, and for old ones one of the day's batch."""

    def __init__(
        self,
        container: str,
        store: BatchStore,
        profiles: Sequence[Profile],
        policy: Policy,
        now: datetime,
    ) -> None:
        self._container, self._store, self._profiles = container, store, profiles
        self._policy, self._now = policy, now

    def missing(self, entries: list[AudioEntry]) -> list[AudioEntry]:
        windows = [self._batch_id(entry, by_day=False) for entry in entries]
        days = {
            self._batch_id(e, by_day=True) for e in entries if is_old(e.last_modified_at, self._now)
        }
        ranges = [*_ranges(windows), *((day, day) for day in days)]
        known = {
            recording
            for first, last in ranges
            for recording in self._store.recording_ids(first, last)
        }
        return [entry for entry in entries if self._recording_id(entry) not in known]

    def _batch_id(self, entry: AudioEntry, *, by_day: bool) -> str:
        profile = profile_of(self._profiles, entry.name, entry.metadata)[0]
        return batch_of(profile, entry.last_modified_at, self._policy, self._now, by_day=by_day).id

    def _recording_id(self, entry: AudioEntry) -> str:
        return recording_id(self._container, entry.name, entry.etag)


def _ranges(batch_ids: list[str]) -> Iterator[tuple[str, str]]:
    """First and last of those that differ in the time of day alone: what lies between them in the
    order of ids is of the same profile and day."""
    for _, same_day in groupby(sorted(set(batch_ids)), key=lambda name: name.rpartition("T")[0]):
        ids = list(same_day)
        yield ids[0], ids[-1]
