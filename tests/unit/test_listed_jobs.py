"""The index of active jobs brings the row of a job of one recording along. A row that changed since
is read after all."""

from __future__ import annotations

import msgspec

from shared.messages import Collect
from shared.model.profile.profile import Profile
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.world import World

HINT = Collect(endpoint="westeurope", transcription_id="westeurope-0001")


def sent(*, keeps_copy: bool = False) -> World:
    """A job of one recording is at its provider, and over there."""
    world = World(profiles=(Profile(keep_provider_copy=keeps_copy),))
    world.drop("a.wav")
    world.clock.advance(66)
    world.drain()
    world.provider.complete("westeurope-0001")
    return world


def test_its_row_is_not_read_when_its_provider_calls() -> None:
    world = sent()
    [job] = world.store.job_rows.values()
    assert world.active.entries[job.id].job == job
    read = list[str]()
    there = world.store.job
    world.store.job = lambda *key: (read.append(key[1]), there(*key))[1]  # type: ignore[method-assign]
    world.start()
    world.step(HINT)
    assert set(world.states().values()) == {"transcribed"}
    assert not read
    assert_all_is_well(world)


def test_a_row_that_changed_since_is_read_and_its_results_are_not_written_twice() -> None:
    world = sent(keeps_copy=True)
    entry = next(iter(world.active.entries.values()))
    world.step(HINT)
    world.active.put(entry)
    world.step(HINT)
    assert not world.active.entries
    assert_all_is_well(world)


def test_one_of_two_recordings_is_listed_without_its_row() -> None:
    world = World()
    for name in ("a.wav", "b.wav"):
        world.drop(name)
    world.clock.advance(66)
    world.drain()
    assert [entry.job for entry in world.active.entries.values()] == [None]


def test_a_fault_that_was_counted_meanwhile_loses_no_result() -> None:
    world = sent()
    [job] = world.store.job_rows.values()
    world.store.save(msgspec.structs.replace(job, faults=1))
    world.step(HINT)
    world.run()
    assert set(world.states().values()) == {"transcribed"}
    assert_all_is_well(world)
