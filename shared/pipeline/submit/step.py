"""One step along a line of jobs: intents first, then the calls, then what came of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

import msgspec

from shared.endpoints.choose import down, well
from shared.errors import DropscribeError, StoreConflict
from shared.log import event
from shared.model.batch import job as jobs
from shared.model.batch.carrier import is_carrier
from shared.model.batch.job import Job
from shared.model.endpoint.endpoint import EndpointState
from shared.model.profile.capabilities import Capabilities
from shared.pipeline.submit.answer import Intent, NoteAnswers, NotSent, Sent
from shared.pipeline.submit.claim import ClaimParts, FindCancelled
from shared.pipeline.submit.create_call import Call, PrepareCalls
from shared.pipeline.submit.dissolve import SetAside
from shared.pipeline.submit.make_calls import MakeCalls
from shared.pipeline.submit.room import (
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

AT_ONCE = 25
"""Create calls of one step at most."""
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
        now = self.clock.now()
        saved: list[Job] = []
        for _, group in groupby(sending, key=lambda job: job.batch_id):
            saved += self._saved([self._intended(job, now) for job in group])
        intents = [Intent(job, entry_of(job, job.endpoint or "", now)) for job in saved]
        if intents:
            self.active.put_all([intent.entry for intent in intents])
        return intents

    def _intended(self, job: Job, now: datetime) -> Job:
        if is_carrier(job):
            return msgspec.structs.replace(job, changed_at=now)
        return jobs.intended(job, job.endpoint or "", now)

    def _saved(self, intended: Sequence[Job]) -> list[Job]:
        """Those of one batch: together, or one by one where somebody has one of them."""
        try:
            return self.store.save_jobs(intended)
        except StoreConflict:
            if len(intended) == 1:
                return []
            return [job for one in intended for job in self._saved([one])]


@dataclass(frozen=True, kw_only=True)
class Sending(UseCase):
    """Claims, intents, calls, answers, for places that were set aside."""

    claim_parts: ClaimParts
    prepare_calls: PrepareCalls
    set_aside: SetAside
    write_intents: WriteIntents
    find_cancelled: FindCancelled
    make_calls: MakeCalls
    note_answers: NoteAnswers

    def __call__(self, places: Sequence[Place]) -> tuple[list[Job], list[Job], NotSent]:
        """Jobs that left the line, those that were not as they stood in it, and those that are to
        be sent once more."""
        claimed = [(place, self.claim_parts(place)) for place in places]
        ready = {
            job.id: (place, msgspec.structs.replace(job, endpoint=place.endpoint))
            for place, job in claimed
            if job is not None
        }
        calls = self._prepared([job for _, job in ready.values()])
        intents = self.write_intents([call.job for call in calls.values()])
        sent = self._send(intents, calls) if intents else []
        not_sent = self.note_answers(sent)
        away = {one.job.id for one in sent} - not_sent.ids
        gone = [job for id_, (place, _) in ready.items() if id_ in away for job in place.jobs]
        put_back = {
            job.id for id_, (place, _) in ready.items() if id_ in not_sent.ids for job in place.jobs
        }
        done = {job.id for job in gone} | put_back
        lost = [job for place in places for job in place.jobs if job.id not in done]
        return gone, lost, not_sent

    def _prepared(self, sending: Sequence[Job]) -> dict[str, Call]:
        """By id of the job. A fault of ours with one must not hold up all that stand behind it: it
        is set aside."""
        try:
            return {call.job.id: call for call in self.prepare_calls(sending)}
        except DropscribeError:
            raise
        except Exception as error:
            if len(sending) > 1:
                return {id_: call for job in sending for id_, call in self._prepared([job]).items()}
            event("job.not_prepared", job=sending[0].id, error=type(error).__name__, level=40)
            self.set_aside(sending[0])
            return {}

    def _send(self, intents: Sequence[Intent], calls: Mapping[str, Call]) -> list[Sent]:
        mine = [intent.entry for intent in intents]
        sending = [intent.job for intent in intents]
        held = crowded(mine, self.active.all(), sending[0].provider, self.policy)
        held |= self.find_cancelled(sending)
        return self.make_calls(intents, [calls[job.id].request for job in sending], held)


@dataclass(frozen=True, kw_only=True)
class SendJobs(UseCase):
    """As much of what waits as there is room for. What a step costs is shared by all that it sends;
    the calls themselves are made side by side."""

    endpoints: Mapping[str, SpeechProvider]
    capabilities: Mapping[str, Capabilities]
    sending: Sending

    def __call__(self, waiting: Sequence[Job], states: Mapping[str, EndpointState]) -> Going:
        """`states` are those of the endpoints, as they were read last."""
        calls = gathered(waiting, self.capabilities)
        open_ones = well(self.endpoints, states, self.clock.now())
        places = find_places(calls[:AT_ONCE], self.active.all(), open_ones, self.policy)
        reserved, pauses = reserve(places, self.endpoints, self.clock)
        if not reserved:
            return Going([], [], min(pauses.values(), default=self._outage(waiting[0], states)))
        gone, lost, not_sent = self.sending(reserved)
        pauses |= not_sent.pauses
        is_full = len(places) < len(calls[:AT_ONCE])
        if pauses and len(reserved) - len(not_sent.ids) < len(places):
            return Going(gone, lost, shortest(pauses, waiting[0], open_ones))
        left_over = len(calls) > len(places) or bool(lost)
        return Going(gone, lost, MOMENT if left_over and not is_full else None)

    def _outage(self, job: Job, states: Mapping[str, EndpointState]) -> timedelta | None:
        """How long until an endpoint is tried again, where all of them are out; None: all are full,
        and who ends a job sends for the next."""
        if not any(provider.name == job.provider for provider in self.endpoints.values()):
            return self.policy.backoff(LONGEST)
        out = outage(job, self.endpoints, down(states, self.clock.now()))
        return None if out is None else min(out, self.policy.backoff(4))
