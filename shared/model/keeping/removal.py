"""What goes of a recording, while its row stays: written down first, then carried out.

Its outputs are all that was made of it: transcript, captions, corrections, error report. Its
contents are what the row says of it and of anybody: name, labels, failure. Ids, times, lengths and
costs stay.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from shared.model.recording.recording import Recording

Part = Literal["audio", "outputs", "contents"]
DELETED_NAME = "(deleted)"
"""The name of a recording of which nobody is to know the name any more."""


class Removal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Since when each part is to go. `by` is who asked last, "" where it was the profile's time;
    while it is not `is_done` something may still be there."""

    audio_at: datetime | None = None
    outputs_at: datetime | None = None
    contents_at: datetime | None = None
    by: str = ""
    is_done: bool = False


class Removing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of a batch from whose recordings something goes. `only` is the one that somebody asked for,
    "" where all are looked through. `left` are parts that stay with some of them for now. With
    `outdates_report` the report tells of what is gone."""

    at: datetime
    only: str = ""
    left: tuple[Part, ...] = ()
    outdates_report: bool = False


def is_asked(row: Recording, part: Part) -> bool:
    """Whether it went, or is to go."""
    return row.removal is not None and getattr(row.removal, f"{part}_at") is not None


def is_pending(row: Recording) -> bool:
    """Whether it was written down that something is to go, and may not have gone."""
    return row.removal is not None and not row.removal.is_done


def to_go(row: Recording, parts: Collection[Part], now: datetime, by: str = "") -> Recording:
    """Written down, and nothing done yet. What was asked for before stays asked for."""
    there = row.removal or Removal()
    asked = {f"{part}_at": now for part in parts if not is_asked(row, part)}
    removal = msgspec.structs.replace(there, **asked, by=by, is_done=False)
    return msgspec.structs.replace(row, removal=removal)


def gone(row: Recording, *, with_audio: bool) -> Recording:
    """What was to go went; without `with_audio` all but its audio, which storage keeps. The name of
    audio that stays stays, too: who finds that audio is to find that it was transcribed."""
    removal = row.removal or Removal()
    audio_at = removal.audio_at if with_audio else None
    row = msgspec.structs.replace(
        row, removal=msgspec.structs.replace(removal, audio_at=audio_at, is_done=True)
    )
    if removal.audio_at is not None or removal.outputs_at is not None:
        row = msgspec.structs.replace(row, copy=None)
    return row if removal.outputs_at is None else _without_outputs(row)


def _without_outputs(row: Recording) -> Recording:
    """What is known of the transcript stays, and nothing of what was said or is to be heard."""
    outcome = row.outcome
    if outcome is not None:
        outcome = msgspec.structs.replace(
            outcome, outputs={}, needs_review=False, review_spans=(), correction=None
        )
    return msgspec.structs.replace(row, outcome=outcome, error_report=None)
