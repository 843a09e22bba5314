"""A transcription may be over: ask the provider, and hand its results over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.errors import ProviderRefused, TranscriptionMissing
from shared.log import event
from shared.messages import Collect
from shared.model.failures_from import refused
from shared.model.job.job import OVER, Job
from shared.model.job.standing import is_being_collected
from shared.pipeline.collect.find import FindJob
from shared.pipeline.collect.hand_over import HandOver
from shared.pipeline.fail.begin_anew import BeginAnew
from shared.pipeline.fail.copy import cancel_copy
from shared.pipeline.fail.job import CountFault
from shared.ports.ground import UseCase
from shared.ports.provider import RemoteStatus, SpeechProvider


@dataclass(frozen=True, kw_only=True)
class CollectResults(UseCase):
    """What is believed is what the provider says now, not the hint. Repeated hints are
    harmless: a job that is being collected is left alone until it seems stuck. Nor does it
    matter if they stop: the poll gives others for as long as there is something to collect."""

    endpoints: Mapping[str, SpeechProvider]
    find_job: FindJob
    begin_anew: BeginAnew
    hand_over: HandOver
    count_fault: CountFault

    def __call__(self, hint: Collect) -> None:
        provider = self.endpoints.get(hint.endpoint)
        if provider is None:
            event("endpoint.not_configured", endpoint=hint.endpoint, level=40)
            return
        job: Job | None = None
        try:
            remote = _look(provider, hint.transcription_id)
            is_written = self._is_written(hint, provider, remote)
            if is_written:
                return
            job = self._job_to_collect(hint, remote)
            if job is not None:
                self.hand_over(job, provider, remote, was_tried=is_written is False)
        except ProviderRefused as error:
            job = job or self.find_job(hint, None)
            if job is not None and job.state in ("submitted", "collecting"):
                self.count_fault(job, refused(error))

    def _is_written(
        self, hint: Collect, provider: SpeechProvider, remote: RemoteStatus | None
    ) -> bool | None:
        """Whether the result of a job of one recording could be written without reading the job.
        None: the job has to be read."""
        if remote is None or remote.state != "succeeded":
            return None
        sent = self.find_job.as_sent(hint, remote)
        if sent is None or sent.transcription_id != hint.transcription_id:
            return None
        return self.hand_over.at_once(sent, provider, remote)

    def _job_to_collect(self, hint: Collect, remote: RemoteStatus | None) -> Job | None:
        job = self.find_job(hint, remote)
        if job is not None and job.state in OVER:
            self._clear(job, hint, remote)
            return None
        if job is not None and job.state == "submitting":
            job = self.find_job.adopt(job, hint.transcription_id)
        if job is None or job.state in ("planning", "planned"):
            return None
        job = self.begin_anew(job)
        is_at_it = is_being_collected(job, self.policy, self.clock.now())
        return None if is_at_it and not hint.again else job

    def _clear(self, job: Job, hint: Collect, remote: RemoteStatus | None) -> None:
        """Whoever finished it died before this."""
        is_left = remote is not None and job.transcription_id == hint.transcription_id
        if is_left and not job.keep_provider_copy:
            cancel_copy(job, self.endpoints[hint.endpoint])
        self.active.remove(job.id)


def _look(provider: SpeechProvider, transcription_id: str) -> RemoteStatus | None:
    """None: the provider knows no such transcription."""
    try:
        return provider.status(transcription_id)
    except TranscriptionMissing:
        return None
