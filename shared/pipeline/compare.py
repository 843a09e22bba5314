"""What was looked at is what is transcribed: versions of audio are compared with what is there now,
before they are sent, and once the provider has read them, before anything of them is written.

Where names lie together one listing tells of many; each of the others is asked for alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Literal

import msgspec

from shared.errors import InputError
from shared.log import event
from shared.messages import SliceItem
from shared.model.failure import Failure
from shared.model.failure_texts import (
    AUDIO_GONE,
    AUDIO_REPLACED,
    AUDIO_REPLACED_LATE,
    BLOB_ARCHIVED,
)
from shared.model.job.job_item import JobItem
from shared.model.names import shared_beginning
from shared.model.recording.fingerprint import fingerprint_of, is_version, may_be_same
from shared.model.recording.recording import Recording
from shared.pipeline.together import AskTogether
from shared.ports.blobs import AudioBlobs, AudioEntry
from shared.ports.state import BatchStore

Seen = Literal["there", "touched", "archived", "gone", "replaced"]
"""How the audio of a recording stands. "touched": it has another ETag, and the same length and
first bytes; storage knows no MD5 by which the rest could be compared. "archived": it is there, in
a tier where nobody can read it."""
NOT_SENT: Mapping[Seen, Failure] = {
    "archived": BLOB_ARCHIVED,
    "gone": AUDIO_GONE,
    "replaced": AUDIO_REPLACED,
}
"""Why audio that stands so is not given to a provider."""
_LISTED, _PAGES = 5_000, 4
_TRIED, _WORTH = 10, 50
"""Lines of a listing for each name: so many to find out, and so many at most on the average."""
_FEW = 4
_Each = Callable[..., Iterable[AudioEntry | None]]


@dataclass(frozen=True, kw_only=True)
class CompareVersions:
    """How the audio of each recording stands now, by id. Audio on the web has no version and is
    left out. Raises what storage does."""

    store: BatchStore
    audio: AudioBlobs
    pool: Executor
    together: AskTogether

    def __call__(self, rows: Sequence[JobItem | Recording]) -> dict[str, Seen]:
        mine = [row for row in rows if row.web_url is None]
        names: defaultdict[str, set[str]] = defaultdict(set)
        for row in mine:
            names[row.container].add(row.name)
        entries = {container: self._entries(container, some) for container, some in names.items()}
        seen = {row.id: self._seen(row, entries[row.container].get(row.name)) for row in mine}
        _tell(mine, seen)
        return seen

    def _entries(self, container: str, names: Collection[str]) -> Mapping[str, AudioEntry]:
        if len(names) == 1:
            [name] = names
            entry = self.together(container, name, self._of_others)
            return {} if entry is None else {name: entry}
        return self._looked_up(container, names, self.pool.map)

    def _of_others(self, container: str, names: Collection[str]) -> Mapping[str, AudioEntry]:
        """Of names that several threads ask about, which may be of the pool themselves. Of a few
        the listing would cost more than it saves."""
        if len(names) >= _FEW:
            return self._looked_up(container, names, map)
        return self._alone(container, names, map)

    def _looked_up(
        self,
        container: str,
        names: Collection[str],
        each: _Each,
    ) -> Mapping[str, AudioEntry]:
        found, is_whole = self._listed(container, names)
        if is_whole:
            return found
        return found | self._alone(container, [n for n in names if n not in found], each)

    def _alone(
        self,
        container: str,
        names: Collection[str],
        each: _Each,
    ) -> dict[str, AudioEntry]:
        entries = each(lambda name: self.audio.entry(container, name), names)
        return {entry.name: entry for entry in entries if entry is not None}

    def _listed(self, container: str, names: Collection[str]) -> tuple[dict[str, AudioEntry], bool]:
        """Those of them that a few pages hold, and whether that is all that there is. By what the
        first page brings it shows whether it is worth listing all."""
        found: dict[str, AudioEntry] = {}
        prefix, marker, lines = shared_beginning(names), "", 0
        for most in (min(_LISTED, _TRIED * len(names)), *[_LISTED] * (_PAGES - 1)):
            try:
                page, marker = self.audio.page(container, prefix, marker, most)
            except InputError:  # the container is gone
                return {}, True
            lines += len(page)
            found |= {entry.name: entry for entry in page if entry.name in names}
            if not marker or len(found) == len(names):
                return found, not marker
            if lines > _WORTH * len(found):
                break
        return found, False

    def _seen(self, row: JobItem | Recording, there: AudioEntry | None) -> Seen:
        if there is None:
            return "gone"
        version: Seen = "archived" if there.state.is_archived else "there"
        if row.etag == there.etag:
            return version
        known = row if isinstance(row, Recording) else self.store.recording(row.batch_id, row.id)
        if known is None or is_version(
            known.etag, known.fingerprint, there.etag, there.bytes, there.md5
        ):
            return version
        return "touched" if self._begins_alike(known) else "replaced"

    def _begins_alike(self, row: Recording) -> bool:
        mine = row.fingerprint
        if mine is None or mine.md5 is not None:
            return False
        head = self.audio.head(row.container, row.name)
        return head is not None and may_be_same(
            mine, fingerprint_of(head.data, head.bytes, head.md5)
        )


def compared(item: SliceItem, seen: Seen | None) -> SliceItem:
    """Nobody can tell which version the provider heard where it was replaced meanwhile. What was
    archived since then was heard before."""
    if item.failure is not None or seen is None:
        return item
    if seen == "replaced":
        return SliceItem(
            recording_id=item.recording_id, part=item.part, failure=AUDIO_REPLACED_LATE
        )
    return msgspec.structs.replace(item, seen="there" if seen == "archived" else seen)


def _tell(rows: Sequence[JobItem | Recording], seen: Mapping[str, Seen]) -> None:
    for row in rows:
        if seen[row.id] != "there":
            event(
                "audio.changed", batch=row.batch_id, recording=row.id, seen=seen[row.id], level=30
            )
