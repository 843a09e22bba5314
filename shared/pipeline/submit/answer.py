"""What came of create calls, and what follows: taken, refused, not sent, or nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import NamedTuple

import msgspec

from shared.errors import (
    ChoiceRefused,
    EndpointDown,
    OutcomeUnknown,
    ProviderError,
    ProviderNotReady,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnauthorised,
    RefusedInDoubt,
    StoreConflict,
)
from shared.log import event
from shared.messages import Finish
from shared.model.failures_from import request_refused
from shared.model.job import transitions as jobs
from shared.model.job.active_job import ActiveJob
from shared.model.job.carrier import is_single
from shared.model.job.doubt import is_its_own, put_last
from shared.model.job.job import Job
from shared.model.pauses import backoff, poll_pause
from shared.model.policy import Policy
from shared.pipeline.fail.job import FailJob
from shared.pipeline.seen import SeenJobs
from shared.pipeline.submit.dissolve import Again, PutBack
from shared.pipeline.submit.prepare_calls import is_empty
from shared.pipeline.submit.room import MOMENT
from shared.ports.ground import UseCase
from shared.ports.provider import JobRequest


class Intent(NamedTuple):
    """A job whose intent is written, and its entry in the index."""

    job: Job
    entry: ActiveJob


class NotMade(NamedTuple):
    """The intent had grown old before its turn came, somebody else took the room, or a batch of it
    was cancelled meanwhile."""


Answer = str | ProviderError | NotMade | None
"""The provider's id, an error, why the call was not made, or None: whoever resolves the intent
finds out."""


class Sent(NamedTuple):
    """An intent, its create call, and what came of it."""

    job: Job
    entry: ActiveJob
    request: JobRequest
    answer: Answer

    @property
    def is_unsent(self) -> bool:
        """Certainly not carried out, and no recording is to blame."""
        if isinstance(self.answer, ChoiceRefused | RefusedInDoubt):
            return True
        return isinstance(self.answer, ProviderError | NotMade) and not isinstance(
            self.answer, OutcomeUnknown | ProviderRefused
        )


class NotSent(NamedTuple):
    """The ids of jobs that are to be sent once more, and how long their endpoints want to be left
    alone."""

    ids: set[str]
    pauses: dict[str, timedelta]


@dataclass(frozen=True, kw_only=True)
class NoteSubmitted(UseCase):
    """Write the provider's id into the job and the index. Whoever comes second finds that it is
    there already; its entry in the index is brought up to date all the same."""

    seen: SeenJobs

    def __call__(self, job: Job, entry: ActiveJob, transcription_id: str) -> None:
        now = self.clock.now()
        job = jobs.taken_by_provider(job, transcription_id, now)
        try:
            saved = self.store.save(job)
        except StoreConflict:
            saved = self.store.job(job.batch_id, job.id)
            if saved is None or saved.transcription_id != transcription_id:
                return
        entry = listed(entry, transcription_id, self.policy, now, saved)
        self.active.put(entry)
        self.seen.add([entry])
        tell_of_submitted(job)

    def of_all(self, taken: Sequence[Sent]) -> None:
        """The same of many at the price of one. If somebody else was faster with one of them, each
        is noted on its own."""
        now = self.clock.now()
        noted: list[tuple[Sent, Job]] = []
        for _, group in groupby(taken, key=lambda one: one.job.batch_id):
            same = list(group)
            try:
                saved = self.store.save_jobs(
                    [jobs.taken_by_provider(one.job, str(one.answer), now) for one in same]
                )
                noted += zip(same, saved, strict=True)
            except StoreConflict:
                for one in same:
                    self(one.job, one.entry, str(one.answer))
        if noted:
            entries = [
                listed(one.entry, str(one.answer), self.policy, now, job) for one, job in noted
            ]
            self.active.put_all(entries)
            self.seen.add(entries)
        for _, job in noted:
            tell_of_submitted(job)


def listed(
    entry: ActiveJob,
    transcription_id: str,
    policy: Policy,
    now: datetime,
    job: Job | None = None,
) -> ActiveJob:
    """The entry as it is once the provider has the job, which is asked about from now on. `job` is
    as it is stored, if that is known."""
    return msgspec.structs.replace(
        entry,
        job=job if job is not None and is_single(job) else None,
        transcription_id=transcription_id,
        next_poll_at=now + poll_pause(policy, 0),
        out_of_reach_at=None,
    )


@dataclass(frozen=True, kw_only=True)
class NoteAnswers(UseCase):
    """What the provider said to the calls of a step. A refusal: the recordings go on without the
    job. No answer: whoever resolves the intent will look. Certainly not carried out: the job is
    planned again, and no attempt is used up."""

    note_submitted: NoteSubmitted
    fail_job: FailJob
    put_back: PutBack

    def __call__(self, sent: Sequence[Sent]) -> NotSent:
        """Those that were refused and could not be ended are to be sent, and refused, once more."""
        now = self.clock.now()
        sent = [_judged(one, now) for one in sent]
        unsent = [one for one in sent if one.is_unsent]
        if taken := [one for one in sent if isinstance(one.answer, str)]:
            self.note_submitted.of_all(taken)
        unsent += [one for one in sent if not self._is_ended(one)]
        return NotSent({one.job.id for one in unsent}, self._put_back(unsent))

    def _is_ended(self, one: Sent) -> bool:
        """Whether nothing is left to do about it here."""
        job, error = one.job, one.answer
        if isinstance(error, OutcomeUnknown):
            code = error.code
            event("job.outcome_unknown", job=job.id, endpoint=job.endpoint, code=code, level=30)
        elif isinstance(error, ProviderRefused) and not one.is_unsent:
            return self._is_given_back(job, error)
        elif is_empty(one.request):
            self.queue.send(Finish(batch_id=job.batch_id, job_id=job.id))
        return True

    def _is_given_back(self, job: Job, error: ProviderRefused) -> bool:
        event("job.refused", job=job.id, endpoint=job.endpoint, code=error.code, level=30)
        try:
            self.fail_job(job, request_refused(error), split=error.names_an_input)
        except Exception as failed:  # what came of the others has to be noted all the same
            event("job.not_ended", job=job.id, error=type(failed).__name__, level=30)
            return False
        return True

    def _put_back(self, unsent: Sequence[Sent]) -> dict[str, timedelta]:
        pauses: dict[str, timedelta] = {}
        now = self.clock.now()
        for one in unsent:
            job, pause = self._claimed(one, now), MOMENT
            if job is None:
                continue
            if isinstance(one.answer, ProviderError):
                pause = _pause(one.answer, job, self.policy)
            self.active.remove(job.id)  # before the job is anybody's again, who would list it anew
            pauses[one.entry.endpoint] = max(pauses.get(one.entry.endpoint, MOMENT), pause)
            with suppress(StoreConflict):
                self.put_back(job, _again(one.answer, now))
        return pauses

    def _claimed(self, one: Sent, now: datetime) -> Job | None:
        """As it may be put back: one whose call was not made with its intent made young again.
        None: somebody looked at the provider for it meanwhile, and may have sent it."""
        if isinstance(one.answer, ProviderError):
            _tell_of_not_submitted(one.job, one.answer)
            return one.job
        try:
            return self.store.save(msgspec.structs.replace(one.job, changed_at=now))
        except StoreConflict:
            return None


def _judged(one: Sent, now: datetime) -> Sent:
    """A refusal in doubt may be known by now to be the job's own."""
    error = one.answer
    if isinstance(error, RefusedInDoubt) and is_its_own(one.job, error, now):
        return one._replace(answer=ProviderRefused(str(error), code=error.code))
    return one


def _again(answer: Answer, now: datetime) -> Again:
    """What the provider prepares for a job it finds by the mark of that call alone."""
    if isinstance(answer, RefusedInDoubt):
        return partial(put_last, refused_at=answer.refused_at or now)
    if isinstance(answer, ProviderNotReady):
        return jobs.put_back_alone
    return partial(jobs.put_back, counts=not isinstance(answer, ProviderThrottled | NotMade))


def _pause(error: ProviderError, job: Job, policy: Policy) -> timedelta:
    """An endpoint that is taken out gets nothing more, so the others may be tried at once; and so
    may those that stand behind a job which is in doubt for the first time."""
    if isinstance(error, RefusedInDoubt) and (job.doubted_at is None or error.meets_all):
        return MOMENT
    if isinstance(error, ChoiceRefused | EndpointDown | ProviderUnauthorised):
        return MOMENT
    if isinstance(error, ProviderThrottled) and error.retry_after_seconds is not None:
        return timedelta(seconds=max(error.retry_after_seconds, 1))
    return backoff(job.tries)


def tell_of_submitted(job: Job) -> None:
    event(
        "job.submitted",
        batch=job.batch_id,
        job=job.id,
        endpoint=job.endpoint,
        transcription=job.transcription_id,
        recordings=job.recordings,
        audio_ms=job.audio_ms,
    )


def _tell_of_not_submitted(job: Job, error: ProviderError) -> None:
    event(
        "job.not_submitted",
        job=job.id,
        endpoint=job.endpoint,
        error=type(error).__name__,
        code=error.code,
        level=30,
    )
