"""One step along a line of jobs: intents first, then the calls, then what came of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from shared.endpoints.choose import down, well
from shared.errors import StoreConflict
from shared.model.batch import job as jobs
from shared.model.batch.job import Job
from shared.model.endpoint.endpoint import EndpointState
from shared.pipeline.submit.answer import Intent, NoteAnswers, Sent
from shared.pipeline.submit.create_call import PrepareCalls
from shared.pipeline.submit.make_calls import MakeCalls
from shared.pipeline.submit.room import (
    MOMENT,
    Place,
    crowded,
    entry_of,
    find_places,
    outage,
    reserve,
    shortest,
)
from shared.ports.ground import UseCase
from shared.ports.provider import SpeechProvider

AT_ONCE = 25
"""Jobs of one step at most."""


class Rest(NamedTuple):
    """The first job that was not sent, and how long the line is to wait before it."""

    first: Job
    pause: timedelta


@dataclass(frozen=True, kw_only=True)
class WriteIntents(UseCase):
    """The jobs' rows, then their entries in the index."""

    def __call__(self, places: Sequence[Place]) -> list[Intent] | None:
        """None: somebody else is at one of them, and nothing was written."""
        now = self.clock.now()
        try:
            saved = self.store.save_jobs(
                [jobs.intended(job, endpoint, now) for job, endpoint in places]
            )
        except StoreConflict:
            return None
        intents = [Intent(job, entry_of(job, job.endpoint or "", now)) for job in saved]
        self.active.put_all([intent.entry for intent in intents])
        return intents


@dataclass(frozen=True, kw_only=True)
class SendJobs(UseCase):
    """As many jobs of one provider as there is room for. What a step costs is shared by all that
    it sends; the calls themselves are made side by side."""

    endpoints: Mapping[str, SpeechProvider]
    prepare_calls: PrepareCalls
    write_intents: WriteIntents
    make_calls: MakeCalls
    note_answers: NoteAnswers

    def __call__(self, going: Sequence[Job], states: Mapping[str, EndpointState]) -> Rest | None:
        """None: all were sent. `states` are those of the endpoints, as they were read last."""
        open_ones = well(self.endpoints, states, self.clock.now())
        places = find_places(going, self.active.all(), open_ones, self.policy)
        sending, pauses = reserve(places, self.endpoints, self.clock)
        if not sending:
            usual = self._usual_pause(going[0], states)
            return Rest(going[0], min(pauses.values(), default=usual))
        sent = self._send(sending)
        if sent is None:
            return Rest(going[0], MOMENT)
        not_sent = self.note_answers(sent)
        gone = {one.job.id for one in sent} - not_sent.ids
        left = [job for job in going if job.id not in gone]
        if not left:
            return None
        if len(places) < len(going) and not not_sent.ids:
            return Rest(left[0], self.policy.backoff(1))  # there is no room for more
        return Rest(left[0], shortest(pauses | not_sent.pauses, left[0], open_ones))

    def _send(self, places: Sequence[Place]) -> list[Sent] | None:
        """None: somebody else is at one of them, and no call was made."""
        requests = self.prepare_calls([job for job, _ in places])
        intents = self.write_intents(places)
        if intents is None:
            return None
        mine = [intent.entry for intent in intents]
        too_many = crowded(mine, self.active.all(), places[0].job.provider, self.policy)
        return self.make_calls(intents, requests, too_many)

    def _usual_pause(self, job: Job, states: Mapping[str, EndpointState]) -> timedelta:
        """Where no endpoint says how long."""
        out = outage(job, self.endpoints, down(states, self.clock.now()))
        return self.policy.backoff(1) if out is None else min(out, self.policy.backoff(4))
