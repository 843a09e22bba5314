"""Recordings whose audio is gone, archived, or another, are not sent: they fail before anything is
paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from shared.model.job.job_item import JobItem
from shared.model.money.spending import money_back
from shared.model.recording.recording import Recording
from shared.pipeline.compare import NOT_SENT, CompareVersions, Seen
from shared.pipeline.fail.try_again_or_fail import FailRecording, SaveSettled
from shared.ports.state import BatchStore


@dataclass(frozen=True, kw_only=True)
class LeaveBehind:
    """The ids of the jobs that lost a recording so, and cannot be sent as they were prepared. Safe
    to repeat: a row that is not planned any more is somebody else's. Raises `StoreConflict`."""

    store: BatchStore
    compare: CompareVersions
    fail: FailRecording
    save_settled: SaveSettled

    def __call__(self, sending: Mapping[str, Sequence[JobItem]]) -> set[str]:
        """`sending` are the recordings of each job by its id."""
        items = [item for some in sending.values() for item in some]
        seen = self.compare(items) if items else {}
        lost = [item for item in items if seen.get(item.id) in NOT_SENT]
        for _, some in groupby(lost, key=lambda item: item.batch_id):
            rows = [self.store.recording(item.batch_id, item.id) for item in some]
            self.save_settled(
                self._failed(row, seen[row.id]) for row in rows if row and row.state == "planned"
            )
        ids = {item.id for item in lost}
        return {id_ for id_, some in sending.items() if any(item.id in ids for item in some)}

    def _failed(self, row: Recording, seen: Seen) -> Recording:
        return self.fail(money_back(row), NOT_SENT[seen])
