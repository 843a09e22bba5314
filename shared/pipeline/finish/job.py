"""Is a job over? Then nothing of it stays at the provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from shared.errors import (
    ProviderRefused,
    ProviderUnauthorised,
    ProviderUnavailable,
    ProviderUnfunded,
)
from shared.log import event
from shared.model.job.carrier import is_carrier, unsettled
from shared.model.job.job import OVER, Job
from shared.model.job.standing import standing
from shared.model.job.transitions import over
from shared.pipeline.fail.begin_anew import BeginAnew
from shared.pipeline.fail.copy import tell_of_copy_left
from shared.pipeline.fail.parts import EndPart
from shared.pipeline.fail.wake import WakeLine
from shared.ports.ground import UseCase
from shared.ports.provider import SpeechProvider


@dataclass(frozen=True, kw_only=True)
class FinishJob(UseCase):
    """Whether the job is over. The provider's copy goes only after every row has its result, those
    of all batches where it is shared. Safe to repeat from any point. Raises `ProviderUnavailable`
    while the copy may still be deleted, and `StoreConflict`."""

    begin_anew: BeginAnew
    endpoints: Mapping[str, SpeechProvider]
    end_part: EndPart
    wake_line: WakeLine

    def __call__(self, job: Job) -> bool:
        if job.state not in OVER:
            if job.state in ("planning", "planned", "carried") or self._is_any_left(job):
                return False
            self._end_parts(job)
            self._delete_copy(job)
            ended = over(job, self.clock.now())
            self.store.save(ended)
            event("job.finished", batch=job.batch_id, job=job.id, state=ended.state)
        else:
            self._end_parts(job)
            if self.active.get(job.id) is not None:  # who ended it may have died before this
                self._delete_copy(job)
        self.active.remove(job.id)
        self.wake_line(job.waits_for)
        return True

    def clear(self, job: Job) -> None:
        """What is left of a job that is over: the copy at its provider, and its entry in the index,
        which leads back here for as long as the copy could not be deleted."""
        self._delete_copy(job)
        self.active.remove(job.id)
        self.wake_line(job.waits_for)

    def _is_any_left(self, job: Job) -> bool:
        parts = unsettled(job) if is_carrier(job) else [job]
        return any(self.store.any_left(part) for part in parts)

    def _end_parts(self, job: Job) -> None:
        """Those of a carrier that nobody ended together with their last recording."""
        for part in unsettled(job):
            if not self.store.any_left(part):
                self.end_part(part, job)

    def _delete_copy(self, job: Job) -> None:
        """What the provider refuses to delete, or does not delete for a day, does not hold up the
        report: from here on no table knows the copy, so the search for orphans tries again and
        again."""
        if not job.transcription_id or job.keep_provider_copy:
            return
        provider = self.endpoints.get(job.endpoint or "")
        if provider is None:
            tell_of_copy_left(job, "endpoint_not_configured")
            return
        try:
            provider.delete(job.transcription_id)
        except (ProviderRefused, ProviderUnauthorised, ProviderUnfunded) as error:
            tell_of_copy_left(job, error.code)
        except ProviderUnavailable as error:
            if not self._has_tried_for_long(job):
                raise
            tell_of_copy_left(job, error.code)

    def _has_tried_for_long(self, job: Job) -> bool:
        if job.state in OVER:
            patience = timedelta(seconds=self.policy.give_up_seconds)
            return self.clock.now() - job.changed_at > patience
        if job.state != "collecting":
            return False
        stands = standing(self.begin_anew(job), self.policy, self.clock.now())
        return stands in ("last round", "late")
