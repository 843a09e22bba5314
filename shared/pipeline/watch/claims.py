"""Claims of the same audio that cannot help anybody any more are removed."""

from __future__ import annotations

from concurrent.futures import Executor
from contextlib import suppress
from datetime import timedelta
from functools import partial

import msgspec

from shared.errors import StoreConflict
from shared.log import event
from shared.model.batch.policy import Policy
from shared.pipeline.plan.reuse import SEEN_EVERY, is_of_use
from shared.ports.queue import Clock
from shared.ports.state import BatchStore, ContentClaim, Contents, Diaries, Diary

SEARCHED_EVERY = timedelta(days=1)
MOST = 500
DIARY = "sweep contents"


def sweep_contents(
    *,
    contents: Contents,
    store: BatchStore,
    diaries: Diaries,
    policy: Policy,
    clock: Clock,
    pool: Executor,
) -> None:
    """One query a day, and again at once where there was more than goes in one go. A claim is
    looked at once a month: gone is one whose recording failed, was deleted with its batch, or was
    transcribed too long ago. Who uses a claim at the same moment changes it, and then it stays; who
    finds it gone makes a new one."""
    now = clock.now()
    diary = diaries.get(DIARY)
    if diary is not None and now - diary.done_at < SEARCHED_EVERY:
        return
    claims = contents.unseen(now - SEEN_EVERY, MOST)
    look = partial(_is_removed, contents=contents, store=store, policy=policy, clock=clock)
    removed = sum(pool.map(look, claims))
    if claims:
        event("claims.looked_at", claims=len(claims), removed=removed)
    if len(claims) < MOST:
        version = diary.version if diary else ""
        with suppress(StoreConflict):  # another instance did the same at the same time
            diaries.save(Diary(name=DIARY, done_at=now, version=version))


def _is_removed(
    claim: ContentClaim, *, contents: Contents, store: BatchStore, policy: Policy, clock: Clock
) -> bool:
    now = clock.now()
    owner = store.recording(claim.batch_id, claim.recording_id)
    try:
        if is_of_use(owner, policy, now):
            contents.save(msgspec.structs.replace(claim, looked_at=now))
            return False
        contents.remove(claim)
    except StoreConflict:
        return False
    return True
