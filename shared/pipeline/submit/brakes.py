"""Jobs that brakes hold back: stopped by a person, or beyond what a day may cost."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from shared.errors import StoreConflict
from shared.log import event
from shared.model.job.job import Job
from shared.model.money import brakes as model
from shared.model.money.brakes import Brake, Ceiling
from shared.pipeline.submit.room import Place
from shared.ports.brakes import Brakes
from shared.ports.queue import Clock

PAUSE = timedelta(seconds=60)
"""How long a line waits that is held."""
TRIES = 10


@dataclass(frozen=True, kw_only=True)
class HoldBack:
    """`ceilings` are by scope. `stopped` are the scopes that a setting stops."""

    brakes: Brakes
    ceilings: Mapping[str, Ceiling]
    stopped: Collection[str]
    clock: Clock

    def stopped_scopes(self) -> set[str]:
        """Of which nothing may be sent now."""
        return model.stopped(self.brakes.all(), self.stopped)

    def held(self, jobs: Iterable[Job]) -> tuple[set[str], set[str]]:
        """The ids of those that nothing is to be sent of as things stand, so that others need not
        wait for them; and the scopes of which nothing may be sent."""
        brakes = {brake.scope: brake for brake in self.brakes.all()}
        stopped = model.stopped(brakes.values(), self.stopped)
        held: set[str] = set()
        reached: set[str] = set()
        for job in jobs:
            full = [] if job.is_counted else self._full_scopes(job, brakes)
            reached.update(full)
            if full or not stopped.isdisjoint(model.scopes_of(job)):
                held.add(job.id)
        for scope in reached:
            self._tell(brakes[scope])
        return held, stopped

    def _full_scopes(self, job: Job, brakes: Mapping[str, Brake]) -> list[str]:
        now = self.clock.now()
        return [
            scope
            for scope in model.scopes_of(job)
            if scope in self.ceilings
            and scope in brakes
            and not model.has_room(brakes[scope], self.ceilings[scope], job, now)
        ]

    def stopped_jobs(self, places: Mapping[str, Place]) -> set[str]:
        """The keys of those that may not be sent any more: looked at after the intents, so that
        whoever stops after this look knows what is under way."""
        stopped = self.stopped_scopes()
        return {
            key
            for key, place in places.items()
            if any(model.is_stopped(job, place.endpoint, stopped) for job in place.jobs)
        }

    def within_ceilings(self, places: Sequence[Place]) -> list[Place]:
        """Those for which there is room today, counted: of those that share a call, each for
        itself. A job counts once, however often it is tried."""
        counted = [place._replace(jobs=tuple(self._within(place.jobs))) for place in places]
        return [place for place in counted if place.jobs]

    def _within(self, jobs: Iterable[Job]) -> Iterator[Job]:
        for job in jobs:
            if job.is_counted or self._takes(job):
                yield msgspec.structs.replace(job, is_counted=True)

    def _takes(self, job: Job) -> bool:
        mine = [scope for scope in model.scopes_of(job) if scope in self.ceilings]
        return all(self._counts(scope, job) for scope in mine)

    def _counts(self, scope: str, job: Job) -> bool:
        for _ in range(TRIES):
            brake, now = self.brakes.get(scope), self.clock.now()
            if not model.has_room(brake, self.ceilings[scope], job, now):
                self._tell(brake)
                return False
            with suppress(StoreConflict):  # others count at the same moment
                self.brakes.save(model.counted(brake, job, now))
                return True
        return False

    def _tell(self, brake: Brake) -> None:
        """Once a day."""
        today = model.day_of(self.clock.now())
        if brake.reached_on == today:
            return
        with suppress(StoreConflict):
            self.brakes.save(msgspec.structs.replace(brake, reached_on=today))
            event("ceiling.reached", scope=brake.scope, amount=brake.amount, level=40)
