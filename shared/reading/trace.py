"""What one recording went through, for whoever asks why it is not there yet, or what it cost."""

from __future__ import annotations

from dataclasses import dataclass

from shared.batches.status import existing
from shared.errors import RecordingMissing
from shared.model.batch.carrier import PREFIX
from shared.model.batch.job import Job
from shared.model.batch.recording import Recording
from shared.model.batch.trace import Trace, trace
from shared.ports.state import BatchStore


@dataclass(frozen=True, kw_only=True)
class TraceRecording:
    """Two to four reads. Raises `BatchMissing`, `RecordingMissing`."""

    store: BatchStore

    def __call__(self, batch_id: str, recording_id: str) -> Trace:
        existing(batch_id, self.store)
        row = self.store.recording(batch_id, recording_id)
        if row is None:
            raise RecordingMissing("the batch has no recording of that id")
        return trace(row, self._job(row))

    def _job(self, row: Recording) -> Job | None:
        """What a part travels in says more of the way; where it is gone, the part does."""
        job = self.store.job(row.batch_id, row.job_id) if row.job_id else None
        if job is None or job.carrier is None or job.submitted_at is not None:
            return job
        return self.store.job(f"{PREFIX}{job.carrier}", job.carrier) or job
