"""A create call whose outcome nobody knows: look at the provider before anything is sent again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from shared.errors import ProviderError
from shared.log import event
from shared.messages import go_along
from shared.model.failure_texts import NOT_ANSWERED, NOT_LISTED
from shared.model.job.active_job import ActiveJob
from shared.model.job.job import Job
from shared.model.profile.capabilities import Capabilities
from shared.pipeline.fail.out_of_reach import OutOfReach
from shared.pipeline.fail.unresolved import LeaveUnresolved
from shared.pipeline.submit.answer import NoteSubmitted, listed
from shared.pipeline.submit.dissolve import PutBack
from shared.ports.ground import UseCase
from shared.ports.provider import SpeechProvider

GRACE = timedelta(seconds=30)
"""Beyond the moment by which a call that answers at once is over: to store what it gave."""


@dataclass(frozen=True, kw_only=True)
class Resolve(UseCase):
    """The provider lists the job's mark: adopt what it has. It does not: the call was never
    carried out, and the job is planned again. Where that cannot be found out, it is left
    unresolved; an endpoint that does not answer is asked again and again, for a day."""

    capabilities: Mapping[str, Capabilities]
    note_submitted: NoteSubmitted
    leave_unresolved: LeaveUnresolved
    put_back: PutBack
    is_out_of_reach: OutOfReach

    def __call__(self, entry: ActiveJob, provider: SpeechProvider) -> None:
        """`provider` is the endpoint of the entry. Raises `StoreConflict`."""
        job = self.store.job(entry.batch_id, entry.job_id)
        if job is None or job.state != "submitting":
            self._mend_index(entry, job.transcription_id if job else None)
        elif self._is_old(job):
            self._look(job, entry, provider)

    def _is_old(self, job: Job) -> bool:
        """If not, it was resolved and sent anew since the entry was read: that call may be under
        way."""
        now, patience = self.clock.now(), timedelta(seconds=self.policy.resolve_after_seconds)
        is_over = job.answer_by_at is None or now > job.answer_by_at + GRACE
        return is_over and now - job.changed_at > patience

    def _look(self, job: Job, entry: ActiveJob, provider: SpeechProvider) -> None:
        endpoint = entry.endpoint
        try:
            pages = provider.find(job.id, job.changed_at)
            found = next((id_ for id_ in pages if id_), None)
        except ProviderError as error:
            event("job.not_resolved", job=job.id, endpoint=endpoint, code=error.code, level=30)
            if self.is_out_of_reach(entry):
                self.leave_unresolved(job, NOT_ANSWERED)
            return
        event("job.resolved", job=job.id, endpoint=endpoint, found=found is not None)
        if found is not None:
            self.note_submitted(job, entry, found)
        elif self._is_proof(job):
            self._plan_again(job)
        else:
            self.leave_unresolved(job, NOT_LISTED)

    def _is_proof(self, job: Job) -> bool:
        """Whether the call was certainly not made: in a lane, that nobody began it."""
        if job.lane:
            return job.answer_by_at is None
        return self.capabilities[job.provider].find_is_proof

    def _plan_again(self, job: Job) -> None:
        self.put_back(job)
        self.active.remove(job.id)
        self.queue.send(go_along(job.waits_for))

    def _mend_index(self, entry: ActiveJob, transcription_id: str | None) -> None:
        """The job's row went on and its entry in the index did not."""
        if transcription_id is None:
            self.active.remove(entry.job_id)
        else:
            now = self.clock.now()
            self.active.put(listed(entry, transcription_id, self.policy, now))
