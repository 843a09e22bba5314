"""What the report of a batch tells of how long its recordings are kept, and of those deleted."""

from __future__ import annotations

from collections.abc import Mapping

from shared.model.keeping.due import Days


def kept_for(days: Mapping[str, Days], deleted: int) -> list[str]:
    """Sentences, by profile, as it was when the recordings came in."""
    told = []
    for name, kept in sorted(days.items()):
        for what, number in (("The audio", kept.audio), ("The transcripts", kept.outputs)):
            if number is not None:
                verb = "is" if what == "The audio" else "are"
                told.append(f"{what} of profile {name} {verb} removed after {_days(number)}.")
    if deleted:
        who = "1 recording was" if deleted == 1 else f"{deleted} recordings were"
        told.append(f"{who} deleted since; the counts hold them still.")
    return told


def _days(number: int) -> str:
    return "a day" if number == 1 else f"{number} days"
