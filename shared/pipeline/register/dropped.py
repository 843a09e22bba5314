"""Audio was dropped: note the recording, once, and see that its batch will be planned."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from threading import Lock

import msgspec

from shared.errors import InputError
from shared.log import event
from shared.messages import Plan
from shared.model.batch.batch import Batch
from shared.model.batch.window import dropped_batch
from shared.model.blob_state import PASSING, not_whole, unready
from shared.model.failure import Failure, failure_of
from shared.model.names import leads_astray
from shared.model.policy import Policy
from shared.model.profile.asked import chosen, with_metadata
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.description import labelled, said_by_name, with_name
from shared.model.profile.profile import Profile, choose, labels, said_of
from shared.model.profile.taken import Ignored, why_not_by_arrival
from shared.model.recording.fingerprint import fingerprint_of
from shared.model.recording.recording import Recording, recording_id
from shared.model.recording.transitions import awaiting_companion
from shared.pipeline.plan.pending import PendingPlans
from shared.pipeline.register.admit import EnterRecording, examine
from shared.pipeline.register.unreadable import Patience, read_head, reading
from shared.ports.blobs import AudioBlobs, AudioHead
from shared.ports.ground import UseCase
from shared.ports.provider import SpeechProvider
from shared.ports.queue import Clock

OLD = timedelta(days=1)
MOST_TRIED = 10_000
SEEN_FOR = timedelta(seconds=10)


class Idle:
    """Whether providers have something to do, as this process saw it last."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.looked_at: datetime | None = None
        self.busy: frozenset[str] = frozenset()
        self.tried: OrderedDict[str, datetime] = OrderedDict()

    def tries(self, batch_id: str, now: datetime) -> bool:
        """Whether a batch is to be planned early: now and then, or each moment of a burst would be
        taken for its end."""
        before = self.tried.get(batch_id)
        if before is not None and now - before < SEEN_FOR:
            return False
        self.tried[batch_id] = now
        self.tried.move_to_end(batch_id)
        while len(self.tried) > MOST_TRIED:
            self.tried.popitem(last=False)
        return True


@dataclass(frozen=True, kw_only=True)
class EnsurePlan(UseCase):
    """Before a row is inserted, its batch is open and a plan is due, later than the insert; its
    header comes in the transaction of the first row that a process inserts. After it, this is asked
    again: an insert may have taken longer than that. While nothing waits for its provider, a
    recording does not wait for its window either, and an urgent one never does."""

    pending: PendingPlans
    endpoints: Mapping[str, SpeechProvider]
    idle: Idle

    def __call__(self, batch: Batch, profile: Profile) -> None:
        if self.pending.covers(batch.id, self.clock.now()):
            return
        with self.pending.lock:
            now = self.clock.now()
            if self.pending.covers(batch.id, now):
                return
            delay = max(batch.closes_at - now, timedelta(seconds=self.policy.late_seconds))
            soon = timedelta(seconds=self.policy.early_seconds)
            is_early = bool(soon) and soon < delay and self._is_early(batch.id, profile, now)
            delay = soon if is_early else delay
            self.store.note_work(batch)
            self.queue.send(Plan(batch_id=batch.id, early=is_early), after=delay)
            self.pending.note(batch.id, now + delay)

    def _is_early(self, batch_id: str, profile: Profile, now: datetime) -> bool:
        """One query in ten seconds of a process. A provider without a job has nobody in line
        either, or cannot be had, and then to stand there soon is as good."""
        with self.idle.lock:
            seen_at = self.idle.looked_at
            if seen_at is None or now - seen_at >= SEEN_FOR:
                names = {name: one.name for name, one in self.endpoints.items()}
                busy = (names.get(entry.endpoint, "") for entry in self.active.all())
                self.idle.busy, self.idle.looked_at = frozenset(busy), now
            is_idle = profile.provider not in self.idle.busy
            is_meant = is_idle or profile.priority == "urgent"
            return is_meant and self.idle.tries(batch_id, now)


@dataclass(frozen=True, kw_only=True)
class ExamineBlob:
    """The row with what its blob, whose head was read, turns out to be: with a failure where it is
    refused."""

    audio: AudioBlobs
    capabilities: Mapping[str, Capabilities]
    clock: Clock

    def __call__(self, row: Recording, head: AudioHead) -> Recording:
        try:
            return self._examined(row, head)
        except InputError as error:
            failure = failure_of(error, said_of(head.metadata))
            return msgspec.structs.replace(row, failure=failure)

    def _examined(self, row: Recording, head: AudioHead) -> Recording:
        """Raises `InputError`."""
        blob = (row.container, row.name, head.etag)
        row = awaiting_companion(row, said_of(head.metadata), self.clock.now())
        return examine(
            row,
            with_metadata(with_name(row.profile, row.name), head.metadata, self.capabilities),
            head,
            partial(self.audio.read, *blob),
            self.capabilities,
            partial(self.audio.digest, *blob),
        )


@dataclass(frozen=True, kw_only=True)
class ExamineAgain:
    """A recording that was refused, as it would be registered now. None: that version of the
    blob is gone."""

    audio: AudioBlobs
    examine_blob: ExamineBlob
    policy: Policy
    clock: Clock

    def __call__(self, recording: Recording) -> Recording | None:
        head = self.audio.head(recording.container, recording.name)
        if head is None or head.etag != recording.etag:
            return None
        why = unready(
            head.state, head.last_modified_at, self.clock.now(), self.policy.still_seconds
        )
        if why is not None:
            return msgspec.structs.replace(recording, failure=not_whole(why))
        return self.examine_blob(msgspec.structs.replace(recording, failure=None), head)


@dataclass(frozen=True, kw_only=True)
class RegisterDropped(UseCase):
    """Two remote calls for each recording: one ranged GET and one conditional insert. Audio that
    is older than a day is gathered in a batch of that day."""

    audio: AudioBlobs
    examine_blob: ExamineBlob
    ensure_plan: EnsurePlan
    enter: EnterRecording
    patience: Patience
    profiles: Sequence[Profile]
    started_at: datetime

    def __call__(
        self, container: str, name: str, *, refusal: Failure | None = None
    ) -> Recording | None:
        """`refusal` registers the recording as failed without looking into it. None: the blob is
        gone, is not meant, its name may stand for another's, this version of it was registered
        before, or it is not whole yet: the comparison of the container comes back to it."""
        if leads_astray(name):
            event("recording.name_refused", container=container, level=30)
            return None
        head = read_head(self.audio, container, name, refusal)
        if head is None:
            event("recording.gone", container=container, level=30)
            return None
        now = self.clock.now()
        capabilities = self.examine_blob.capabilities
        profile, unknown_profile = profile_of(self.profiles, name, head.metadata, capabilities)
        ignored = why_not_by_arrival(name, profile, head.metadata, head.media_type)
        if ignored is not None:
            tell_ignored(container, ignored)
            return None
        why = unready(head.state, head.last_modified_at, now, self.policy.still_seconds)
        if why is not None and refusal is None:
            if why not in PASSING or not self.patience.is_over(container, name, head.etag):
                event("recording.not_whole", container=container, why=why)
                return None
            refusal = not_whole(why)
        batch = self._batch(profile, head, now, by_day=is_old(head.last_modified_at, now))
        row = _bare(batch.id, container, name, head, profile, now)
        refusal = refusal or unknown_profile
        if refusal is not None:
            row = msgspec.structs.replace(row, failure=refusal)
        else:
            with reading():
                row = self.examine_blob(row, head)
        if self._is_known(row, profile, head, now):
            return None
        self.ensure_plan(batch, row.profile)
        pending = self.ensure_plan.pending
        entered = self.enter(row, None if pending.is_stored(batch.id) else batch)
        pending.note_stored(batch.id)
        self.ensure_plan(batch, row.profile)
        return entered

    def _batch(
        self, profile: Profile, head: AudioHead, now: datetime, *, by_day: bool, usual: bool = False
    ) -> Batch:
        at = head.last_modified_at
        return batch_of(profile, at, self.policy, now, by_day=by_day, usual=usual)

    def _is_known(self, row: Recording, profile: Profile, head: AudioHead, now: datetime) -> bool:
        """Whether the recording was registered before, where the insert alone would not tell: old
        audio may be in the batch of its window, from when it was young; and a refusal stores its
        error report before the row, which may have been accepted the first time; and what is older
        than this process may have come in under a release whose windows did not follow the
        provider. `profile` is that of the blob, as nobody fitted it yet."""
        if is_old(head.last_modified_at, now):
            window = self._batch(profile, head, now, by_day=False)
            if self.store.recording(window.id, row.id) is not None:
                return True
        if head.last_modified_at < self.started_at and self.policy.coalesce_of:
            before = self._batch(profile, head, now, by_day=False, usual=True)
            if before.id != row.batch_id and self.store.recording(before.id, row.id) is not None:
                return True
        if row.failure is None:
            return False
        return self.store.recording(row.batch_id, row.id) is not None


def tell_ignored(container: str, why: Ignored, blobs: int = 1, *, listed: bool = False) -> None:
    """Counted in the log, and nowhere else: nobody is to be mailed for a folder. `listed`: in a
    listing, where each is seen that an event told of before."""
    event("audio.ignored", container=container, why=why, blobs=blobs, listed=listed)


def _bare(
    batch_id: str, container: str, name: str, head: AudioHead, profile: Profile, now: datetime
) -> Recording:
    """The first row of a recording that nobody looked into."""
    named = said_by_name(profile, name)
    return Recording(
        batch_id=batch_id,
        id=own_id(container, name, head),
        container=container,
        name=name,
        etag=head.etag,
        last_modified_at=head.last_modified_at,
        registered_at=now,
        changed_at=now,
        profile=profile,
        bytes=head.bytes,
        media_type=head.media_type,
        labels=labelled(labels(head.metadata), named.labels),
        notes=named.notes,
        fingerprint=fingerprint_of(head.data, head.bytes, head.md5),
    )


def own_id(container: str, name: str, head: AudioHead) -> str:
    """Of the recording that this version of a dropped blob is."""
    return recording_id(container, name, head.etag)


def profile_of(
    profiles: Sequence[Profile],
    name: str,
    metadata: Mapping[str, str],
    limits: Mapping[str, Capabilities],
) -> tuple[Profile, Failure | None]:
    """A profile that the metadata names and nobody knows: that of the folder, and why not, with
    what else is wrong with the metadata. `limits` are what the providers can do."""
    try:
        return chosen(profiles, name, metadata, limits), None
    except InputError as error:
        return choose(profiles, name), failure_of(error)


def batch_of(
    profile: Profile,
    last_modified_at: datetime,
    policy: Policy,
    now: datetime,
    *,
    by_day: bool,
    usual: bool = False,
) -> Batch:
    """The batch that a dropped recording belongs to. `usual`: the one that it belonged to in
    releases in which all providers had the same window."""
    return dropped_batch(
        profile,
        last_modified_at,
        seconds=(profile.coalesce_seconds or policy.coalesce_seconds)
        if usual
        else policy.window_of(profile),
        settle_seconds=policy.settle_seconds,
        now=now,
        by_day=by_day,
    )


def is_old(last_modified_at: datetime, now: datetime) -> bool:
    """Too old for an event that is still on its way: Event Grid gives up after a day."""
    return now - last_modified_at > OLD
