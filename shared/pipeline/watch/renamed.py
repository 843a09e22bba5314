"""Audio that came into the container with an old time: renamed, moved, or by SFTP.

The usual comparison looks at what changed since the last one. A blob that is renamed in an account
with a hierarchical namespace keeps its time, and is announced by events that are not asked for
everywhere. So once a day every name and version is held against those that were there the day
before: 8 bytes are kept of each.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from shared.errors import StoreConflict
from shared.model.recording.recording import recording_id
from shared.pipeline.watch.missed import COMPARED_AT_ONCE, Find, have_registered
from shared.ports.blobs import AudioBlobs, AudioEntry, Requests
from shared.ports.ground import UseCase
from shared.ports.indices import Diaries, Diary


@dataclass(frozen=True, kw_only=True)
class FindRenamed(UseCase):
    """Have registered what `find` says is missing, of what is new in the `container` whatever its
    times say. What is missing is new again the next day, until it is there. The first time, all
    that is there counts as seen: the usual comparison was just made, of everything."""

    container: str
    find: Find
    audio: AudioBlobs
    requests: Requests
    diaries: Diaries

    def __call__(self) -> None:
        now, name = self.clock.now(), f"renamed {self.container}"
        before, compared = self.diaries.get(name), self.diaries.get(f"reconcile {self.container}")
        pause = timedelta(seconds=self.policy.relist_all_seconds)
        if compared is None or (before is not None and now - before.done_at < pause):
            return
        seen = _Seen(self.requests.recall(self._memory))
        self._compare(seen)
        self.requests.remember(self._memory, seen.now())
        version = before.version if before else ""
        with suppress(StoreConflict):  # another instance did the same at the same time
            self.diaries.save(Diary(name=name, done_at=now, complete_to_at=now, version=version))

    @property
    def _memory(self) -> str:
        return f"seen-{self.container}"

    def _compare(self, seen: _Seen) -> None:
        for new in _at_most(seen.new(self.audio.list(self.container)), COMPARED_AT_ONCE):
            missing = self.find(new)
            have_registered(self.queue, self.container, missing)
            seen.forget(missing)


class _Seen:
    """Names with their versions, as the first 8 bytes of a digest: of a million blobs, one in
    10^13 chances that a new one is taken for an old one."""

    def __init__(self, before: bytes | None) -> None:
        self._before: array[int] | None = None
        if before is not None:
            self._before = array("Q")
            self._before.frombytes(before)
        self._now: array[int] = array("Q")
        self._forgotten: set[int] = set()

    def new(self, entries: Iterator[AudioEntry]) -> Iterator[AudioEntry]:
        """Those that were not there before, while all are noted."""
        for entry in entries:
            key = _key(entry)
            self._now.append(key)
            if self._before is not None and not _holds(self._before, key):
                yield entry

    def forget(self, entries: list[AudioEntry]) -> None:
        self._forgotten.update(_key(entry) for entry in entries)

    def now(self) -> bytes:
        return array("Q", sorted(key for key in self._now if key not in self._forgotten)).tobytes()


def _key(entry: AudioEntry) -> int:
    return int(recording_id("", entry.name, entry.etag)[:16], 16)


def _holds(ordered: array[int], key: int) -> bool:
    at = bisect_left(ordered, key)
    return at < len(ordered) and ordered[at] == key


def _at_most(entries: Iterator[AudioEntry], most: int) -> Iterator[list[AudioEntry]]:
    page: list[AudioEntry] = []
    for entry in entries:
        page.append(entry)
        if len(page) == most:
            yield page
            page = []
    yield page
