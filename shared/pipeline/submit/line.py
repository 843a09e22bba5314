"""Go along the line of a provider: what waits is sent in the order in which it came in, as much at
a time as there is room for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import msgspec

from shared.errors import StoreConflict
from shared.log import event
from shared.messages import Submit, go_along
from shared.model.job.job import Job
from shared.model.job.lane import limits_at, without_lane
from shared.model.pauses import is_waiting_long
from shared.model.profile.capabilities import Capabilities
from shared.pipeline.plan.pending import UnderWay
from shared.pipeline.submit.brakes import PAUSE
from shared.pipeline.submit.fall_over import FallOver
from shared.pipeline.submit.room import AT_ONCE, MOMENT
from shared.pipeline.submit.send_jobs import SendJobs
from shared.ports.ground import UseCase
from shared.ports.indices import EndpointBook, Line, LineHead

LOOKED_AT = 300
"""Places of a line that a step looks at, where jobs may share a call."""
LOOKED_PAST = 5_000
"""Places that it looks at where some at the front are held back: others need not wait for them."""
JOIN_AT_ONCE = 100


@dataclass(frozen=True, kw_only=True)
class JoinLine(UseCase):
    """Planned jobs of a batch that may have no place yet: one that the sweep found, or those of a
    message of a release before. Returns whose lines they joined: those of providers and lanes."""

    line: Line

    def __call__(self, message: Submit) -> set[str]:
        last = message.last or message.job_id
        jobs = self.store.planned_jobs(message.batch_id, message.job_id, last, JOIN_AT_ONCE)
        self.line.join(jobs)
        if len(jobs) == JOIN_AT_ONCE and message.last:
            after = f"{jobs[-1].id}!"  # sorts next
            self.queue.send(msgspec.structs.replace(message, job_id=after))
        return {job.waits_for for job in jobs}


class Front(NamedTuple):
    """What stands in front of a line: what may be `going`, and what brakes have `held`. `stopped`
    are the scopes of which nothing may be sent now; `is_more`: others stand behind them."""

    head: LineHead
    going: list[Job]
    held: list[Job]
    stopped: set[str]
    is_more: bool


@dataclass(frozen=True, kw_only=True)
class SubmitLine(UseCase):
    """Safe to repeat, and to be done by two at once: only who writes an intent sends a job. In one
    process one step goes along a line at a time, and once more where somebody asked meanwhile."""

    book: EndpointBook
    line: Line
    capabilities: Mapping[str, Capabilities]
    join: JoinLine
    fall_over: FallOver
    send: SendJobs
    under_way: UnderWay

    def __call__(self, message: Submit) -> None:
        providers = self.join(message) if message.provider is None else {message.provider}
        for provider in sorted(providers):
            self._go_along(provider)

    def _go_along(self, provider: str) -> None:
        if not self.under_way.begin(provider):
            return
        try:
            front = self._front(provider)
            pause = self._step(front)
        finally:
            is_asked_again = self.under_way.end(provider)
        if is_asked_again and pause is None:
            pause = MOMENT
        if pause is not None:
            self._come_again(front.head, max(pause, MOMENT))
        elif front.held:
            self._come_again_for_held(front.head)

    def _front(self, provider: str) -> Front:
        """Where brakes hold back some that stand in front, those behind them come instead."""
        most = self._most(provider)
        head, waiting = self.line.first(provider, most)
        jobs = [place.job for place in waiting]
        held, stopped = self.send.hold_back.held(jobs) if jobs else (set(), set())
        if held and len(jobs) == most:
            head, waiting = self.line.first(provider, LOOKED_PAST)
            jobs = [place.job for place in waiting]
            held, stopped = self.send.hold_back.held(jobs)
        going = [job for job in jobs if job.id not in held]
        return Front(
            head=head,
            going=going[:most],
            held=[job for job in jobs if job.id in held],
            stopped=stopped,
            is_more=len(going) > most or (not held and len(going) == most),
        )

    def _step(self, front: Front) -> timedelta | None:
        """How long until there is more to do; None: nothing is."""
        head, jobs, held, stopped, is_more = front
        if not jobs:
            if held:
                self._tell_of_waiting(head, held[0])
            return None
        states = self.book.all()
        fallen = [job for job in jobs if self.fall_over(job, states)]
        going = [job for job in jobs if job not in fallen]
        if not going:
            self._bring_up_to_date(fallen)
            return MOMENT
        gone, lost, pause = self.send(going, states, stopped)
        self.line.leave(gone)
        self._bring_up_to_date([*fallen, *lost])
        if not gone and not lost:
            self._tell_of_waiting(head, going[0])
        is_more = bool(fallen) or (is_more and len(gone) == len(going))
        return MOMENT if pause is None and is_more else pause

    def _most(self, provider: str) -> int:
        limits = self.capabilities.get(without_lane(provider))
        own = limits and limits_at(provider, limits)
        return LOOKED_AT if own is None or own.files_per_job > 1 else AT_ONCE

    def _bring_up_to_date(self, jobs: Sequence[Job]) -> None:
        """Places of jobs whose rows may say something else by now."""
        now = [self.store.job(job.batch_id, job.id) for job in jobs]
        waits = [job for job in now if job is not None and job.state == "planned"]
        ids = {job.id for job in waits}
        self.line.join(waits)
        self.line.leave([job for job in jobs if job.id not in ids])

    def _come_again(self, head: LineHead, pause: timedelta) -> None:
        """One message at a time is on its way that waits; a second would bring a third."""
        now = self.clock.now()
        due_at = now + pause
        if pause > MOMENT:
            if head.due_at is not None and now < head.due_at <= due_at:
                return
            with suppress(StoreConflict):
                self.line.save_head(msgspec.structs.replace(head, due_at=due_at))
        self.queue.send(go_along(head.provider), after=pause)

    def _come_again_for_held(self, head: LineHead) -> None:
        """Whoever may be sent meanwhile is not to wait for that, so the head says it apart."""
        now = self.clock.now()
        if head.held_until_at is not None and now < head.held_until_at:
            return
        with suppress(StoreConflict):
            self.line.save_head(msgspec.structs.replace(head, held_until_at=now + PAUSE))
        self.queue.send(go_along(head.provider), after=PAUSE)

    def _tell_of_waiting(self, head: LineHead, job: Job) -> None:
        """The log hears now and then of a line that does not move."""
        now, since_at = self.clock.now(), job.since_at or job.changed_at
        if not is_waiting_long(self.policy, since_at, head.told_at, now):
            return
        with suppress(StoreConflict):
            self.line.save_head(msgspec.structs.replace(head, told_at=now))
            event(
                "job.waiting_long",
                batch=job.batch_id,
                job=job.id,
                provider=job.waits_for,
                hours=int((now - since_at).total_seconds() // 3600),
                level=40,
            )
