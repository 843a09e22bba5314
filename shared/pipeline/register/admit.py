"""What registering has in common, wherever a recording comes from: look into the audio, settle
what is asked for against what it is, and enter the row."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from shared.audio import probe
from shared.log import event
from shared.model.batch.content import content_key
from shared.model.batch.recording import Recording
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.fit import settle
from shared.model.profile.profile import Profile
from shared.pipeline.fail.old import fail
from shared.ports.blobs import AudioHead, Outputs
from shared.ports.queue import Clock
from shared.ports.state import BatchStore


def examine(
    recording: Recording,
    profile: Profile,
    head: AudioHead,
    read: Callable[[int, int], bytes],
    capabilities: Mapping[str, Capabilities],
    digest: Callable[[], str] | None = None,
) -> Recording:
    """Settle what `profile` asks for against what the audio is. `digest` reads the MD5 of all of
    it, which is asked for only where the profile reuses. Raises `InputError`."""
    properties = probe(
        head.data,
        head.bytes,
        read,
        name=recording.name,
        accept_truncated=profile.accept_truncated,
    )
    settled, notes = settle(properties, profile, capabilities)
    return msgspec.structs.replace(
        recording,
        profile=settled,
        audio=properties,
        notes=notes,
        asked=profile.options if settled.next_providers else None,
        content=content_key(settled, head.data, head.bytes, digest())
        if settled.reuse and digest is not None
        else None,
    )


def enter(
    recording: Recording,
    *,
    store: BatchStore,
    outputs: Outputs,
    errors_container: str,
    clock: Clock,
) -> Recording | None:
    """Insert the row; that of a refused recording after its error report. None: it is there
    already, and stays as it is."""
    if recording.failure is not None:
        recording = fail(
            recording,
            recording.failure,
            outputs=outputs,
            errors_container=errors_container,
            now=clock.now(),
        )
    if not store.insert(recording):
        return None
    event(
        "recording.registered",
        batch=recording.batch_id,
        recording=recording.id,
        state=recording.state,
        bytes=recording.bytes,
        duration_ms=recording.duration_ms,
    )
    return recording
