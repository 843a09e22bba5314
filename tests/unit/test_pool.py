"""What threads of the pool have to tell is written by the thread that waits for them: the functions
host leaves out every line that its invocation did not write."""

from __future__ import annotations

import json
import logging
import threading
from collections import Counter
from collections.abc import Iterator

import pytest

from shared.log import event
from shared.pool import TellingPool
from tests.fakes.world import World, a_second_of_silence


class Heard(logging.Handler):
    """Events by name, and apart those that were written on another thread than the test's."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[dict[str, object]] = []
        self.lost: Counter[str] = Counter()
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        fact = json.loads(record.getMessage())
        self.told.append(fact)
        if record.thread != self._thread:
            self.lost[fact["event"]] += 1

    @property
    def names(self) -> Counter[str]:
        return Counter(str(fact["event"]) for fact in self.told)

    def values(self, name: str) -> list[object]:
        return [fact["number"] for fact in self.told if fact["event"] == name]


@pytest.fixture
def heard() -> Iterator[Heard]:
    log, handler = logging.getLogger("dropscribe"), Heard()
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    yield handler
    log.removeHandler(handler)
    log.setLevel(level)


@pytest.fixture
def pool() -> Iterator[TellingPool]:
    pool = TellingPool(4, "test")
    yield pool
    pool.shutdown()


def tell(number: int) -> int:
    event("piece.done", number=number)
    return number * number


def test_results_come_in_order_and_every_event_is_written_by_who_waits(
    pool: TellingPool, heard: Heard
) -> None:
    assert list(pool.map(tell, range(100))) == [n * n for n in range(100)]
    assert sorted(heard.values("piece.done")) == list(range(100))  # type: ignore[type-var]
    assert not heard.lost


def test_several_arguments_are_taken_as_they_are_by_map(pool: TellingPool) -> None:
    assert list(pool.map(pow, (2, 3), (5, 2))) == [32, 9]


def test_events_are_written_while_the_rest_goes_on(pool: TellingPool, heard: Heard) -> None:
    """A process that is killed late has told what it did early."""
    has_told, may_end = threading.Event(), threading.Event()

    class Watching(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            has_told.set()

    watching = Watching()
    logging.getLogger("dropscribe").addHandler(watching)

    def slowly(number: int) -> int:
        event("piece.done", number=number)
        assert may_end.wait(10)
        return number

    waiter = threading.Thread(target=lambda: list(pool.map(slowly, [1])))
    waiter.start()
    assert has_told.wait(10)
    may_end.set()
    waiter.join()
    logging.getLogger("dropscribe").removeHandler(watching)


def test_after_an_error_what_has_begun_is_waited_for_and_told(
    pool: TellingPool, heard: Heard
) -> None:
    begun, may_end = threading.Barrier(3), threading.Event()

    def one_fails(number: int) -> int:
        if number < 3:
            begun.wait(10)
        if number == 0:
            may_end.set()
            raise ValueError("no")
        assert may_end.wait(10)
        return tell(number)

    with pytest.raises(ValueError, match="no"):
        list(pool.map(one_fails, range(3)))
    assert sorted(heard.values("piece.done")) == [1, 2]  # type: ignore[type-var]
    assert not heard.lost


def test_a_piece_that_shares_its_own_work_out_is_told_of_by_who_waits_for_all(
    pool: TellingPool, heard: Heard
) -> None:
    other = TellingPool(2, "other")

    def share(number: int) -> int:
        return sum(other.map(tell, [number, number + 1]))

    assert list(pool.map(share, [1, 2])) == [5, 13]
    assert heard.names["piece.done"] == 4
    assert not heard.lost
    other.shutdown()


def test_there_is_no_other_way_to_hand_work_to_it(pool: TellingPool) -> None:
    with pytest.raises(NotImplementedError):
        pool.submit(tell, 1)


@pytest.fixture
def world(pool: TellingPool) -> World:
    """With threads, as in production, and a receiver of everything."""
    world = World()
    world.pool = pool
    world.start()
    world.app.subscriptions.create("https://hooks.example/in")
    return world


def test_no_event_of_a_life_is_lost(world: World, heard: Heard) -> None:
    for number in range(20):
        world.drop(f"{number}.wav")
    world.provider.missing_results[world.audio.url("audio", "19.wav")] = 99
    world.run()
    world.drain()
    assert heard.names["recording.transcribed"] == 19
    assert heard.names["recording.failed"] == 1
    assert heard.names["delivery.attempted"] >= 1
    assert not heard.lost


def test_no_event_of_a_batch_on_request_is_lost(world: World, heard: Heard) -> None:
    names = [f"{number}.wav" for number in range(12)]
    for name in names:
        world.audio.drop(name, a_second_of_silence(), world.clock.now(), container="uploads")
    there = [{"blob": name} for name in [*names, "missing.wav"]]
    batch = world.app.accept(json.dumps({"recordings": there}).encode())
    world.run()
    world.app.retry(batch.id)
    world.app.cancel(batch.id)
    world.run()
    world.app.delete_batch(batch.id, with_outputs=True)
    world.drain()
    assert heard.names["recording.registered"] == 13
    assert heard.names["recording.transcribed"] == 12
    assert heard.names["recording.failed"] >= 1
    assert not heard.lost
