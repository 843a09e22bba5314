"""Claims of the same audio that cannot help anybody any more are removed."""

from __future__ import annotations

from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from shared.errors import StoreConflict
from shared.log import event
from shared.pipeline.plan.reuse import SEEN_EVERY, is_of_use
from shared.ports.ground import UseCase
from shared.ports.indices import ContentClaim, Contents, Diaries, Diary

SEARCHED_EVERY = timedelta(days=1)
MOST = 500
LONGEST = timedelta(minutes=1)
DIARY = "sweep contents"


@dataclass(frozen=True, kw_only=True)
class SweepClaims(UseCase):
    """Once a day through all of them, a partition and at most so many claims at a time; the place
    is kept, so that what takes too long for one sweep is gone on with by the next. A claim is
    looked at once a month: gone is one whose recording failed, was deleted with its batch, or was
    transcribed too long ago. Who uses a claim at the same moment changes it, and then it stays; who
    finds it gone makes a new one."""

    contents: Contents
    diaries: Diaries
    pool: Executor

    def __call__(self) -> None:
        now = self.clock.now()
        diary = self.diaries.get(DIARY) or Diary(
            name=DIARY, done_at=datetime.min.replace(tzinfo=UTC)
        )
        if not diary.place and now - diary.done_at < SEARCHED_EVERY:
            return
        place, count, removed = diary.place, 0, 0
        while count < MOST and self.clock.now() - now < LONGEST:
            claims, place = self.contents.unseen(now - SEEN_EVERY, MOST, place)
            count += len(claims)
            removed += sum(self.pool.map(self._is_removed, claims))
            if not place:
                break
        if count:
            event("claims.looked_at", claims=count, removed=removed)
        with suppress(StoreConflict):  # another instance did the same at the same time
            self.diaries.save(msgspec.structs.replace(diary, done_at=now, place=place))

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
