"""A transcription may be over: ask the provider, and hand its results over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from shared.errors import ProviderRefused, StoreConflict, TranscriptionMissing
from shared.log import event
from shared.messages import Collect
from shared.model.batch import job as jobs
from shared.model.batch.job import OVER, ActiveJob, Job
from shared.model.failures_from import refused
from shared.pipeline.collect.hand_over import HandOver
from shared.pipeline.fail.copy import cancel_copy
from shared.pipeline.fail.job import CountFault
from shared.pipeline.fail.patience import BeginAnew
from shared.pipeline.submit.answer import NoteSubmitted
from shared.ports.ground import UseCase
from shared.ports.provider import RemoteStatus, SpeechProvider


@dataclass(frozen=True, kw_only=True)
class CollectResults(UseCase):
    """What is believed is what the provider says now, not the hint. Repeated hints are
    harmless: a job that is being collected is left alone until it seems stuck. Nor does it
    matter if they stop: the poll gives others for as long as there is something to collect. Where
    the index brought the job's row, and that turns out to be old, it is read after all."""

    endpoints: Mapping[str, SpeechProvider]
    note_submitted: NoteSubmitted
    begin_anew: BeginAnew
    hand_over: HandOver
    count_fault: CountFault

    def __call__(self, hint: Collect) -> None:
        provider = self.endpoints.get(hint.endpoint)
        if provider is None:
            event("endpoint.not_configured", endpoint=hint.endpoint, level=40)
            return
        try:
            self._collect(hint, provider)
        except StoreConflict:
            if hint.job_id is not None:
                raise
            entry = self._entry(_look(provider, hint.transcription_id))
            if entry is None or entry.job is None:
                raise
            named = {"batch_id": entry.batch_id, "job_id": entry.job_id}
            self._collect(msgspec.structs.replace(hint, **named), provider)

    def _collect(self, hint: Collect, provider: SpeechProvider) -> None:
        job: Job | None = None
        try:
            remote = _look(provider, hint.transcription_id)
            job = self._job_to_collect(hint, remote)
            if job is not None:
                self.hand_over(job, provider, remote)
        except ProviderRefused as error:
            job = job or self._find_job(hint, None)
            if job is not None and job.state in ("submitted", "collecting"):
                self.count_fault(job, refused(error))

    def _job_to_collect(self, hint: Collect, remote: RemoteStatus | None) -> Job | None:
        job = self._find_job(hint, remote)
        if job is not None and job.state in OVER:
            self._clear(job, hint, remote)
            return None
        if job is not None and job.state == "submitting":
            job = self._adopt(job, hint.transcription_id)
        if job is None or job.state in ("planning", "planned"):
            return None
        job = self.begin_anew(job)
        is_at_it = jobs.is_being_collected(job, self.policy, self.clock.now())
        return None if is_at_it and not hint.again else job

    def _clear(self, job: Job, hint: Collect, remote: RemoteStatus | None) -> None:
        """Whoever finished it died before this."""
        is_left = remote is not None and job.transcription_id == hint.transcription_id
        if is_left and not job.keep_provider_copy:
            cancel_copy(job, self.endpoints[hint.endpoint])
        self.active.remove(job.id)

    def _find_job(self, hint: Collect, remote: RemoteStatus | None) -> Job | None:
        """The job of the hint; from a webhook, the one whose mark the transcription carries. Other
        people's transcriptions at the same resource carry none."""
        batch_id, job_id, job = hint.batch_id, hint.job_id, None
        if batch_id is None or job_id is None:
            entry = self._entry(remote)
            if entry is None:
                return None
            batch_id, job_id, job = entry.batch_id, entry.job_id, entry.job
        job = job or self.store.job(batch_id, job_id)
        if job is not None and job.transcription_id not in (None, hint.transcription_id):
            return None
        return job

    def _entry(self, remote: RemoteStatus | None) -> ActiveJob | None:
        """By the mark that the transcription carries."""
        return self.active.get(remote.mark) if remote is not None and remote.mark else None

    def _adopt(self, job: Job, transcription_id: str) -> Job | None:
        """The provider was faster than our own note of its id."""
        entry = self.active.get(job.id)
        if entry is not None:
            self.note_submitted(job, entry, transcription_id)
        job_now = self.store.job(job.batch_id, job.id)
        return job_now if job_now is not None and job_now.state == "submitted" else None


def _look(provider: SpeechProvider, transcription_id: str) -> RemoteStatus | None:
    """None: the provider knows no such transcription."""
    try:
        return provider.status(transcription_id)
    except TranscriptionMissing:
        return None
