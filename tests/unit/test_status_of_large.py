"""How a batch is doing costs little, however large it is and however many ask."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import msgspec
import pytest

from shared.batches.status import TellStatus
from shared.batches.told import LARGE, Told
from shared.model.policy import Policy
from shared.ports.state import RecordingFacts
from tests.contract.stores import a_batch
from tests.fakes.clock import FakeClock
from tests.fakes.provider import BAD
from tests.fakes.stores import FakeBatchStore
from tests.fakes.world import World, a_second_of_silence


def mixed(world: World) -> str:
    """A batch that is over, some of which failed. Returns its id."""
    world.audio.drop("refused.wav", b"", world.clock.now())
    for name in ("0.wav", "1.wav", "2.wav"):
        world.drop(name)
    world.register("audio", "refused.wav")
    world.provider.bad_sources[world.audio.url("audio", "1.wav")] = BAD
    world.run()
    world.clock.advance(600)
    [batch_id] = world.store.headers
    return batch_id


def never(*_: object) -> Iterator[RecordingFacts]:
    raise AssertionError("nobody is to count")


def test_a_batch_that_is_over_is_told_by_its_report_as_counting_would_tell() -> None:
    world = World()
    batch_id = mixed(world)
    header = world.store.headers[batch_id]
    assert header.totals is not None
    world.store.headers[batch_id] = msgspec.structs.replace(header, totals=None)
    counted = TellStatus(store=world.store, clock=world.clock)(batch_id)
    world.store.headers[batch_id] = header
    world.store.facts = never  # type: ignore[method-assign]
    told = TellStatus(store=world.store, clock=world.clock)(batch_id)
    assert told == counted
    assert (told.status, told.counts.transcribed, told.counts.failed) == ("completed", 2, 2)


@pytest.mark.parametrize("is_late", [False, True])
def test_what_comes_in_after_the_report_shows_at_once(is_late: bool) -> None:
    """Also where it does so before its window has closed."""
    world = World(policy=Policy(coalesce_seconds=300, early_seconds=2))
    dropped_at = world.clock.now()
    world.drop("first.wav")
    world.clock.advance(3)
    world.run()
    [batch_id] = world.store.headers
    assert world.store.headers[batch_id].closes_at > world.clock.now()
    world.clock.advance(1_000 if is_late else 10)
    world.drop_at("late.wav", a_second_of_silence(), dropped_at)
    status = world.app.batch_status(batch_id)
    assert (status.counts.accepted, status.status) == (2, "running")


def test_a_retry_is_counted_again() -> None:
    world = World()
    batch_id = mixed(world)
    world.app.retry(batch_id)
    assert world.app.batch_status(batch_id).status == "running"
    world.run()
    assert world.app.batch_status(batch_id).counts.accepted == 4


class Slow(FakeBatchStore):
    """Counting takes as long as `goes_on` is not set, and half a minute by the clock."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self.clock, self.counts = clock, 0
        self.has_begun, self.goes_on = Event(), Event()

    def facts(self, batch_id: str) -> Iterator[RecordingFacts]:
        self.counts += 1
        self.has_begun.set()
        assert self.goes_on.wait(20)
        self.clock.advance(30)
        for _ in range(LARGE):
            yield RecordingFacts(state="waiting")


def test_of_many_who_ask_about_a_large_batch_one_counts() -> None:
    clock = FakeClock()
    store = Slow(clock)
    store.create_batch(a_batch())
    tell = TellStatus(store=store, clock=clock)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(tell, a_batch().id) for _ in range(8)]
        assert store.has_begun.wait(20)
        store.goes_on.set()
        told = [one.result(20) for one in asked]
    assert {status.counts.accepted for status in told} == {LARGE}
    assert store.counts == 1
    clock.advance(29)
    tell(a_batch().id)
    assert store.counts == 1  # counting took half a minute, and so long it holds
    clock.advance(2)
    tell(a_batch().id)
    assert store.counts == 2


@pytest.mark.parametrize("seconds", [4, 6])
def test_what_was_told_of_a_large_batch_holds_for_five_seconds(seconds: int) -> None:
    clock = FakeClock()
    store = FakeBatchStore()
    store.create_batch(a_batch())
    tell = TellStatus(store=store, clock=clock, told=Told())
    rows = [RecordingFacts(state="waiting")] * LARGE
    counts = 0

    def facts(batch_id: str) -> Iterator[RecordingFacts]:
        nonlocal counts
        counts += 1
        return iter(rows)

    store.facts = facts  # type: ignore[method-assign]
    first = tell(a_batch().id)
    clock.advance(timedelta(seconds=seconds).total_seconds())
    assert tell(a_batch().id) == first
    assert counts == (1 if seconds < 5 else 2)
