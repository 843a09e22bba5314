"""How far a listening copy is. Whoever begins writes it down first, so that of two one is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from shared.model.listening.hiding import Span

Problem = Literal["unreadable", "too_long", "too_costly", "gone"]
"""Why there will be none."""
MOST_TRIES = 5


class ListeningCopy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`asked_at` is when a message was sent last, `begun_at` when somebody began last, `tries` how
    often, `made_at` since when it is there. `silences` are where nothing is heard."""

    asked_at: datetime | None = None
    begun_at: datetime | None = None
    tries: int = 0
    made_at: datetime | None = None
    problem: Problem | None = None
    bytes: int = 0
    duration_ms: int = 0
    channels: int = 0
    silences: tuple[Span, ...] = ()

    @property
    def is_over(self) -> bool:
        """It is there, or never will be."""
        return self.made_at is not None or self.problem is not None


def is_due(copy: ListeningCopy | None, now: datetime, stuck: timedelta, kept: timedelta) -> bool:
    """Whether it is to be asked for: nobody did, nothing came of it for too long, or what came is
    about to be removed."""
    if copy is None:
        return True
    if copy.made_at is not None:
        return now - copy.made_at > kept
    if copy.problem is not None:
        return False
    return all(at is None or now - at > stuck for at in (copy.asked_at, copy.begun_at))


def asked(copy: ListeningCopy | None, now: datetime) -> ListeningCopy:
    """A message about it is about to be sent."""
    if copy is None or copy.is_over:
        return ListeningCopy(asked_at=now)
    return msgspec.structs.replace(copy, asked_at=now)


def may_begin(copy: ListeningCopy | None, now: datetime, stuck: timedelta) -> bool:
    """Whether nobody is at it."""
    if copy is None:
        return True
    is_at_it = copy.begun_at is not None and now - copy.begun_at <= stuck
    return not copy.is_over and not is_at_it


def begun(copy: ListeningCopy | None, now: datetime) -> ListeningCopy:
    """Somebody is at it; who dies over it too often is the last one."""
    copy = copy or ListeningCopy()
    if copy.tries >= MOST_TRIES:
        return failed("too_costly")
    return msgspec.structs.replace(copy, begun_at=now, tries=copy.tries + 1)


def put_off(copy: ListeningCopy) -> ListeningCopy:
    """As it was before somebody began, who was kept from it by trouble of ours."""
    return msgspec.structs.replace(copy, begun_at=None, tries=max(0, copy.tries - 1))


def failed(problem: Problem) -> ListeningCopy:
    """There will be none."""
    return ListeningCopy(problem=problem)
