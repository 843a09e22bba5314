"""Audio was dropped: note the recording, once, and see that its batch will be planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from shared.errors import InputError
from shared.log import event
from shared.messages import Plan
from shared.model.batch.batch import Batch, dropped_batch
from shared.model.batch.policy import Policy
from shared.model.batch.recording import Recording, recording_id
from shared.model.failure import Failure, failure_of
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.profile import Profile, choose, labels, with_metadata
from shared.pipeline.plan.pending import PendingPlans
from shared.pipeline.register.admit import enter, examine
from shared.ports.blobs import AudioBlobs, AudioHead, Outputs
from shared.ports.queue import Clock, Queue
from shared.ports.state import BatchStore

OLD = timedelta(days=1)


def register(
    container: str,
    name: str,
    *,
    audio: AudioBlobs,
    store: BatchStore,
    outputs: Outputs,
    errors_container: str,
    queue: Queue,
    profiles: Sequence[Profile],
    capabilities: Mapping[str, Capabilities],
    policy: Policy,
    clock: Clock,
    pending: PendingPlans,
    refusal: Failure | None = None,
) -> Recording | None:
    """Two remote calls for each recording: one ranged GET and one conditional insert.

    Audio that is older than a day is gathered in a batch of that day. `refusal` registers the
    recording as failed without looking into it. None: the blob is gone, or this version of it
    was registered before.
    """
    head = audio.head(container, name)
    if head is None:
        event("recording.gone", container=container, level=30)
        return None
    recording, batch = _admit(
        container,
        name,
        head,
        audio,
        profiles=profiles,
        capabilities=capabilities,
        policy=policy,
        now=clock.now(),
        refusal=refusal,
    )
    if _is_known(recording, head, profiles, store, policy, clock.now()):
        return None
    _ensure_plan(batch, store=store, queue=queue, policy=policy, pending=pending, clock=clock)
    entered = enter(
        recording,
        store=store,
        outputs=outputs,
        errors_container=errors_container,
        clock=clock,
    )
    _ensure_plan(batch, store=store, queue=queue, policy=policy, pending=pending, clock=clock)
    return entered


def _ensure_plan(
    batch: Batch,
    *,
    store: BatchStore,
    queue: Queue,
    policy: Policy,
    pending: PendingPlans,
    clock: Clock,
) -> None:
    """Before a row is inserted, its batch is open and a plan is due, later than the insert. After
    it, this is asked again: an insert may have taken longer than that."""
    if pending.covers(batch.id, clock.now()):
        return
    with pending.lock:
        now = clock.now()
        if pending.covers(batch.id, now):
            return
        delay = max(batch.closes_at - now, timedelta(seconds=policy.late_seconds))
        store.open_batch(batch)
        queue.send(Plan(batch_id=batch.id), after=delay)
        pending.note(batch.id, now + delay)


def _admit(
    container: str,
    name: str,
    head: AudioHead,
    audio: AudioBlobs,
    *,
    profiles: Sequence[Profile],
    capabilities: Mapping[str, Capabilities],
    policy: Policy,
    now: datetime,
    refusal: Failure | None,
) -> tuple[Recording, Batch]:
    """The first row of a recording, with a failure where it is refused, and its batch."""
    profile, unknown_profile = profile_of(profiles, name, head.metadata)
    refusal = refusal or unknown_profile
    by_day = is_old(head.last_modified_at, now)
    batch = batch_of(profile, head.last_modified_at, policy, now, by_day=by_day)
    recording = Recording(
        batch_id=batch.id,
        id=recording_id(container, name, head.etag),
        container=container,
        name=name,
        etag=head.etag,
        last_modified_at=head.last_modified_at,
        registered_at=now,
        changed_at=now,
        profile=profile,
        bytes=head.bytes,
        media_type=head.media_type,
        labels=labels(head.metadata),
        failure=refusal,
    )
    if refusal is not None:
        return recording, batch
    try:
        return _examine(recording, head, audio, capabilities), batch
    except InputError as error:
        return msgspec.structs.replace(recording, failure=failure_of(error)), batch


def _is_known(
    recording: Recording,
    head: AudioHead,
    profiles: Sequence[Profile],
    store: BatchStore,
    policy: Policy,
    now: datetime,
) -> bool:
    """Whether the recording was registered before, where the insert alone would not tell: old
    audio may be in the batch of its window, from when it was young; and a refusal stores its
    error report before the row, which may have been accepted the first time."""
    if is_old(head.last_modified_at, now):
        profile = profile_of(profiles, recording.name, head.metadata)[0]
        window = batch_of(profile, head.last_modified_at, policy, now, by_day=False)
        if store.recording(window.id, recording.id) is not None:
            return True
    return (
        recording.failure is not None
        and store.recording(recording.batch_id, recording.id) is not None
    )


def profile_of(
    profiles: Sequence[Profile], name: str, metadata: Mapping[str, str]
) -> tuple[Profile, Failure | None]:
    """A profile that the metadata names and nobody knows: the default one, and why not."""
    try:
        return choose(profiles, name, metadata), None
    except InputError as error:
        return choose(profiles, name), failure_of(error)


def batch_of(
    profile: Profile, last_modified_at: datetime, policy: Policy, now: datetime, *, by_day: bool
) -> Batch:
    """The batch that a dropped recording belongs to."""
    return dropped_batch(
        profile,
        last_modified_at,
        seconds=profile.coalesce_seconds or policy.coalesce_seconds,
        settle_seconds=policy.settle_seconds,
        now=now,
        by_day=by_day,
    )


def is_old(last_modified_at: datetime, now: datetime) -> bool:
    """Too old for an event that is still on its way: Event Grid gives up after a day."""
    return now - last_modified_at > OLD


def look_again(
    recording: Recording, *, audio: AudioBlobs, capabilities: Mapping[str, Capabilities]
) -> Recording | None:
    """A recording that was refused, as it would be registered now. None: that version of the
    blob is gone."""
    head = audio.head(recording.container, recording.name)
    if head is None or head.etag != recording.etag:
        return None
    row = msgspec.structs.replace(recording, failure=None)
    try:
        return _examine(row, head, audio, capabilities)
    except InputError as error:
        return msgspec.structs.replace(row, failure=failure_of(error))


def _examine(
    recording: Recording,
    head: AudioHead,
    audio: AudioBlobs,
    capabilities: Mapping[str, Capabilities],
) -> Recording:
    """Raises `InputError`."""

    def read(offset: int, length: int) -> bytes:
        return audio.read(recording.container, recording.name, head.etag, offset, length)

    def digest() -> str:
        return audio.digest(recording.container, recording.name, head.etag)

    profile = with_metadata(recording.profile, head.metadata)
    return examine(recording, profile, head, read, capabilities, digest)
