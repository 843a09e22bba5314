"""Claims of the same audio that cannot help anybody any more are removed."""

from __future__ import annotations

from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from shared.errors import StoreConflict
from shared.log import event
from shared.pipeline.plan.reuse import SEEN_EVERY, is_of_use
from shared.ports.ground import UseCase
from shared.ports.indices import ContentClaim, Contents, Diaries, Diary

SEARCHED_EVERY = timedelta(days=1)
MOST = 500
DIARY = "sweep contents"


@dataclass(frozen=True, kw_only=True)
class SweepClaims(UseCase):
    """One query a day, and again at once where there was more than goes in one go. A claim is
    looked at once a month: gone is one whose recording failed, was deleted with its batch, or was
    transcribed too long ago. Who uses a claim at the same moment changes it, and then it stays; who
    finds it gone makes a new one."""

    contents: Contents
    diaries: Diaries
    pool: Executor

    def __call__(self) -> None:
        now = self.clock.now()
        diary = self.diaries.get(DIARY)
        if diary is not None and now - diary.done_at < SEARCHED_EVERY:
            return
        claims = self.contents.unseen(now - SEEN_EVERY, MOST)
        removed = sum(self.pool.map(self._is_removed, claims))
        if claims:
            event("claims.looked_at", claims=len(claims), removed=removed)
        if len(claims) < MOST:
            version = diary.version if diary else ""
            with suppress(StoreConflict):  # another instance did the same at the same time
                self.diaries.save(Diary(name=DIARY, done_at=now, version=version))

    def _is_removed(self, claim: ContentClaim) -> bool:
        now = self.clock.now()
        owner = self.store.recording(claim.batch_id, claim.recording_id)
        try:
            if is_of_use(owner, self.policy, now):
                self.contents.save(msgspec.structs.replace(claim, looked_at=now))
                return False
            self.contents.remove(claim)
        except StoreConflict:
            return False
        return True
