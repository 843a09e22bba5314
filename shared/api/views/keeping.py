"""What went of a recording, as the API shows it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from shared.api.fields import Moment, about
from shared.model.keeping.removal import Removal


class RemovalView(msgspec.Struct, frozen=True, kw_only=True):
    """Since when what is gone, or about to go."""

    audio_at: Annotated[Moment | None, about("Audio at", "When its audio went")]
    outputs_at: Annotated[Moment | None, about("Outputs at", "When what was made of it went")]
    deleted_at: Annotated[Moment | None, about("Deleted at", "When the recording was deleted")]
    by: Annotated[str, about("By", "Who asked for it; empty where it was its age")]
    is_done: Annotated[bool, about("Is done", "Whether all of that is gone by now")]


def removal_view(removal: Removal | None) -> RemovalView | None:
    if removal is None:
        return None
    return RemovalView(
        audio_at=removal.audio_at,
        outputs_at=removal.outputs_at,
        deleted_at=removal.contents_at,
        by=removal.by,
        is_done=removal.is_done,
    )
