"""Copies that were made for providers, and for people to hear, are removed once they are old."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from shared.errors import StoreConflict
from shared.log import event
from shared.model.policy import Policy
from shared.ports.copies import Copies
from shared.ports.indices import Diaries, Diary
from shared.ports.queue import Clock

AGED, EVERY = "age out copies", timedelta(hours=6)


@dataclass(frozen=True, kw_only=True)
class AgeOutCopies:
    """Where storage does it by a rule of its own there is nothing left to do."""

    copies: Copies
    listening: Copies
    diaries: Diaries
    policy: Policy
    clock: Clock

    def __call__(self) -> None:
        now, diary = self.clock.now(), self.diaries.get(AGED)
        if diary is not None and now - diary.done_at < EVERY:
            return
        removed = self.copies.remove_older(now - timedelta(days=self.policy.prepared_days))
        removed += self.listening.remove_older(now - timedelta(days=self.policy.listening_days))
        if removed:
            event("copies.removed", copies=removed)
        with suppress(StoreConflict):  # another instance did the same at the same time
            version = diary.version if diary else ""
            self.diaries.save(Diary(name=AGED, done_at=now, version=version))
