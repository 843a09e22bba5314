"""One step along a line of jobs: intents first, then the calls, then what came of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex
from typing import NamedTuple

from shared.endpoints.choose import down, well
from shared.errors import StoreConflict
from shared.model.batch import job as jobs
from shared.model.batch.job import Job
from shared.model.endpoint.endpoint import EndpointState
from shared.model.money.brakes import DEPLOYMENT, endpoint_scope
from shared.pipeline.submit.answer import Intent, NoteAnswers, Sent
from shared.pipeline.submit.brakes import PAUSE, HoldBack
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
        now, sender = self.clock.now(), token_hex(8)
        intended = [jobs.intended(job, endpoint, now, sender) for job, endpoint in places]
        try:
            saved = self.store.save_jobs(intended)
        except StoreConflict:
            saved = self._written_by(sender, intended)
        if not saved:
            return None
        intents = [Intent(job, entry_of(job, job.endpoint or "", now)) for job in saved]
        self.active.put_all([intent.entry for intent in intents])
        return intents

    def _written_by(self, sender: str, intended: Sequence[Job]) -> list[Job]:
        """The jobs as they are stored, where this very write was carried out and its answer lost.
        None of them, where somebody else was first."""
        written: list[Job] = []
        for job in intended:
            there = self.store.job(job.batch_id, job.id)
            if there is None or there.state != "submitting" or there.sender != sender:
                return []
            written.append(there)
        return written


@dataclass(frozen=True, kw_only=True)
class SendJobs(UseCase):
    """As many jobs of one provider as there is room for. What a step costs is shared by all that
    it sends; the calls themselves are made side by side."""

    endpoints: Mapping[str, SpeechProvider]
    hold_back: HoldBack
    prepare_calls: PrepareCalls
    write_intents: WriteIntents
    make_calls: MakeCalls
    note_answers: NoteAnswers

    def __call__(self, going: Sequence[Job], states: Mapping[str, EndpointState]) -> Rest | None:
        """None: all were sent. `states` are those of the endpoints, as they were read last."""
        open_ones = self._open(states)
        places = find_places(going, self.active.all(), open_ones, self.policy)
        sending, pauses = reserve(places, self.endpoints, self.clock)
        if not sending:
            usual = self._usual_pause(going[0], states)
            return Rest(going[0], min(pauses.values(), default=usual))
        sending = self.hold_back.within_ceilings(sending)
        if not sending:
            return Rest(going[0], PAUSE)
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
        held = crowded(mine, self.active.all(), places[0].job.provider, self.policy)
        held |= self._cancelled(places) | self.hold_back.stopped_jobs(places)
        return self.make_calls(intents, requests, held)

    def _open(self, states: Mapping[str, EndpointState]) -> dict[str, SpeechProvider]:
        """Those that are well and not stopped; none where all is."""
        stopped = self.hold_back.stopped_scopes()
        if DEPLOYMENT in stopped:
            return {}
        found = well(self.endpoints, states, self.clock.now())
        return {name: one for name, one in found.items() if endpoint_scope(name) not in stopped}

    def _cancelled(self, places: Sequence[Place]) -> set[str]:
        """The ids of the jobs whose batch is cancelled. Looked at after the intents: who cancels
        after this look finds them, and says that the audio may be on its way."""
        batches = {place.job.batch_id: True for place in places}
        for batch_id in batches:
            batch = self.store.batch(batch_id)
            batches[batch_id] = batch is None or batch.cancelled_at is not None or batch.is_gone
        return {place.job.id for place in places if batches[place.job.batch_id]}

    def _usual_pause(self, job: Job, states: Mapping[str, EndpointState]) -> timedelta:
        """Where no endpoint says how long."""
        out = outage(job, self.endpoints, down(states, self.clock.now()))
        return self.policy.backoff(1) if out is None else min(out, self.policy.backoff(4))
