"""Ask one endpoint about the jobs that it has, as seldom as that can be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from shared.errors import (
    ProviderError,
    ProviderRefused,
    ProviderThrottled,
    StoreConflict,
    TranscriptionMissing,
)
from shared.log import event
from shared.messages import Collect
from shared.model.job.active_job import ActiveJob
from shared.model.pauses import poll_pause
from shared.ports.ground import UseCase
from shared.ports.provider import SpeechProvider


@dataclass(frozen=True, kw_only=True)
class AskInTurn(UseCase):
    """A provider works through its jobs in order, so the oldest is asked about first and the rest
    only when it is over, or when they have not been asked about for the longest pause. What one
    endpoint does not answer is no reason not to ask the others."""

    def __call__(self, entries: Sequence[ActiveJob], provider: SpeechProvider) -> None:
        """All of one endpoint, the oldest first. Those without a transcription are left out."""
        try:
            self._ask_in_turn(entries, provider)
        except StoreConflict:
            return  # another instance asks
        except ProviderError as error:
            event(
                "endpoint.poll_failed",
                endpoint=entries[0].endpoint,
                error=type(error).__name__,
                code=error.code,
                level=30,
            )

    def _ask_in_turn(self, entries: Sequence[ActiveJob], provider: SpeechProvider) -> None:
        older_one_runs = False
        for entry in entries:
            now = self.clock.now()
            if entry.transcription_id is None or (older_one_runs and not self._is_due(entry, now)):
                continue
            if entry.next_poll_at is not None and now < entry.next_poll_at:
                older_one_runs = True
            else:
                older_one_runs = self._ask(entry, entry.transcription_id, provider, now)

    def _is_due(self, entry: ActiveJob, now: datetime) -> bool:
        """Even while an older one runs."""
        asked_at = entry.polled_at or entry.since_at
        return now - asked_at >= timedelta(seconds=self.policy.poll_max_seconds)

    def _ask(
        self, entry: ActiveJob, transcription_id: str, provider: SpeechProvider, now: datetime
    ) -> bool:
        """Whether the job is still running. What is over is collected; and what has been running
        for days, or is refused, is looked at there, too."""
        pause = poll_pause(self.policy, entry.polls + 1)
        try:
            remote = provider.status(transcription_id)
            is_running = remote.state == "running"
            pause = max(pause, timedelta(seconds=remote.retry_after_seconds or 0))
        except (TranscriptionMissing, ProviderRefused):
            is_running = False
        except ProviderThrottled as error:
            self._leave_alone(entry, error, now)
            raise
        self._note_asked(entry, now, now + pause)
        if not is_running or self._is_overdue(entry, now):
            self.queue.send(
                Collect(
                    endpoint=entry.endpoint,
                    transcription_id=transcription_id,
                    batch_id=entry.batch_id,
                    job_id=entry.job_id,
                )
            )
        return is_running

    def _leave_alone(self, entry: ActiveJob, error: ProviderThrottled, now: datetime) -> None:
        seconds = max(error.retry_after_seconds or 0, self.policy.poll_min_seconds)
        next_poll_at = now + timedelta(seconds=seconds)
        self.active.update(msgspec.structs.replace(entry, next_poll_at=next_poll_at))

    def _note_asked(self, entry: ActiveJob, now: datetime, next_poll_at: datetime) -> None:
        self.active.update(
            msgspec.structs.replace(
                entry,
                polls=entry.polls + 1,
                polled_at=now,
                next_poll_at=next_poll_at,
                out_of_reach_at=None,
            )
        )

    def _is_overdue(self, entry: ActiveJob, now: datetime) -> bool:
        return now - entry.since_at > timedelta(seconds=self.policy.submitted_seconds)
