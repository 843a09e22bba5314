"""What registering has in common, wherever a recording comes from: look into the audio, fit
what is asked for to what it is, and enter the row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from shared.audio import probe
from shared.log import event
from shared.model.batch.batch import Batch
from shared.model.blob_state import refusal
from shared.model.failure_texts import BAD_NAME, NAME_TOO_LONG
from shared.model.names import name_problem
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.fit import asked_before, fit
from shared.model.profile.profile import Profile
from shared.model.recording.content import content_key
from shared.model.recording.output_names import long_name
from shared.model.recording.recording import Recording
from shared.pipeline.fail.try_again_or_fail import FailRecording, SaveSettled
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
    """Refuse what cannot be read or whose outputs could not be stored, before anything is paid for.
    Then fit what `profile` asks for to what the audio is. `digest` reads the MD5 of all of
    it, which is asked for only where the profile reuses. Raises `InputError`."""
    _refuse(recording, head)
    properties = probe(
        head.data,
        head.bytes,
        read,
        name=recording.name,
        accept_truncated=profile.accept_truncated,
    )
    fitted = fit(properties, profile, capabilities)
    return msgspec.structs.replace(
        recording,
        profile=fitted.profile,
        audio=properties,
        notes=(*recording.notes, *fitted.certain_notes),
        asked=asked_before(profile, fitted),
        preparation=fitted.preparation,
        content=content_key(fitted.profile, head.data, head.bytes, digest())
        if fitted.profile.reuse and digest is not None
        else None,
    )


def _refuse(recording: Recording, head: AudioHead) -> None:
    if problem := name_problem(recording.name):
        raise BAD_NAME.error(problem=problem)
    too_long = long_name(recording.container, recording.name)
    if too_long is not None:
        needed, unit, most = too_long
        raise NAME_TOO_LONG.error(needed=needed, unit=unit, most=most)
    failure = refusal(head.state)
    if failure is not None:
        raise failure.error()


@dataclass(frozen=True, kw_only=True)
class EnterRecording:
    """Insert the row; that of a refused recording after its error report. None: it is there
    already, and stays as it is."""

    store: BatchStore
    fail: FailRecording
    save_settled: SaveSettled

    def __call__(self, row: Recording, batch: Batch | None = None) -> Recording | None:
        """`batch`: its header may not be there yet."""
        if row.failure is not None:
            row = self.fail(row, row.failure)
        is_first = batch is not None and self.store.insert_first(batch, row)
        if not (is_first or self.store.insert(row)):
            self.save_settled.take_back_lost([row])
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
