"""How long a profile keeps audio and outputs, and what of a recording is due to go.

Days count from when a recording came in. Nothing goes while its batch is at work: who asks sees to
that. Audio goes only where there is a transcript instead, or was one: that of a recording that
failed is all that there is of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from shared.model.keeping.removal import Part, is_asked
from shared.model.profile.profile import Profile
from shared.model.recording.recording import Recording

AGES: tuple[Part, ...] = ("audio", "outputs")
"""What goes by its age."""


class Days(NamedTuple):
    """For how many days each is kept; None: for as long as nobody takes it away."""

    audio: int | None = None
    outputs: int | None = None

    @property
    def shortest(self) -> int | None:
        return min((days for days in self if days is not None), default=None)


def days_of(profile: Profile) -> Days:
    return Days(profile.keep_audio_days, profile.keep_outputs_days)


def days_for(row: Recording, in_force: Mapping[str, Profile]) -> Days:
    """By the profile of that name as it is now, or as it was where there is none any more. Of a
    recording that was deleted only the audio can be left."""
    return days_of(in_force.get(row.profile.name, row.profile))


def due(row: Recording, days: Days, now: datetime) -> tuple[Part, ...]:
    """What is to go now, if nobody holds it."""
    if row.hold is not None or not row.is_terminal:
        return ()
    kept: dict[Part, int | None] = {"audio": days.audio, "outputs": days.outputs}
    return tuple(
        part
        for part, number in kept.items()
        if may_go(row, part) and number is not None and now - row.registered_at >= _days(number)
    )


def may_go(row: Recording, part: Part) -> bool:
    """Whether it is there, and may go by its age, sooner or later."""
    if is_asked(row, part):
        return False
    has_audio = row.web_url is None and row.state in ("transcribed", "unchanged")
    return part != "audio" or has_audio


def stays(rows: Iterable[Recording]) -> tuple[Part, ...]:
    """What some of them still have that may go later."""
    found = {part for row in rows for part in AGES if may_go(row, part)}
    return tuple(sorted(found))


def _days(number: int) -> timedelta:
    return timedelta(days=number)
