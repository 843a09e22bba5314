"""The provider's copy of a job that is not waited for any more."""

from __future__ import annotations

from shared.errors import ProviderRefused, ProviderUnauthorised, ProviderUnfunded
from shared.log import event
from shared.model.job.job import Job
from shared.model.recording.recording import Recording
from shared.ports.provider import SpeechProvider


def cancel_copy(job: Job, provider: SpeechProvider) -> None:
    """Before the next attempt goes its way. Where the provider does not let it go now, the search
    for orphans will."""
    try:
        provider.delete(job.transcription_id or "")
    except (ProviderRefused, ProviderUnauthorised, ProviderUnfunded) as error:
        tell_of_copy_left(job, error.code)


def tell_of_copy_left(job: Job | Recording, code: str) -> None:
    event(
        "copy.not_deleted",
        endpoint=job.endpoint,
        transcription=job.transcription_id,
        code=code,
        level=40,
    )
