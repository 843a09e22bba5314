"""The call to a provider that answers at once: it lasts as long as hearing does, and its answer is
the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from shared.errors import AudioChanged, CallOverdue, InputError, ProviderError, StoreConflict
from shared.log import event
from shared.messages import Express, go_along
from shared.model.failure import failure_of
from shared.model.job import transitions as jobs
from shared.model.job.job import Job
from shared.pipeline.collect.hand_over import HandOver
from shared.pipeline.fail.job import FailJob
from shared.pipeline.permits import Permits
from shared.pipeline.submit.answer import Answer, NoteAnswers, NotMade, Sent, tell_of_submitted
from shared.pipeline.submit.claim import FindHeld
from shared.pipeline.submit.leave_behind import LeaveBehind
from shared.pipeline.submit.prepare_calls import Call, PrepareCalls, is_empty
from shared.pipeline.submit.room import MOMENT, Place, entry_of
from shared.ports.ground import UseCase
from shared.ports.provider import SpeechProvider, answered

AT_ONCE = 8
"""Calls of a process: each holds a few megabytes."""
UPLOAD = timedelta(seconds=120)
PAUSE = timedelta(seconds=5)
"""After which a message that had no turn comes again."""


@dataclass(frozen=True, kw_only=True)
class HearAtOnce(UseCase):
    """Whoever writes that the call begins makes it, and nobody else, however often the message
    comes. Who finds it begun takes up its answer, if that is kept already; else whoever resolves
    the intent looks, once the call is over in any case. The answer is kept before anything is
    written of it, so that a death in between costs time alone."""

    endpoints: Mapping[str, SpeechProvider]
    prepare_calls: PrepareCalls
    find_held: FindHeld
    leave_behind: LeaveBehind
    note_answers: NoteAnswers
    fail_job: FailJob
    hand_over: HandOver
    permits: Permits

    def __call__(self, message: Express) -> None:
        """The row that comes with the message is enough for whoever is the first."""
        if message.job is not None and self._is_done(message, message.job):
            return
        job = self.store.job(message.batch_id, message.job_id)
        if job is None or job.state != "submitting" or job.sender != message.sender:
            return
        if job.answer_by_at is None:
            self._is_done(message, job)
        elif (provider := self._provider(job)) is not None:
            self._take_up(job, provider)

    def _provider(self, job: Job) -> SpeechProvider | None:
        provider = self.endpoints.get(job.endpoint or "")
        if provider is None:  # the poll gives the job up in the end
            event("endpoint.not_configured", endpoint=job.endpoint, level=40)
        return provider

    def _take_up(self, job: Job, provider: SpeechProvider) -> None:
        if next(provider.find(job.id), None) is not None:
            self._write(job, provider)

    def _is_done(self, message: Express, job: Job) -> bool:
        """Whether nothing is left to do here. If not, the job is not as it was."""
        provider = self._provider(job)
        if provider is None:
            return True
        with self.permits.one() as has:
            if not has:
                self.queue.send(message, after=PAUSE)
            return not has or self._is_heard(job, provider)

    def _is_heard(self, job: Job, provider: SpeechProvider) -> bool:
        [call] = self.prepare_calls([job])
        if is_empty(call.request) or self._is_held(job):
            self._note(call, None if is_empty(call.request) else NotMade())
            return True
        now = self.clock.now()
        until = now + UPLOAD + timedelta(seconds=call.request.answer_seconds)
        try:
            begun = self.store.save(jobs.begun(job, until, now))
        except StoreConflict:
            return False
        assert begun is not None
        latest = now + timedelta(seconds=self.policy.submit_within_seconds)
        request = msgspec.structs.replace(call.request, deadline_at=latest)
        self._call(Call(begun, request, call.items), provider)
        return True

    def _is_held(self, job: Job) -> bool:
        """Whoever wrote the intent has looked; what waited since then is looked at again."""
        patience = timedelta(seconds=self.policy.submit_within_seconds)
        if self.clock.now() - job.changed_at <= patience:
            return False
        return bool(self.find_held({job.id: Place((job,), job.endpoint or "")}))

    def _call(self, call: Call, provider: SpeechProvider) -> None:
        try:
            provider.submit(call.request)
        except AudioChanged:
            self.leave_behind({call.job.id: call.items})
            self._note(call, NotMade())
        except InputError as error:
            self.fail_job(call.job, failure_of(error), split=False)
        except CallOverdue:
            self._note(call, NotMade())
        except ProviderError as error:
            self._note(call, error)
        except Exception as error:
            self._note_trouble(call, error)
        else:
            self._write(call.job, provider)

    def _note_trouble(self, call: Call, error: Exception) -> None:
        """Ours: storage that does not answer, before the call, while the sound was read, or when
        what came of the call was to be noted. Only where the provider cannot have had all of the
        sound is it certain that nothing was carried out."""
        sound = call.request.sound
        if sound is not None and not sound.is_read:
            self._note(call, NotMade(), timedelta(seconds=self.policy.storage_pause_seconds))
        else:
            event("job.outcome_unknown", job=call.job.id, error=type(error).__name__, level=40)

    def _note(self, call: Call, answer: Answer, least: timedelta = MOMENT) -> None:
        """What was not carried out stands in line again, and somebody goes along it."""
        job = call.job
        entry = entry_of(job, job.endpoint or "", job.changed_at)
        not_sent = self.note_answers([Sent(job, entry, call.request, answer)])
        if not_sent.ids:
            pause = max([least, *not_sent.pauses.values()])
            self.queue.send(go_along(job.waits_for), after=pause)

    def _write(self, job: Job, provider: SpeechProvider) -> None:
        """The row that says so is the one that says that all of it is over."""
        taken = jobs.taken_by_provider(job, job.id, self.clock.now())
        tell_of_submitted(taken)
        self.hand_over(taken, provider, answered(job.id))
