"""Every failure that a customer can read: its code, what happened, and what to do."""

from __future__ import annotations

from shared.errors import (
    ProviderRefused,
    ResultMalformed,
    ResultMissing,
    ResultTooLarge,
)
from shared.model.batch.failure import Failure
from shared.model.batch.job import Job

CANCELLED = Failure(
    kind="configuration",
    code="cancelled",
    reason="The batch was cancelled before this recording was transcribed.",
    advice="Retry the batch if it is wanted after all.",
)


MISSING = Failure(
    kind="input",
    code="recording_missing",
    reason="There is no such blob.",
    advice="Correct the name, or upload the recording, then retry the batch.",
)


NOTHING_LISTED = Failure(
    kind="input",
    code="nothing_listed",
    reason="No blob is there whose name begins like this.",
    advice="Correct the prefix or the container, or upload the recordings, and ask for another "
    "batch.",
)


NOT_REGISTERED = Failure(
    kind="ours",
    code="not_registered",
    reason="Dropscribe could not look into this recording.",
    advice="Look in the log for what failed, mend it, then retry the batch.",
)


_MEND = "Look in the log for what failed, mend it, then drop the recording again."


POISONED = Failure(
    kind="ours",
    code="internal_error",
    reason="Dropscribe failed five times in a row to store the result of this recording.",
    advice=_MEND,
)


STEP_FAILED = Failure(
    kind="ours",
    code="internal_error",
    reason="Dropscribe failed, time after time, to send this recording or to collect its result.",
    advice=_MEND,
)


UNPLANNED = Failure(
    kind="ours",
    code="not_planned",
    reason="For a day, Dropscribe failed to put this recording into a job.",
    advice=_MEND,
)


UNREGISTERED = Failure(
    kind="ours",
    code="not_registered",
    reason="Dropscribe failed five times in a row to register this recording.",
    advice=_MEND,
)


ENDPOINT_GONE = Failure(
    kind="configuration",
    code="endpoint_gone",
    reason="The endpoint that was transcribing this recording is not in the settings any more.",
    advice="It is tried again at another endpoint, if there is one. Otherwise configure one, then "
    "drop the recording again.",
    retryable=True,
)


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


NOT_CONFIGURED = "the endpoint is not in the settings any more"


NOT_ANSWERED = "the endpoint could not be asked"


NOT_LISTED = "the provider's list does not show it, which proves nothing"


def outcome_unknown(job: Job, why: str) -> Failure:
    """What the customer reads."""
    fate = "kept there, as the profile says" if job.keep_provider_copy else "deleted by itself"
    return Failure(
        kind="provider",
        code="outcome_unknown",
        reason=f"The call that sent this recording to the endpoint {job.endpoint} ended without an "
        f"answer, and nobody can tell whether it was carried out: {why}. It was not sent again, "
        "because it might be paid for twice.",
        advice="To have it sent again, drop it again. Before that, look at the provider for a "
        f"transcription with the mark {job.id}: if there is one, this recording was paid for. It "
        f"is {fate}.",
    )


INTERNAL = Failure(
    kind="ours",
    code="internal_error",
    reason="The result arrived, but Dropscribe could not turn it into a transcript.",
    advice="Look for the event recording.publish_failed in the log and report it.",
)


def unreadable(error: ResultMissing | ResultMalformed) -> Failure:
    if isinstance(error, ResultMissing):
        return Failure(
            kind="provider",
            code="result_unavailable",
            reason="The provider lists a result for this recording, but does not hand it out.",
            advice="Drop the recording again.",
            retryable=True,
        )
    return Failure(
        kind="provider",
        code="result_unreadable",
        reason=f"The provider's result cannot be read: {str(error).rstrip('.')}.",
        advice="Drop the recording again. If that fails too, report it with the API version.",
        retryable=True,
    )


def too_large(error: ResultTooLarge) -> Failure:
    """Another attempt would be paid for and bring the same."""
    return Failure(
        kind="provider",
        code="result_too_large",
        reason=f"The provider's result cannot be read: {str(error).rstrip('.')}.",
        advice="Split the recording, or ask for less of each word, then drop it again.",
    )
