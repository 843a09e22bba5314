"""One step along a line of jobs: intents first, then the calls, then what came of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from secrets import token_hex
from typing import NamedTuple

import msgspec

from shared.endpoints.choose import down, well
from shared.errors import DropscribeError, StoreConflict
from shared.log import event
from shared.model.endpoint.endpoint import EndpointState
from shared.model.job import transitions as jobs
from shared.model.job.carrier import is_carrier, parts_of
from shared.model.job.job import Job
from shared.model.job.lane import answers_at_once, lane_at
from shared.model.money.brakes import DEPLOYMENT, endpoint_scopes
from shared.model.pauses import backoff
from shared.model.profile.capabilities import Capabilities
from shared.pipeline.submit.answer import Intent, NoteAnswers, NotSent, Sent
from shared.pipeline.submit.brakes import PAUSE, HoldBack
from shared.pipeline.submit.claim import ClaimParts, FindHeld
from shared.pipeline.submit.dissolve import SetAside
from shared.pipeline.submit.leave_behind import LeaveBehind
from shared.pipeline.submit.make_create_calls import MakeCalls
from shared.pipeline.submit.prepare_calls import Call, PrepareCalls
from shared.pipeline.submit.room import (
    AT_ONCE,
    MOMENT,
    Place,
    crowded,
    entry_of,
    find_places,
    gathered,
    outage,
    reserve,
    shortest,
)
from shared.ports.ground import UseCase
from shared.ports.provider import SpeechProvider

LONGEST = 7  # of the pauses that `Policy.backoff` knows, where nobody can take anything


class Going(NamedTuple):
    """What became of a stretch of the line. `gone` left it, `lost` are not as they stood in it.
    `pause`: there is more to send, and not before; None: all that was looked at is sent, or there
    is no room for more."""

    gone: list[Job]
    lost: list[Job]
    pause: timedelta | None


@dataclass(frozen=True, kw_only=True)
class WriteIntents(UseCase):
    """The jobs' rows, then their entries in the index. A carrier's row is new: so it is written
    only if nobody declared it dead before."""

    def __call__(self, sending: Sequence[Job]) -> list[Intent]:
        """Of those that nobody else is at."""
        now, sender = self.clock.now(), token_hex(8)
        saved: list[Job] = []
        for _, group in groupby(sending, key=lambda job: job.batch_id):
            saved += self._saved([self._intended(job, now, sender) for job in group])
        intents = [Intent(job, entry_of(job, job.endpoint or "", now)) for job in saved]
        if intents:
            self.active.put_all([intent.entry for intent in intents])
        return intents

    def _intended(self, job: Job, now: datetime, sender: str) -> Job:
        if is_carrier(job):
            return msgspec.structs.replace(job, changed_at=now, sender=sender)
        return jobs.intended(job, job.endpoint or "", now, sender)

    def _saved(self, intended: Sequence[Job]) -> list[Job]:
        """Those of one batch: together, or one by one where somebody has one of them."""
        try:
            return self.store.save_jobs(intended)
        except StoreConflict:
            written = self._written(intended)
            if written or len(intended) == 1:
                return written
            return [job for one in intended for job in self._saved([one])]

    def _written(self, intended: Sequence[Job]) -> list[Job]:
        """The jobs as they are stored, where this very write was carried out and its answer lost.
        None of them, where somebody else was first."""
        written: list[Job] = []
        for job in intended:
            there = self.store.job(job.batch_id, job.id)
            if there is None or there.state != "submitting" or there.sender != job.sender:
                return []
            written.append(there)
        return written


@dataclass(frozen=True, kw_only=True)
class Sending(UseCase):
    """Claims, intents, calls, answers, for places that were set aside."""

    claim_parts: ClaimParts
    prepare_calls: PrepareCalls
    set_aside: SetAside
    write_intents: WriteIntents
    find_held: FindHeld
    leave_behind: LeaveBehind
    make_calls: MakeCalls
    note_answers: NoteAnswers

    def __call__(self, places: Sequence[Place]) -> tuple[list[Job], list[Job], NotSent]:
        """Jobs that left the line, those that were not as they stood in it, and those that are to
        be sent once more."""
        claimed = [(place, self.claim_parts(place)) for place in places]
        ready = {
            job.id: (_won(place, job), msgspec.structs.replace(job, endpoint=place.endpoint))
            for place, job in claimed
            if job is not None
        }
        parts = [part for place, _ in ready.values() for part in place.jobs]
        calls = self._prepared([job for _, job in ready.values()], parts)
        intents = self.write_intents([call.job for call in calls.values()])
        sent = self._send(intents, calls, {id_: place for id_, (place, _) in ready.items()})
        not_sent = self.note_answers(sent)
        away = {one.job.id for one in sent} - not_sent.ids
        gone = [job for id_, (place, _) in ready.items() if id_ in away for job in place.jobs]
        put_back = {
            job.id for id_, (place, _) in ready.items() if id_ in not_sent.ids for job in place.jobs
        }
        done = {job.id for job in gone} | put_back
        lost = [job for place in places for job in place.jobs if job.id not in done]
        return gone, lost, not_sent

    def _prepared(self, sending: Sequence[Job], parts: Sequence[Job]) -> dict[str, Call]:
        """By id of the job. A fault of ours with one must not hold up all that stand behind it: it
        is set aside."""
        try:
            return {call.job.id: call for call in self.prepare_calls(sending, parts)}
        except DropscribeError:
            raise
        except Exception as error:
            if len(sending) > 1:
                each = [self._prepared([job], parts) for job in sending]
                return {id_: call for calls in each for id_, call in calls.items()}
            event("job.not_prepared", job=sending[0].id, error=type(error).__name__, level=40)
            self.set_aside(sending[0])
            return {}

    def _send(
        self, intents: Sequence[Intent], calls: Mapping[str, Call], places: Mapping[str, Place]
    ) -> list[Sent]:
        if not intents:
            return []
        mine = [intent.entry for intent in intents]
        sending = [intent.job for intent in intents]
        held = crowded(mine, self.active.all(), sending[0].waits_for, self.policy)
        held |= self.find_held({job.id: places[job.id] for job in sending})
        held |= self.leave_behind(
            {
                job.id: calls[job.id].items
                for job in sending
                if job.id not in held and not answers_at_once(job.endpoint or "")
            }
        )
        return self.make_calls(intents, [calls[job.id].request for job in sending], held)


def _won(place: Place, job: Job) -> Place:
    """The place with those of its jobs that the carrier really has."""
    if not is_carrier(job):
        return place
    ids = {part.id for part in parts_of(job)}
    return place._replace(jobs=tuple(one for one in place.jobs if one.id in ids))


@dataclass(frozen=True, kw_only=True)
class SendJobs(UseCase):
    """As much of what waits as there is room for. What a step costs is shared by all that it sends;
    the calls themselves are made side by side."""

    endpoints: Mapping[str, SpeechProvider]
    hold_back: HoldBack
    capabilities: Mapping[str, Capabilities]
    sending: Sending

    def __call__(
        self,
        waiting: Sequence[Job],
        states: Mapping[str, EndpointState],
        stopped: Set[str],
    ) -> Going:
        """`states` are those of the endpoints, and `stopped` the scopes of which nothing may be
        sent, as they were read last; what is stopped since is seen after the intents."""
        calls = gathered(waiting, self.capabilities)
        open_ones = self._open(states, stopped)
        places = find_places(calls, self.active.all(), open_ones, self.policy)
        reserved, pauses = reserve(places, self.endpoints, self.clock)
        if not reserved:
            usual = PAUSE if stopped else self._outage(calls, states)
            return Going([], [], min(pauses.values(), default=usual))
        counted = self.hold_back.within_ceilings(reserved)
        if not counted:
            return Going([], [], PAUSE)
        gone, lost, not_sent = self.sending(counted)
        pauses |= not_sent.pauses
        if pauses and len(counted) - len(not_sent.ids) < len(places):
            return Going(gone, lost, shortest(pauses, waiting[0], open_ones))
        is_full = len(places) < min(len(calls), AT_ONCE)
        is_held = sum(len(one.jobs) for one in counted) < sum(len(one.jobs) for one in reserved)
        left_over = len(calls) > len(places) or bool(lost)
        return Going(gone, lost, MOMENT if is_held or (left_over and not is_full) else None)

    def _open(
        self, states: Mapping[str, EndpointState], stopped: Set[str]
    ) -> dict[str, SpeechProvider]:
        """Those that are well and not stopped; none where all is."""
        if DEPLOYMENT in stopped:
            return {}
        found = well(self.endpoints, states, self.clock.now())
        return {
            name: one for name, one in found.items() if stopped.isdisjoint(endpoint_scopes(name))
        }

    def _outage(
        self, calls: Sequence[tuple[Job, ...]], states: Mapping[str, EndpointState]
    ) -> timedelta | None:
        """How long until an endpoint is tried again, where all of some job are out; None: all are
        full, and who ends a job sends for the next."""
        who = calls[0][0].waits_for
        if not any(lane_at(name, one.name) == who for name, one in self.endpoints.items()):
            return backoff(LONGEST)
        out_for = down(states, self.clock.now())
        kinds = {jobs[0].endpoints: jobs[0] for jobs in calls}
        found = [outage(job, self.endpoints, out_for) for job in kinds.values()]
        out = min((one for one in found if one is not None), default=None)
        return None if out is None else min(out, backoff(4))
