"""Something came into the container of audio: a recording, a companion of one, or neither."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from shared.errors import InputError
from shared.messages import Finish, Plan
from shared.model.batch import transitions as batches
from shared.model.batch.batch import Batch
from shared.model.failure import Failure, failure_of
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.companions import Described, described_by, is_of
from shared.model.profile.description import described
from shared.model.profile.profile import Profile, choose
from shared.model.profile.taken import why_ignored_by_name
from shared.model.recording.recording import Companion, Recording
from shared.pipeline.plan.companions import (
    ReadCompanions,
    description_in,
    with_companion,
    with_description,
)
from shared.pipeline.register.dropped import (
    RegisterDropped,
    batch_of,
    is_old,
    own_id,
    profile_of,
    tell_ignored,
)
from shared.ports.blobs import AudioBlobs, AudioHead
from shared.ports.ground import UseCase

_BESIDE = 50  # blobs whose names begin alike, among which a recording is looked for


@dataclass(frozen=True, kw_only=True)
class TakeDropped:
    """Registers what is meant. The rest is counted in the log."""

    register: RegisterDropped
    take_companion: TakeCompanion
    profiles: Sequence[Profile]

    def __call__(
        self, container: str, name: str, *, refusal: Failure | None = None
    ) -> Recording | None:
        """As `RegisterDropped`."""
        why = why_ignored_by_name(name)
        if why is not None:
            tell_ignored(container, why)
            return None
        found = companions_named(name, self.profiles)
        if not found:
            return self.register(container, name, refusal=refusal)
        tell_ignored(container, "companion")
        if refusal is None:
            self.take_companion(container, name, found)
        return None


@dataclass(frozen=True, kw_only=True)
class TakeCompanion(UseCase):
    """A companion came or changed. A recording that waits for it goes on with what it says; one
    that is under way or over gets its metadata, in the transcript and in the report, and a note of
    the options that came too late. Where the recording is not there yet, it looks for its companion
    itself."""

    audio: AudioBlobs
    read: ReadCompanions
    label_transcript: Callable[[Recording], None]
    profiles: Sequence[Profile]
    capabilities: Mapping[str, Capabilities]

    def __call__(self, container: str, name: str, found: Sequence[Described]) -> None:
        """Raises `StoreConflict` where somebody else changed a row meanwhile."""
        rows = [row for each in found for row in self._recordings(container, each)]
        head = self.audio.head(container, name) if rows else None
        if head is None:
            return
        for row in rows:
            if row.companion != Companion(name=name, etag=head.etag):
                self._tell(row, name, head)

    def _recordings(self, container: str, found: Described) -> Iterator[Recording]:
        names = [found.name]
        if not found.is_whole:
            page, _ = self.audio.page(container, f"{found.name}.", "", _BESIDE)
            names = [entry.name for entry in page if is_of(found, entry.name)]
        for name in names:
            if not companions_named(name, self.profiles):
                row = self._row(container, name)
                if row is not None:
                    yield row

    def _row(self, container: str, name: str) -> Recording | None:
        """Of the version that is there now."""
        head = self.audio.head(container, name)
        if head is None:
            return None
        now = self.clock.now()
        profile, _ = profile_of(self.profiles, name, head.metadata, {})
        for by_day in (False, True) if is_old(head.last_modified_at, now) else (False,):
            batch = batch_of(profile, head.last_modified_at, self.policy, now, by_day=by_day)
            row = self.store.recording(batch.id, own_id(container, name, head))
            if row is not None:
                return row
        return None

    def _tell(self, row: Recording, name: str, head: AudioHead) -> None:
        batch = self.store.batch(row.batch_id)
        if batch is None or batch.is_gone:
            return
        if row.state == "waiting":
            self.read.save_settled([self._in_time(row, name, head)])
            late = timedelta(seconds=self.policy.late_seconds)
            pause = max(batch.closes_at - self.clock.now(), late)
            self.queue.send(Plan(batch_id=batch.id), after=pause)
            return
        row = self._late(row, name, head)
        if not row.is_terminal:
            self.store.save(recordings=[row])
            return
        self._report_again(batch)
        if row.state == "transcribed":
            self.label_transcript(row)
        self.store.save(recordings=[row])
        self.queue.send(Finish(batch_id=batch.id))

    def _in_time(self, row: Recording, name: str, head: AudioHead) -> Recording:
        try:
            return with_companion(row, name, head, self.capabilities)
        except InputError as error:
            return self.read.refused(row, failure_of(error))

    def _late(self, row: Recording, name: str, head: AudioHead) -> Recording:
        companion = Companion(name=name, etag=head.etag)
        try:
            found = description_in(row, name, head)
            wanted = described(row.profile, found, row.said)
        except InputError as error:
            note = f"{error.reason} It came too late to change anything."
            return msgspec.structs.replace(row, companion=companion, notes=(*row.notes, note))
        late = [key for key in found.fields if key not in row.said]
        row = with_description(row, found, companion)
        if not late or wanted == row.profile:
            return row
        note = f"The companion {name} came too late for what it asks: {', '.join(sorted(late))}."
        return msgspec.structs.replace(row, notes=(*row.notes, note))

    def _report_again(self, batch: Batch) -> None:
        """Before the row is changed: who dies in between leaves a batch that wants a report."""
        self.store.open_batch(batch)
        if batch.reported > 0:
            self.store.save_batch(batches.distrusted(batch))


def companions_named(name: str, profiles: Sequence[Profile]) -> list[Described]:
    """What the blob `name` is a companion of, by the patterns of the profile of the recording that
    it would describe; nothing: it is none."""
    found = []
    for profile in profiles:
        for pattern in profile.companions:
            each = described_by(name, pattern)
            if each is not None and choose(profiles, each.name).name == profile.name:
                found.append(each)
    return found
