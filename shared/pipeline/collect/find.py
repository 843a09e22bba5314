"""Which job a hint is of."""

from __future__ import annotations

from dataclasses import dataclass

from shared.messages import Collect
from shared.model.job.active_job import ActiveJob
from shared.model.job.job import Job
from shared.pipeline.seen import SeenJobs
from shared.pipeline.submit.answer import NoteSubmitted
from shared.ports.ground import UseCase
from shared.ports.provider import RemoteStatus


@dataclass(frozen=True, kw_only=True)
class FindJob(UseCase):
    """The job of the hint; from a webhook, the one whose mark the transcription carries. Other
    people's transcriptions at the same resource carry none. One query tells of all that are active,
    so that the hints that follow cost none."""

    note_submitted: NoteSubmitted
    seen: SeenJobs

    def __call__(self, hint: Collect, remote: RemoteStatus | None) -> Job | None:
        batch_id, job_id = hint.batch_id, hint.job_id
        if batch_id is None or job_id is None:
            entry = self._entry(hint, remote)
            if entry is None:
                return None
            batch_id, job_id = entry.batch_id, entry.job_id
        job = self.store.job(batch_id, job_id)
        if job is not None and job.transcription_id not in (None, hint.transcription_id):
            return None
        return job

    def as_sent(self, hint: Collect, remote: RemoteStatus) -> Job | None:
        """A job of one recording as it was when the provider had taken it, mostly without a read.
        To be saved on the version that it carries: so it shows whether it still stands so. None: it
        has to be read."""
        entry = None if hint.again else self._entry(hint, remote)
        return None if entry is None else entry.job

    def _entry(self, hint: Collect, remote: RemoteStatus | None) -> ActiveJob | None:
        """With the transcription of the hint, where there is one. Of a hint that names its job
        nobody has to look up more than this process knows."""
        mark = hint.job_id or (remote.mark if remote is not None else None)
        entry = self.seen.get(mark) if mark else None
        if not mark or hint.job_id is not None or _is_of(entry, hint):
            return entry
        with self.seen.turn:
            if not _is_of(self.seen.get(mark), hint):  # nor did who was before us find it
                self.seen.note(self.active.all())
        return self.seen.get(mark)

    def adopt(self, job: Job, transcription_id: str) -> Job | None:
        """The provider was faster than our own note of its id."""
        entry = self.active.get(job.id)
        if entry is not None:
            self.note_submitted(job, entry, transcription_id)
        job_now = self.store.job(job.batch_id, job.id)
        return job_now if job_now is not None and job_now.state == "submitted" else None


def _is_of(entry: ActiveJob | None, hint: Collect) -> bool:
    return entry is not None and entry.transcription_id == hint.transcription_id
