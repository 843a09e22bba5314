"""Send what waits in a line: small jobs, as many at a time as there is room for.

One message goes along the line, so that thousands of jobs wait without a message each. What a step
costs is shared by all that it sends: one look at the endpoints, a transaction for the intents, and
one for the answers. The calls themselves are made side by side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Executor
from datetime import datetime, timedelta

from shared.endpoints.choose import choose_endpoint, down, well
from shared.errors import (
    EndpointDown,
    ProviderError,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnfunded,
)
from shared.log import event
from shared.messages import Submit
from shared.model.batch.job import ActiveJob, Job
from shared.model.batch.policy import Policy
from shared.pipeline.fail.old import FailJob
from shared.pipeline.submit.create_call import create_calls
from shared.pipeline.submit.fall_over import FallOver
from shared.pipeline.submit.step import (
    AT_ONCE,
    MOMENT,
    Answer,
    NotMade,
    Sent,
    Step,
    entry_of,
    is_unsent,
)
from shared.ports.blobs import AudioBlobs, Requests
from shared.ports.provider import JobRequest, Limited, SpeechProvider
from shared.ports.queue import Clock, Queue
from shared.ports.state import ActiveJobs, BatchStore, EndpointBook


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
    step = Step(message, store=store, active=active, queue=queue, policy=policy, clock=clock)
    if not going:
        step.go_on(jobs)
        return
    places = _places(going, active.all(), open_ones, policy)
    sending, pauses = _reserved(places, endpoints, clock)
    if not sending:
        outage = _outage(going[0], endpoints, down(states, clock.now()))
        usual = policy.backoff(1) if outage is None else min(outage, policy.backoff(4))
        step.wait(going[0], min(pauses.values(), default=usual))
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
    sent = [Sent(*pair, answer) for pair, answer in zip(written, answers, strict=True)]
    unsent = [one for one in sent if is_unsent(one.answer)]
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


def _outage(
    job: Job, endpoints: Mapping[str, SpeechProvider], out: Mapping[str, timedelta]
) -> timedelta | None:
    """How long yet none of its endpoints can take it; None: one of them is only full."""
    mine = [name for name, provider in endpoints.items() if provider.name == job.provider]
    if not mine or any(name not in out for name in mine):
        return None
    return min(out[name] for name in mine)


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
        running.append(entry_of(job, endpoint, job.changed_at))
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
            return NotMade()
        if request.mark in self._crowded:
            return NotMade()
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
