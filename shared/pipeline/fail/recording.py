"""What a failure means for a recording: another attempt, or the end with a reason."""

from __future__ import annotations

from datetime import datetime

import msgspec

from shared.log import event
from shared.model.batch.error_report import error_path, write_error_report
from shared.model.batch.failure import Failure
from shared.model.batch.policy import Policy
from shared.model.batch.recording import Recording
from shared.model.money.spending import money_back
from shared.ports.blobs import Outputs


def settle_failure(
    recording: Recording,
    failure: Failure,
    *,
    outputs: Outputs,
    errors_container: str,
    policy: Policy,
    now: datetime,
) -> Recording:
    """The row as it is to be saved. A final failure's error report is stored before that, so
    that no failed row is without one."""
    if failure.retryable and recording.attempt < policy.max_attempts:
        return wait_again(
            recording,
            now,
            attempt=recording.attempt + 1,
            delay_tries=recording.attempt,
            policy=policy,
        )
    return fail(recording, failure, outputs=outputs, errors_container=errors_container, now=now)


def may_have_failed(recording: Recording, policy: Policy) -> bool:
    """Of a row that is not terminal: a process may have stored its error report, and died before
    the row was saved. Then it was the last attempt, and not the first trouble."""
    had_trouble = recording.attempt > 1 or recording.fetches > 0
    return had_trouble and recording.attempt >= policy.max_attempts


def fail(
    recording: Recording,
    failure: Failure,
    *,
    outputs: Outputs,
    errors_container: str,
    now: datetime,
) -> Recording:
    """Store the error report and return the terminal row. One that was waiting was not sent."""
    if recording.state == "waiting":
        recording = money_back(recording)
    path = error_path(errors_container, recording)
    report = write_error_report(recording, failure, now)
    path = outputs.put(path, report, "application/json", recording=recording)
    event(
        "recording.failed",
        batch=recording.batch_id,
        recording=recording.id,
        kind=failure.kind,
        code=failure.code,
        attempt=recording.attempt,
    )
    return msgspec.structs.replace(
        recording, state="failed", failure=failure, error_report=path, changed_at=now
    )


def wait_again(
    recording: Recording,
    now: datetime,
    *,
    attempt: int,
    policy: Policy,
    delay_tries: int = 0,
    cohort: str | None = None,
) -> Recording:
    """The row back in line for a job. `delay_tries` of 0 is at once. What is committed stays so,
    and is not for what comes: who was certainly not sent gets its money back first."""
    return msgspec.structs.replace(
        recording,
        state="waiting",
        attempt=attempt,
        fetches=0,
        job_id=None,
        job_index=None,
        cohort=recording.cohort if cohort is None else cohort,
        cleared=None,
        not_before_at=now + policy.backoff(delay_tries) if delay_tries else None,
        changed_at=now,
    )
