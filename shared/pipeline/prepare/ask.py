"""Who of the waiting recordings is not ready to be planned, and has to be made so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from shared.messages import Prepare
from shared.model.recording.recording import Recording
from shared.model.recording.transitions import asked_to_prepare
from shared.pipeline.plan.reuse import Groups
from shared.ports.ground import UseCase


class Ready(NamedTuple):
    """The recordings that can be planned, and when somebody is to look after the others."""

    groups: Groups
    due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class AskToPrepare(UseCase):
    """One message for each that is not ready, and another one where nothing came of it for long.
    A copy that is about to be removed is made anew. Safe to repeat: a row is saved on the version
    that was read before its message is sent."""

    def __call__(self, groups: Groups, now: datetime) -> Ready:
        waiting = [row for group in groups.values() for row in group if self._is_due(row, now)]
        if not waiting:
            return Ready(groups, None)
        asked = [asked_to_prepare(row, now) for row in waiting if not self._is_asked(row, now)]
        self.store.save_all(asked)
        for row in asked:
            self.queue.send(Prepare(batch_id=row.batch_id, recording_id=row.id, at=now))
        ids = {row.id for row in waiting}
        left = {key: [row for row in group if row.id not in ids] for key, group in groups.items()}
        due = [_asked_at(row) for row in waiting if self._is_asked(row, now)]
        due_at = min(due, default=now) + timedelta(seconds=self.policy.stuck_after_seconds)
        return Ready({key: group for key, group in left.items() if group}, due_at)

    def _is_due(self, row: Recording, now: datetime) -> bool:
        preparation = row.preparation
        if preparation is None:
            return False
        return preparation.is_due or self._is_old(preparation.made_at, now)

    def _is_old(self, made_at: datetime | None, now: datetime) -> bool:
        """A copy lies in line for a while, and has to be there when it is sent."""
        kept = timedelta(days=self.policy.prepared_days)
        return made_at is not None and now - made_at > kept / 2

    def _is_asked(self, row: Recording, now: datetime) -> bool:
        preparation = row.preparation
        assert preparation is not None
        if preparation.asked_at is None or not preparation.is_due:
            return False
        return now - preparation.asked_at < timedelta(seconds=self.policy.stuck_after_seconds)


def _asked_at(row: Recording) -> datetime:
    assert row.preparation is not None
    assert row.preparation.asked_at is not None
    return row.preparation.asked_at
