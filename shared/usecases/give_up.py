"""When a job at a provider has had its time, and what its recordings are told then.

Time is up only where the provider answers: while an endpoint is out, its jobs wait.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from shared.errors import ProviderRefused, ProviderUnauthorised
from shared.log import event
from shared.model.failure import Failure
from shared.model.job import Job
from shared.model.policy import Policy
from shared.ports import BatchStore, SpeechProvider
from shared.usecases.give_back import FailJob

_AGAIN = "It is tried again by itself. If that fails too, drop the recording again."
VANISHED = Failure(
    kind="provider",
    code="transcription_missing",
    reason="The provider does not know the transcription any more.",
    advice="It is submitted again by itself. If this repeats, look for somebody who deletes "
    "transcriptions at the Speech resource.",
    retryable=True,
)
NO_RESULT = Failure(
    kind="provider",
    code="result_missing",
    reason="The provider reported the job as done, but there is no result for this recording.",
    advice=_AGAIN,
    retryable=True,
)
OVERDUE = Failure(
    kind="provider",
    code="transcription_overdue",
    reason="The provider had not finished the transcription after days, and it was cancelled.",
    advice=_AGAIN,
    retryable=True,
)
UNAVAILABLE = Failure(
    kind="provider",
    code="results_unavailable",
    reason="The transcription is finished, but for a day its results could not be had from the "
    "provider.",
    advice=_AGAIN,
    retryable=True,
)


def refused(error: ProviderRefused) -> Failure:
    return Failure(
        kind="provider",
        code="results_refused",
        reason=f"The provider refused, time after time, to tell about the transcription: {error}",
        advice=_AGAIN,
        retryable=True,
    )


def is_late(job: Job, policy: Policy, now: datetime) -> bool:
    """Nothing more is waited for. A job that is being collected has a last round before that, in
    which results are asked for with fresh links."""
    if job.state == "collecting":
        patience = timedelta(seconds=policy.stuck_after_seconds)
        return job.last_round_at is not None and now - job.last_round_at > patience
    since = job.submitted_at or job.changed_at
    return now - since > timedelta(seconds=policy.submitted_seconds)


def has_been_collected_for_long(job: Job, policy: Policy, now: datetime) -> bool:
    """As far as the job's row tells: see `begin_anew`."""
    if job.state != "collecting" or job.collecting_at is None:
        return False
    return now - job.collecting_at > timedelta(seconds=policy.give_up_seconds)


def begin_anew(job: Job, store: BatchStore, policy: Policy, now: datetime) -> Job:
    """The job as it is to be judged. Where time is up, but one of its recordings got its result
    since it began to run, it runs anew from that moment on, and so it is stored. One query, and
    only then. Raises `StoreConflict`."""
    began_at = job.last_round_at or job.collecting_at
    is_up = has_been_collected_for_long(job, policy, now) and job.last_round_at is None
    if job.state != "collecting" or began_at is None or not (is_up or is_late(job, policy, now)):
        return job
    rows = store.recordings(job.batch_id, job_id=job.id, first=job.first, last=job.last)
    newest_at = max((row.changed_at for row in rows if row.is_terminal), default=began_at)
    anew = msgspec.structs.replace(job, collecting_at=newest_at, last_round_at=None)
    if newest_at <= began_at or has_been_collected_for_long(anew, policy, now):
        return job
    saved = store.save(anew)
    assert saved is not None
    event("job.progressing", batch=job.batch_id, job=job.id)
    return saved


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
