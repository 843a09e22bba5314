"""What one recording went through, for whoever asks why it is not there yet, or what it cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.batches.status import existing
from shared.errors import RecordingMissing
from shared.model.batch.trace import Trace, is_in_line, trace
from shared.model.job.carrier import PREFIX
from shared.model.job.job import Job
from shared.model.money.brakes import DEPLOYMENT, Held, endpoint_scopes, profile_scope
from shared.model.recording.recording import Recording
from shared.ports.state import BatchStore

_MOMENT = "%Y-%m-%d %H:%M:%S UTC"


@dataclass(frozen=True, kw_only=True)
class TraceRecording:
    """Two to five reads. `read_brakes` tells what holds something back now. Raises `BatchMissing`,
    `RecordingMissing`."""

    store: BatchStore
    read_brakes: Callable[[], Sequence[Held]]

    def __call__(self, batch_id: str, recording_id: str) -> Trace:
        existing(batch_id, self.store)
        row = self.store.recording(batch_id, recording_id)
        if row is None:
            raise RecordingMissing("the batch has no recording of that id")
        job = self._job(row)
        return trace(row, job, self._held(row, job) if is_in_line(row, job) else ())

    def _job(self, row: Recording) -> Job | None:
        """What a part travels in says more of the way; where it is gone, the part does."""
        job = self.store.job(row.batch_id, row.job_id) if row.job_id else None
        if job is None or job.carrier is None or job.submitted_at is not None:
            return job
        return self.store.job(f"{PREFIX}{job.carrier}", job.carrier) or job

    def _held(self, row: Recording, job: Job | None) -> list[str]:
        """What keeps it in line, by the scopes that are its own."""
        endpoints = endpoint_scopes(job.endpoint) if job is not None and job.endpoint else ()
        own = {DEPLOYMENT, profile_scope(row.profile.name), *endpoints}
        held = [one for one in self.read_brakes() if one.scope in own]
        return [f"Nothing of {one.scope} is sent: {_why(one)}." for one in held]


def _why(one: Held) -> str:
    if one.why == "ceiling":
        until = f", until {one.until_at:{_MOMENT}}" if one.until_at else ""
        return f"its ceiling of the day is reached{until}"
    since = f" since {one.since_at:{_MOMENT}}" if one.since_at else ""
    reason = f" ({one.reason})" if one.reason else ""
    return f"it is stopped{since}{reason}"
