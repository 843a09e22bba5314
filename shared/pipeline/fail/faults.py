"""When a job at a provider has had its time, and what its recordings are told then.

Time is up only where the provider answers: while an endpoint is out, its jobs wait.
"""

from __future__ import annotations

import msgspec

from shared.errors import ProviderRefused, ProviderUnauthorised
from shared.log import event
from shared.model.batch.failure import Failure
from shared.model.batch.job import Job
from shared.model.batch.policy import Policy
from shared.pipeline.fail.job import FailJob
from shared.ports.provider import SpeechProvider
from shared.ports.state import BatchStore


def cancel_copy(job: Job, provider: SpeechProvider) -> None:
    """Before the next attempt goes its way. Where the provider does not let it go now, the search
    for orphans will."""
    try:
        provider.delete(job.transcription_id or "")
    except (ProviderRefused, ProviderUnauthorised) as error:
        event(
            "copy.not_deleted",
            endpoint=job.endpoint,
            transcription=job.transcription_id,
            code=error.code,
            level=40,
        )


def count_fault(
    job: Job, failure: Failure, *, store: BatchStore, fail_job: FailJob, policy: Policy
) -> None:
    """A step that was refused, or that failed in the end, is one of a few that a job may have:
    then the job fails."""
    faults = job.faults + 1
    event("job.faulted", batch=job.batch_id, job=job.id, code=failure.code, faults=faults, level=40)
    if faults < policy.max_faults:
        store.save(msgspec.structs.replace(job, faults=faults))
    else:
        fail_job(job, failure, split=failure.kind == "ours")
