"""Audio that no event announced: compare the container's listing with the tables.

A lost event, or audio that was there before the deployment, is only late. The listing brings
names, versions and metadata a page at a time, so nothing is asked of single blobs; and what was
once found complete is not compared again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.errors import StoreConflict
from shared.log import event
from shared.messages import Register
from shared.model.policy import Policy
from shared.model.profile import Profile
from shared.model.recording import recording_id
from shared.ports import AudioBlobs, AudioEntry, BatchStore, Clock, Diaries, Diary, Queue
from shared.usecases.register import batch_of, is_old, profile_of

NAMES_IN_MESSAGE = 20
COMPARED_AT_ONCE = 5_000
_TICK = timedelta(seconds=1)


def reconcile(
    container: str,
    *,
    audio: AudioBlobs,
    store: BatchStore,
    diaries: Diaries,
    queue: Queue,
    profiles: Sequence[Profile],
    policy: Policy,
    clock: Clock,
) -> None:
    """List the container, unless that was done lately, and have registered what is missing.
    Blobs whose events may still be on their way are left for the next time."""
    now = clock.now()
    name = f"reconcile {container}"
    before = diaries.get(name)
    if before is not None and now - before.done_at < timedelta(seconds=policy.relist_seconds):
        return
    since = before.complete_to_at if before is not None else None
    until = now - timedelta(seconds=policy.event_patience_seconds)
    finder = _Finder(container, store, profiles, policy, now)
    complete_to = until
    page: list[AudioEntry] = []
    for entry in audio.list(container):
        if entry.last_modified_at > until or (since and entry.last_modified_at <= since):
            continue
        page.append(entry)
        if len(page) == COMPARED_AT_ONCE:
            complete_to = min(complete_to, _announce(container, finder.missing(page), queue, now))
            page = []
    complete_to = min(complete_to, _announce(container, finder.missing(page), queue, now))
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


def _announce(container: str, missing: list[AudioEntry], queue: Queue, now: datetime) -> datetime:
    """Returns the moment before the first that is missing: so far, everything is complete."""
    for by_day in (False, True):
        names = [e.name for e in missing if is_old(e.last_modified_at, now) == by_day]
        for i in range(0, len(names), NAMES_IN_MESSAGE):
            part = tuple(names[i : i + NAMES_IN_MESSAGE])
            queue.send(Register(container=container, names=part, by_day=by_day))
    if missing:
        event("audio.unannounced", container=container, blobs=len(missing), level=30)
    return min((entry.last_modified_at for entry in missing), default=now) - _TICK


class _Finder:
    """Knows which blobs have no row, by one query for each batch that they would be in."""

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
        homes = [self._homes(entry) for entry in entries]
        known = {
            batch_id: set(self._store.recording_ids(batch_id))
            for batch_id in {home for pair in homes for home in pair}
        }
        return [
            entry
            for entry, pair in zip(entries, homes, strict=True)
            if not any(self._id(entry) in known[home] for home in pair)
        ]

    def _homes(self, entry: AudioEntry) -> tuple[str, ...]:
        """The batches that may hold it: that of its window, and for old audio that of its day."""
        days = (False, True) if is_old(entry.last_modified_at, self._now) else (False,)
        profile = profile_of(self._profiles, entry.name, entry.metadata)[0]
        return tuple(
            batch_of(profile, entry.last_modified_at, self._policy, self._now, by_day=day).id
            for day in days
        )

    def _id(self, entry: AudioEntry) -> str:
        return recording_id(self._container, entry.name, entry.etag)
