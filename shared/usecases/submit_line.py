"""Send what waits in a line: small jobs, as many at a time as there is room for.

One message goes along the line, so that thousands of jobs wait without a message each. What a step
costs is shared by all that it sends: one look at the endpoints, a transaction for the intents, and
one for the answers. The calls themselves are made side by side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Executor
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
    ProviderUnfunded,
    StoreConflict,
)
from shared.log import event
from shared.messages import Finish, Submit
from shared.model.job import ActiveJob, Job
from shared.model.policy import Policy
from shared.ports import (
    ActiveJobs,
    AudioBlobs,
    BatchStore,
    Clock,
    EndpointBook,
    JobRequest,
    Limited,
    Queue,
    Requests,
    SpeechProvider,
)
from shared.usecases.choose import choose_endpoint, down, well
from shared.usecases.create_call import create_calls
from shared.usecases.fall_over import FallOver
from shared.usecases.give_back import FailJob
from shared.usecases.send import (
    note_not_submitted,
    note_submitted,
    note_waiting,
    pause_after,
    refusal,
    submitted,
    tell_of_submitted,
)

AT_ONCE = 25
MOMENT = timedelta(seconds=1)


class _NotMade(NamedTuple):
    """The intent had grown old before its turn came, or somebody else took the room."""


Answer = str | ProviderError | _NotMade | None


class _Sent(NamedTuple):
    """A job whose intent is written, its entry in the index, and what came of its create call:
    the provider's id, an error, why it was not made, or None where nobody knows."""

    job: Job
    entry: ActiveJob
    answer: Answer


def submit_line(
    message: Submit,
    *,
    store: BatchStore,
    active: ActiveJobs,
    audio: AudioBlobs,
    requests: Requests,
    endpoints: Mapping[str, SpeechProvider],
    book: EndpointBook,
    fall_over: FallOver,
    fail_job: FailJob,
    queue: Queue,
    policy: Policy,
    clock: Clock,
    pool: Executor,
) -> None:
    """Safe to repeat, and to be done by two at once: only who writes an intent sends a job."""
    last = message.last or message.job_id
    jobs = store.planned_jobs(message.batch_id, message.job_id, last, AT_ONCE)
    states = book.all()
    going = [job for job in jobs if not fall_over(job, states)]
    open_ones = well(endpoints, states, clock.now())
    step = _Step(message, store=store, active=active, queue=queue, policy=policy, clock=clock)
    if not going:
        step.go_on(jobs)
        return
    places = _places(going, active.all(), open_ones, policy)
    sending, pauses = _reserved(places, endpoints, clock)
    if not sending:
        outages = [policy.backoff(1), *down(states, clock.now()).values()]
        step.wait(going[0], min(pauses.values() or outages))
        return
    jobs_sent = [job for job, _ in sending]
    calls = create_calls(jobs_sent, store, audio, requests)
    written = step.write_intents(sending)
    if written is None:
        step.wait(going[0], MOMENT)
        return
    crowded = _crowded([entry for _, entry in written], active.all(), going[0].provider, policy)
    call = _Caller(endpoints, written[0][0].changed_at, crowded, policy, clock)
    answers = list(pool.map(call, zip(calls, sending, strict=True)))
    sent = [_Sent(*pair, answer) for pair, answer in zip(written, answers, strict=True)]
    unsent = [one for one in sent if _is_unsent(one.answer)]
    unsent += step.note(sent, calls, fail_job)
    ids = {job.id for job in jobs_sent} - {one.job.id for one in unsent}
    left = [job for job in going if job.id not in ids]
    pauses |= step.put_back(unsent)
    if not left:
        step.go_on(jobs)
    elif unsent or len(places) == len(going):
        step.wait(left[0], _shortest(pauses, left[0], open_ones))
    else:
        step.wait(left[0], policy.backoff(1))  # there is no room for more


def _crowded(
    mine: Sequence[ActiveJob], listed: Sequence[ActiveJob], provider: str, policy: Policy
) -> set[str]:
    """Those for which there is no room after all. Who lists jobs at the same moment saw the same
    room as we did; whoever looks again last sees both, and steps back."""
    ids = {entry.job_id for entry in mine}
    room = dict.fromkeys((entry.endpoint for entry in mine), policy.most_active_jobs(provider))
    for entry in listed:
        if entry.endpoint in room and entry.job_id not in ids:
            room[entry.endpoint] -= 1
    crowded = set()
    for entry in mine:
        room[entry.endpoint] -= 1
        if room[entry.endpoint] < 0:
            crowded.add(entry.job_id)
    return crowded


def _shortest(
    pauses: Mapping[str, timedelta], job: Job, endpoints: Mapping[str, SpeechProvider]
) -> timedelta:
    """Until the first endpoint may take more: one that is to be left alone for an hour does not
    keep the line from the others."""
    mine = [name for name, provider in endpoints.items() if provider.name == job.provider]
    return min((pauses.get(name, MOMENT) for name in mine), default=MOMENT)


def _places(
    jobs: Sequence[Job],
    running: Sequence[ActiveJob],
    endpoints: Mapping[str, SpeechProvider],
    policy: Policy,
) -> list[tuple[Job, str]]:
    """Where each goes, for as long as there is room."""
    running, places = list(running), []
    for job in jobs:
        endpoint = choose_endpoint(job, running, endpoints, policy)
        if endpoint is None:
            break
        places.append((job, endpoint))
        running.append(_entry(job, endpoint, job.changed_at))
    return places


def _reserved(
    places: Sequence[tuple[Job, str]], endpoints: Mapping[str, SpeechProvider], clock: Clock
) -> tuple[list[tuple[Job, str]], dict[str, timedelta]]:
    """Those for which a create call is allowed now, and how long the endpoints want to be left
    alone that said so."""
    reserved: list[tuple[Job, str]] = []
    pauses: dict[str, timedelta] = {}
    for endpoint, count in Counter(endpoint for _, endpoint in places).items():
        try:
            most = _reserve(endpoints[endpoint], count)
        except EndpointDown as error:
            pauses[endpoint] = error.until_at - clock.now()
        except ProviderThrottled as error:
            pauses[endpoint] = timedelta(seconds=error.retry_after_seconds or 1)
        else:
            reserved += [place for place in places if place[1] == endpoint][:most]
    return sorted(reserved, key=lambda place: place[0].id), pauses


def _reserve(provider: SpeechProvider, most: int) -> int:
    return provider.reserve(most) if isinstance(provider, Limited) else most


def _entry(job: Job, endpoint: str, since_at: datetime) -> ActiveJob:
    return ActiveJob(
        job_id=job.id,
        batch_id=job.batch_id,
        endpoint=endpoint,
        audio_ms=job.audio_ms,
        since_at=since_at,
    )


class _Caller:
    """Makes create calls, for as long as their intents are young, and none any more at an endpoint
    that refuses all of them."""

    def __init__(
        self,
        endpoints: Mapping[str, SpeechProvider],
        intent_at: datetime,
        crowded: Collection[str],
        policy: Policy,
        clock: Clock,
    ) -> None:
        self._endpoints, self._intent_at, self._clock = endpoints, intent_at, clock
        self._patience = timedelta(seconds=policy.submit_within_seconds)
        self._crowded, self._closed = crowded, dict[str, ProviderError]()

    def __call__(self, call: tuple[JobRequest, tuple[Job, str]]) -> Answer:
        """None: whoever resolves the intent finds out."""
        request, (_, endpoint) = call
        if not request.content_urls:
            return None
        if self._clock.now() - self._intent_at > self._patience:
            event("job.submit_too_late", job=request.mark, level=30)
            return _NotMade()
        if request.mark in self._crowded:
            return _NotMade()
        if endpoint in self._closed:
            return self._closed[endpoint]
        try:
            return self._endpoints[endpoint].submit(request)
        except ProviderError as error:
            if isinstance(error, ProviderUnfunded | ProviderUnauthorised | EndpointDown):
                self._closed[endpoint] = error
            return error
        except Exception as error:  # a fault with one must not hide what came of the others
            event("job.outcome_unknown", job=request.mark, error=type(error).__name__, level=40)
            return None


class _Step:
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
        entries = [_entry(job, job.endpoint or "", now) for job in saved]
        self._active.put_all(entries)
        return list(zip(saved, entries, strict=True))

    def note(
        self, sent: Sequence[_Sent], calls: Sequence[JobRequest], fail_job: FailJob
    ) -> list[_Sent]:
        """What the provider said, for all that it took together. Returns those that it refused and
        that could not be ended: they are to be sent, and refused, once more."""
        self._note_taken([one for one in sent if isinstance(one.answer, str)])
        left: list[_Sent] = []
        for one, call in zip(sent, calls, strict=True):
            job = one.job
            if isinstance(one.answer, OutcomeUnknown):
                code = one.answer.code
                event("job.outcome_unknown", job=job.id, endpoint=job.endpoint, code=code, level=30)
            elif isinstance(one.answer, ProviderRefused):
                code = one.answer.code
                event("job.refused", job=job.id, endpoint=job.endpoint, code=code, level=30)
                try:
                    fail_job(job, refusal(one.answer), split=one.answer.names_an_input)
                except Exception as error:  # what came of the others has to be noted all the same
                    event("job.not_ended", job=job.id, error=type(error).__name__, level=30)
                    left.append(one)
            elif not call.content_urls:
                self._queue.send(Finish(batch_id=job.batch_id, job_id=job.id))
        return left

    def _note_taken(self, taken: Sequence[_Sent]) -> None:
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

    def put_back(self, unsent: Sequence[_Sent]) -> dict[str, timedelta]:
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
            is_try = not isinstance(error, ProviderThrottled | _NotMade)
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


def _is_unsent(answer: Answer) -> bool:
    """Certainly not carried out, and nobody is to blame."""
    return isinstance(answer, ProviderError | _NotMade) and not isinstance(
        answer, OutcomeUnknown | ProviderRefused
    )


def _pause(error: ProviderError, job: Job, policy: Policy) -> timedelta:
    """An endpoint that is taken out gets nothing more, so the others may be tried at once."""
    if isinstance(error, EndpointDown | ProviderUnauthorised):
        return MOMENT
    return pause_after(error, job, policy)
