"""What is left of the row of a recording that was deleted."""

from __future__ import annotations

import msgspec

from shared.model.failure_texts import RECORDING_DELETED
from shared.model.keeping.removal import DELETED_NAME, is_asked
from shared.model.profile.profile import Labels, Profile
from shared.model.recording.outcome import Outcome
from shared.model.recording.recording import Recording


def blank(row: Recording) -> Recording:
    """Ids, times, state, length and cost. The name goes with the audio, and with audio that lies
    elsewhere at once."""
    if not is_asked(row, "contents"):
        return row
    cost = row.outcome.cost if row.outcome else None
    row = msgspec.structs.replace(
        row,
        profile=Profile(name=row.profile.name, provider=row.profile.provider),
        labels=Labels(),
        notes=(),
        media_type=None,
        failure=RECORDING_DELETED if row.failure else None,
        endpoint=None,
        transcription_id=None,
        outcome=Outcome(outputs={}, cost=cost) if row.outcome else None,
        callback=None,
        asked=None,
        content=None,
        decisions=(),
        fingerprint=None,
        said=(),
        companion=None,
        preparation=None,
        heard=None,
        copy=None,
        understanding=None,
        translating=None,
    )
    if not is_asked(row, "audio") and row.web_url is None:
        return row
    return msgspec.structs.replace(row, name=DELETED_NAME, etag="", web_url=None)
