"""How far the translations of a transcribed recording are: one language after the other, in each
some lines after the other.

    asked -> begun -> some lines more -> ... -> done: stored, or not made and why
               |  \
               |   back to asked    nothing was asked: the model's server did not take the call
               v
             begun again            nobody knows what became of the call; so often at most

What was translated so far lies in a blob of its own, which says how many lines that are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from shared.model.recording.understanding import MOST_CALLS, STUCK


class Translation(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one language: where it lies, by format, or `code`: why it was not made."""

    outputs: dict[str, str] = {}
    code: str | None = None


class Translating(msgspec.Struct, frozen=True, kw_only=True):
    """`calls` is how many were begun for the lines that are next, `seen_at` when somebody last was
    at it; `done` is by language."""

    calls: int = 0
    began_at: datetime | None = None
    seen_at: datetime | None = None
    done: dict[str, Translation] = {}


def next_language(wanted: Sequence[str], there: Translating) -> str | None:
    """None: all are done."""
    return next((one for one in wanted if one not in there.done), None)


def is_at_work(there: Translating, now: datetime) -> bool:
    """Somebody is at it."""
    return there.began_at is not None and now - there.began_at < STUCK


def is_exhausted(there: Translating) -> bool:
    return there.calls >= MOST_CALLS


def call_begun(there: Translating, now: datetime) -> Translating:
    return msgspec.structs.replace(there, calls=there.calls + 1, began_at=now, seen_at=now)


def call_over(there: Translating, now: datetime, *, counts: bool) -> Translating:
    """It brought nothing; what was not carried out counts for nothing."""
    calls = there.calls if counts else max(0, there.calls - 1)
    return msgspec.structs.replace(there, calls=calls, began_at=None, seen_at=now)


def lines_made(there: Translating, now: datetime) -> Translating:
    return Translating(seen_at=now, done=there.done)


def language_done(
    there: Translating, language: str, what: Translation, now: datetime
) -> Translating:
    return Translating(seen_at=now, done={**there.done, language: what})
