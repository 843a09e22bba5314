"""Whose hint comes while its entry is known costs no listing of all active jobs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from shared.messages import Collect
from shared.model.job.active_job import ActiveJob
from shared.model.policy import Policy
from shared.pipeline.seen import SeenJobs
from shared.providers.assemblyai.capabilities import limits_of
from tests.fakes.provider import FakeProvider
from tests.fakes.world import World

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def entry(number: int, endpoint: str = "e") -> ActiveJob:
    return ActiveJob(job_id=f"j{number}", batch_id="b", endpoint=endpoint, audio_ms=1, since_at=NOW)


def test_what_was_written_is_known_beside_what_was_listed() -> None:
    seen = SeenJobs()
    seen.note([entry(1), entry(2)])
    seen.add([entry(3)])
    assert [seen.get(f"j{n}") for n in (1, 2, 3)] == [entry(1), entry(2), entry(3)]
    seen.note([entry(3)])
    assert seen.get("j1") is None


def test_of_too_many_the_oldest_are_forgotten() -> None:
    seen = SeenJobs(most=2)
    seen.add([entry(1), entry(2)])
    seen.add([entry(3)])
    assert [seen.get(f"j{n}") is None for n in (1, 2, 3)] == [True, False, False]


def test_hints_of_jobs_that_this_process_sent_list_nothing() -> None:
    provider = FakeProvider("endpoint")
    world = World(
        providers=(provider,),
        capabilities={"azure-speech": limits_of(200, uploads=False)},
        policy=Policy(max_active_jobs=50),
    )
    for number in range(20):
        world.drop(f"{number:02}.wav")
    while len(provider.created) < 20:
        world.clock.advance(60)
        world.drain()
    listings: list[str] = []
    world.active.all = _noting(listings, world.active.all)  # type: ignore[method-assign]
    for key in list(provider.transcriptions):
        provider.complete(key)
        world.step(Collect(endpoint="endpoint", transcription_id=key))
    assert listings == []
    world.run()
    assert set(world.states().values()) == {"transcribed"}


def _noting(listings: list[str], method: Any) -> Any:
    def call() -> Any:
        listings.append("all")
        return method()

    return call
