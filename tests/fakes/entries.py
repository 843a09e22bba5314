"""Entries of the index, made up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shared.model.search.entry import Entry, Turn

FIRST_AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def an_entry(number: int, *said: str, **changes: object) -> Entry:
    """Of the recording that came in so many minutes after the first. Turns are of two speakers by
    turns, four seconds each; one after "!" is in doubt."""
    turns, doubts = [], []
    for place, text in enumerate(said):
        start_ms = 4_000 * place
        if text.startswith("!"):
            doubts.append((start_ms, start_ms + 4_000))
        turns.append(Turn(place % 2, start_ms + 4_000, ((0, start_ms),), text.lstrip("!")))
    came_ms = int((FIRST_AT + timedelta(minutes=number)).timestamp() * 1_000)
    fields: dict[str, object] = {
        "recording_id": f"{number:032x}",
        "batch_id": "batch-1",
        "revision": 0,
        "made_ms": came_ms,
        "came_ms": came_ms,
        "container": "audio",
        "name": f"{number}.wav",
        "profile": "calls",
        "title": "",
        "metadata": {},
        "language": "en-US",
        "duration_ms": 4_000 * len(said),
        "speakers": (("S1", "Agent"), ("S2", "Customer")),
        "doubts": tuple(doubts),
        "turns": tuple(turns),
    }
    return Entry(**{**fields, **changes})  # type: ignore[arg-type]
