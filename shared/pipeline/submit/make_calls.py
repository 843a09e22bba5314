"""Make the create calls of a step side by side: the calls that cost money."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from shared.errors import (
    EndpointDown,
    ProviderError,
    ProviderUnauthorised,
    ProviderUnfunded,
)
from shared.log import event
from shared.model.batch.job import ActiveJob
from shared.model.batch.policy import Policy
from shared.pipeline.submit.answer import Answer, Intent, NotMade, Sent
from shared.pipeline.submit.create_call import is_empty
from shared.ports.provider import JobRequest, SpeechProvider
from shared.ports.queue import Clock


@dataclass(frozen=True, kw_only=True)
class MakeCalls:
    """As long as their intents are young, and none any more at an endpoint that refuses all."""

    endpoints: Mapping[str, SpeechProvider]
    policy: Policy
    clock: Clock
    pool: Executor

    def __call__(
        self,
        requests: Sequence[JobRequest],
        intents: Sequence[Intent],
        crowded: Collection[str],
    ) -> list[Sent]:
        """One for each request, with what came of it. `crowded` are the ids of jobs for which there
        is no room after all."""
        make = partial(self._make, crowded, {})
        answers = self.pool.map(make, requests, [entry for _, entry in intents])
        return [
            Sent(job, entry, request, answer)
            for (job, entry), request, answer in zip(intents, requests, answers, strict=True)
        ]

    def _make(
        self,
        crowded: Collection[str],
        closed: dict[str, ProviderError],
        request: JobRequest,
        entry: ActiveJob,
    ) -> Answer:
        if is_empty(request):
            return None
        if self._is_old(entry):
            event("job.submit_too_late", job=request.mark, level=30)
            return NotMade()
        if request.mark in crowded:
            return NotMade()
        if entry.endpoint in closed:
            return closed[entry.endpoint]
        answer = self._submit(request, entry.endpoint)
        if isinstance(answer, ProviderUnfunded | ProviderUnauthorised | EndpointDown):
            closed[entry.endpoint] = answer
        return answer

    def _is_old(self, entry: ActiveJob) -> bool:
        patience = timedelta(seconds=self.policy.submit_within_seconds)
        return self.clock.now() - entry.since_at > patience

    def _submit(self, request: JobRequest, endpoint: str) -> Answer:
        try:
            return self.endpoints[endpoint].submit(request)
        except ProviderError as error:
            return error
        except Exception as error:  # a fault with one must not hide what came of the others
            event("job.outcome_unknown", job=request.mark, error=type(error).__name__, level=40)
            return None
