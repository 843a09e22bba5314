"""Copies that were made for providers, and for people to hear, and what is kept unredacted, are
removed once they are old."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from shared.errors import StoreConflict
from shared.log import event
from shared.ports.indices import Diaries, Diary
from shared.ports.queue import Clock

AGED, EVERY = "age out copies", timedelta(hours=6)


class Ageing(NamedTuple):
    """Removes what is older than a moment and tells how much that was; `days` is how old it may
    be."""

    remove_older: Callable[[datetime], int]
    days: int


@dataclass(frozen=True, kw_only=True)
class AgeOutCopies:
    """Where storage does it by a rule of its own there is nothing left to do."""

    removals: Sequence[Ageing]
    diaries: Diaries
    clock: Clock

    def __call__(self) -> None:
        now, diary = self.clock.now(), self.diaries.get(AGED)
        if diary is not None and now - diary.done_at < EVERY:
            return
        removed = sum(one.remove_older(now - timedelta(days=one.days)) for one in self.removals)
        if removed:
            event("copies.removed", copies=removed)
        with suppress(StoreConflict):  # another instance did the same at the same time
            version = diary.version if diary else ""
            self.diaries.save(Diary(name=AGED, done_at=now, version=version))
