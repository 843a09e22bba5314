"""What registering has in common, wherever a recording comes from: look into the audio, fit
what is asked for to what it is, and enter the row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from shared.audio import probe
from shared.log import event
from shared.model import failure_texts as texts
from shared.model.batch.content import content_key
from shared.model.batch.recording import Recording
from shared.model.names import name_problem
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.fit import fit
from shared.model.profile.profile import Profile
from shared.pipeline.fail.recording import FailRecording
from shared.ports.blobs import AudioHead
from shared.ports.state import BatchStore


def examine(
    recording: Recording,
    profile: Profile,
    head: AudioHead,
    read: Callable[[int, int], bytes],
    capabilities: Mapping[str, Capabilities],
    digest: Callable[[], str] | None = None,
) -> Recording:
    """Fit what `profile` asks for to what the audio is. `digest` reads the MD5 of all of
    it, which is asked for only where the profile reuses. Raises `InputError`."""
    if problem := name_problem(recording.name):
        raise texts.BAD_NAME.error(problem=problem)
    properties = probe(
        head.data,
        head.bytes,
        read,
        name=recording.name,
        accept_truncated=profile.accept_truncated,
    )
    fitted, notes = fit(properties, profile, capabilities)
    return msgspec.structs.replace(
        recording,
        profile=fitted,
        audio=properties,
        notes=notes,
        asked=profile.options if fitted.next_providers else None,
        content=content_key(fitted, head.data, head.bytes, digest())
        if fitted.reuse and digest is not None
        else None,
    )


@dataclass(frozen=True, kw_only=True)
class EnterRecording:
    """Insert the row; that of a refused recording after its error report. None: it is there
    already, and stays as it is."""

    store: BatchStore
    fail: FailRecording

    def __call__(self, row: Recording) -> Recording | None:
        if row.failure is not None:
            row = self.fail(row, row.failure)
        if not self.store.insert(row):
            return None
        event(
            "recording.registered",
            batch=row.batch_id,
            recording=row.id,
            state=row.state,
            bytes=row.bytes,
            duration_ms=row.duration_ms,
        )
        return row
