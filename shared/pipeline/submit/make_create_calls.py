"""Make the create calls of a step side by side: the calls that cost money."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from shared.errors import (
    CallOverdue,
    ChoiceRefused,
    EndpointDown,
    ProviderError,
    ProviderUnauthorised,
    ProviderUnfunded,
)
from shared.log import event
from shared.messages import Express
from shared.model.job.active_job import ActiveJob
from shared.model.job.job import Job
from shared.model.job.lane import answers_at_once
from shared.model.policy import Policy
from shared.pipeline.submit.answer import Answer, Intent, NotMade, Sent
from shared.pipeline.submit.prepare_calls import is_empty
from shared.ports.provider import JobRequest, SpeechProvider
from shared.ports.queue import Queue

_REFUSES_ALL = (ChoiceRefused, EndpointDown, ProviderUnauthorised, ProviderUnfunded)


@dataclass(frozen=True, kw_only=True)
class MakeCalls:
    """As long as their intents are young, at which the endpoint's guard looks last of all; and none
    any more at an endpoint that refuses all. Where the provider answers at once, the call takes as
    long as hearing does: a message has somebody make it who holds up nobody."""

    endpoints: Mapping[str, SpeechProvider]
    policy: Policy
    queue: Queue
    pool: Executor

    def __call__(
        self,
        intents: Sequence[Intent],
        requests: Sequence[JobRequest],
        held: Collection[str],
    ) -> list[Sent]:
        """What came of each. `held` are the ids of jobs that are not to be sent after all: there is
        no room, or a batch of theirs was cancelled."""
        closed: dict[str, ProviderError] = {}

        def sent(call: tuple[Intent, JobRequest]) -> Sent:
            (job, entry), request = call
            is_held = job.id in held
            if answers_at_once(entry.endpoint) and not is_held and not is_empty(request):
                self._hand_on(job)
                return Sent(job, entry, request, None)
            return Sent(job, entry, request, self._answer(request, entry, closed, is_held))

        return list(self.pool.map(sent, zip(intents, requests, strict=True)))

    def _hand_on(self, job: Job) -> None:
        message = Express(batch_id=job.batch_id, job_id=job.id, sender=job.sender, job=job)
        self.queue.send(message)

    def _answer(
        self,
        request: JobRequest,
        entry: ActiveJob,
        closed: dict[str, ProviderError],
        is_held: bool,
    ) -> Answer:
        if is_empty(request):
            return None
        if is_held:
            return NotMade()
        if entry.endpoint in closed:
            return closed[entry.endpoint]
        answer = self._submit(self._in_time(request, entry), entry.endpoint)
        if isinstance(answer, _REFUSES_ALL):
            closed[entry.endpoint] = answer
        return answer

    def _in_time(self, request: JobRequest, entry: ActiveJob) -> JobRequest:
        patience = timedelta(seconds=self.policy.submit_within_seconds)
        return msgspec.structs.replace(request, deadline_at=entry.since_at + patience)

    def _submit(self, request: JobRequest, endpoint: str) -> Answer:
        try:
            return self.endpoints[endpoint].submit(request)
        except CallOverdue:
            event("job.submit_too_late", job=request.mark, level=30)
            return NotMade()
        except ProviderError as error:
            return error
        except Exception as error:  # a fault with one must not hide what came of the others
            event("job.outcome_unknown", job=request.mark, error=type(error).__name__, level=40)
            return None
