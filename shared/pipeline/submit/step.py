"""One step along a line of small jobs: intents first, then what came of the calls."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from shared.errors import (
    DropscribeError,
    EndpointDown,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnauthorised,
    StoreConflict,
)
from shared.log import event
from shared.messages import Finish, Submit
from shared.model.batch.job import ActiveJob, Job
from shared.model.batch.policy import Policy
from shared.model.failure_texts import request_refused
from shared.pipeline.fail.old import FailJob
from shared.pipeline.submit.answer import (
    note_not_submitted,
    note_submitted,
    note_waiting,
    pause_after,
    submitted,
    tell_of_submitted,
)
from shared.ports.provider import JobRequest
from shared.ports.queue import Clock, Queue
from shared.ports.state import ActiveJobs, BatchStore

AT_ONCE = 25
MOMENT = timedelta(seconds=1)


class NotMade(NamedTuple):
    """The intent had grown old before its turn came, or somebody else took the room."""


Answer = str | ProviderError | NotMade | None


class Sent(NamedTuple):
    """A job whose intent is written, its entry in the index, and what came of its create call:
    the provider's id, an error, why it was not made, or None where nobody knows."""

    job: Job
    entry: ActiveJob
    answer: Answer


def entry_of(job: Job, endpoint: str, since_at: datetime) -> ActiveJob:
    return ActiveJob(
        job_id=job.id,
        batch_id=job.batch_id,
        endpoint=endpoint,
        audio_ms=job.audio_ms,
        since_at=since_at,
    )


class Step:
    """One step along the line, and where the next one begins."""

    def __init__(
        self,
        message: Submit,
        *,
        store: BatchStore,
        active: ActiveJobs,
        queue: Queue,
        policy: Policy,
        clock: Clock,
    ) -> None:
        self._message, self._store, self._active = message, store, active
        self._queue, self._policy, self._clock = queue, policy, clock

    def write_intents(
        self, sending: Sequence[tuple[Job, str]]
    ) -> list[tuple[Job, ActiveJob]] | None:
        """None: somebody else is at one of them."""
        now = self._clock.now()
        intents = [
            msgspec.structs.replace(job, state="submitting", endpoint=endpoint, changed_at=now)
            for job, endpoint in sending
        ]
        try:
            saved = self._store.save_jobs(intents)
        except StoreConflict:
            return None
        entries = [entry_of(job, job.endpoint or "", now) for job in saved]
        self._active.put_all(entries)
        return list(zip(saved, entries, strict=True))

    def note(
        self, sent: Sequence[Sent], calls: Sequence[JobRequest], fail_job: FailJob
    ) -> list[Sent]:
        """What the provider said, for all that it took together. Returns those that it refused and
        that could not be ended: they are to be sent, and refused, once more."""
        self._note_taken([one for one in sent if isinstance(one.answer, str)])
        left: list[Sent] = []
        for one, call in zip(sent, calls, strict=True):
            job = one.job
            if isinstance(one.answer, OutcomeUnknown):
                code = one.answer.code
                event("job.outcome_unknown", job=job.id, endpoint=job.endpoint, code=code, level=30)
            elif isinstance(one.answer, ProviderRefused):
                code = one.answer.code
                event("job.refused", job=job.id, endpoint=job.endpoint, code=code, level=30)
                try:
                    fail_job(job, request_refused(one.answer), split=one.answer.names_an_input)
                except Exception as error:  # what came of the others has to be noted all the same
                    event("job.not_ended", job=job.id, error=type(error).__name__, level=30)
                    left.append(one)
            elif not call.content_urls:
                self._queue.send(Finish(batch_id=job.batch_id, job_id=job.id))
        return left

    def _note_taken(self, taken: Sequence[Sent]) -> None:
        if not taken:
            return
        now = self._clock.now()
        ids = [str(one.answer) for one in taken]
        pairs = [
            submitted(one.job, one.entry, id_, self._policy, now)
            for one, id_ in zip(taken, ids, strict=True)
        ]
        try:
            self._store.save_jobs([job for job, _ in pairs])
        except StoreConflict:  # of one of them somebody else noted it
            for one, id_ in zip(taken, ids, strict=True):
                note_submitted(
                    one.job,
                    one.entry,
                    id_,
                    store=self._store,
                    active=self._active,
                    policy=self._policy,
                    now=now,
                )
            return
        self._active.put_all([entry for _, entry in pairs])
        for job, _ in pairs:
            tell_of_submitted(job)

    def put_back(self, unsent: Sequence[Sent]) -> dict[str, timedelta]:
        """Those that were certainly not sent are planned again; how long their endpoints want to
        be left alone."""
        pauses: dict[str, timedelta] = {}
        now = self._clock.now()
        for one in unsent:
            job, error, pause = one.job, one.answer, MOMENT
            if isinstance(error, ProviderError):
                note_not_submitted(job, error)
                pause = _pause(error, job, self._policy)
            else:
                claimed = self._claimed(job, now)
                if claimed is None:
                    continue
                job = claimed
            self._active.remove(job.id)  # before the job is anybody's again, who would list it anew
            pauses[one.entry.endpoint] = max(pauses.get(one.entry.endpoint, MOMENT), pause)
            is_try = not isinstance(error, ProviderThrottled | NotMade)
            waiting = msgspec.structs.replace(
                job, state="planned", tries=job.tries + is_try, changed_at=now
            )
            with suppress(StoreConflict):
                self._store.save(waiting)
        return pauses

    def _claimed(self, job: Job, now: datetime) -> Job | None:
        """The intent made young again. None: somebody looked at the provider for it meanwhile, and
        may have sent it."""
        try:
            return self._store.save(msgspec.structs.replace(job, changed_at=now))
        except StoreConflict:
            return None

    def wait(self, first: Job, pause: timedelta) -> None:
        """The next step begins with this job, after the pause. The last job of the line tells that
        somebody is at it, so that the sweep adds no second message."""
        message = msgspec.structs.replace(self._message, job_id=first.id)
        pause = max(pause, MOMENT)
        self._queue.send(message, after=pause)
        keeper = self._store.job(first.batch_id, message.last or first.id)
        if keeper is not None and keeper.state == "planned":
            with suppress(DropscribeError):  # the message is sent, which is what counts
                now = self._clock.now()
                note_waiting(keeper, now + pause, store=self._store, policy=self._policy, now=now)

    def go_on(self, jobs: Sequence[Job]) -> None:
        """With what comes after these, if there may be more."""
        if len(jobs) == AT_ONCE:
            after = f"{jobs[-1].id}!"  # sorts next
            self._queue.send(msgspec.structs.replace(self._message, job_id=after))


def is_unsent(answer: Answer) -> bool:
    """Certainly not carried out, and nobody is to blame."""
    return isinstance(answer, ProviderError | NotMade) and not isinstance(
        answer, OutcomeUnknown | ProviderRefused
    )


def _pause(error: ProviderError, job: Job, policy: Policy) -> timedelta:
    """An endpoint that is taken out gets nothing more, so the others may be tried at once."""
    if isinstance(error, EndpointDown | ProviderUnauthorised):
        return MOMENT
    return pause_after(error, job, policy)
