"""The host ends an execution at its time limit, again and again: what keeps its place gets done.

Here every execution is ended after so many outside calls.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from shared.errors import DropscribeError
from shared.messages import Submit
from tests.fakes.explorer import PORTS, Crash
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.world import World

HIDDEN_FOR = timedelta(seconds=15)


class Limit:
    """Ends the execution under way after `most` outside calls."""

    def __init__(self, world: World, most: int) -> None:
        self._left: int | None = None
        self._most, self.cut_short = most, 0
        for port, methods in PORTS.items():
            adapter = getattr(world, port)
            for method in methods.split():
                setattr(adapter, method, self._counted(getattr(adapter, method)))

    def _counted(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if self._left is not None:
                self._left -= 1
                if self._left < 0:
                    raise Crash
            return method(*args, **kwargs)

        return call

    def ends(self, execution: Callable[[], object]) -> bool:
        """Whether it came to its end by itself."""
        self._left = self._most
        try:
            execution()
        except Crash:
            self.cut_short += 1
            return False
        except DropscribeError:
            return False
        finally:
            self._left = None
        return True


def run(world: World, limit: Limit, *, most: int = 600) -> int:
    """How many executions of messages it took until nothing was left to do."""
    for count in range(most):
        message = world.queue.take()
        if message is None:
            if not (world.store.notes or world.active.entries or world.queue.waiting):
                return count
            world.clock.advance(30)
            limit.ends(world.poll)
            limit.ends(world.sweep)
            for provider in world.endpoints.values():
                for key in list(provider.transcriptions):
                    provider.complete(key)
        elif not limit.ends(lambda message=message: world.step(message)):  # type: ignore[misc]
            world.queue.send(message, after=HIDDEN_FOR)
    raise AssertionError(f"never done; cut short {limit.cut_short} times")


def dropped(count: int, files_per_job: int = 1_000) -> World:
    world = World(files_per_job=files_per_job)
    for i in range(count):
        world.drop(f"{i:05}.wav")
    return world


def until_sent(world: World) -> None:
    world.clock.advance(70)
    while (message := world.queue.take()) is not None and not isinstance(message, Submit):
        world.step(message)


@pytest.mark.long
@pytest.mark.parametrize("count", [30, 300])
def test_a_line_is_cancelled_however_long_it_is(count: int) -> None:
    world = dropped(count, files_per_job=1)
    until_sent(world)
    world.app.cancel(next(iter(world.store.headers)))
    limit = Limit(world, 200)
    run(world, limit)
    assert set(world.states().values()) == {"failed"}
    assert not world.provider.created
    assert_all_is_well(world)


@pytest.mark.long
@pytest.mark.parametrize("count", [30, 300])
def test_a_batch_is_deleted_with_its_outputs_however_large_it_is(count: int) -> None:
    world = dropped(count)
    world.run()
    world.app.delete_batch(next(iter(world.store.headers)), True)
    run(world, Limit(world, 400))
    assert not world.outputs.files and not world.outputs.reports and not world.store.rows


@pytest.mark.long
def test_every_open_batch_is_looked_at_however_many_there_are() -> None:
    world = World()
    for i in range(200):
        world.drop(f"{i:05}.wav")
        world.clock.advance(61)
    world.queue.waiting.clear()
    world.start()
    world.clock.advance(1_000)
    limit = Limit(world, 200)
    for _ in range(20):
        limit.ends(world.sweep)
        world.clock.advance(300)
    asked = {getattr(message, "batch_id", "") for _, message in world.queue.waiting}
    assert set(world.store.headers) <= asked


@pytest.mark.long
@pytest.mark.parametrize("calls", [60, 200])
def test_whatever_is_cut_short_all_ends_well(calls: int) -> None:
    world = dropped(40, files_per_job=7)
    run(world, Limit(world, calls))
    assert set(world.states().values()) == {"transcribed"}
    assert_all_is_well(world)


@pytest.mark.long
def test_the_intake_is_compared_to_its_end_however_much_lies_there() -> None:
    world = World()
    for i in range(300):
        world.audio.drop(f"{i:05}.wav", b"", world.clock.now())
    world.clock.advance(200)
    limit = Limit(world, 150)
    for _ in range(40):
        limit.ends(world.sweep)
        while (message := world.queue.take()) is not None:
            if not limit.ends(lambda message=message: world.step(message)):  # type: ignore[misc]
                world.queue.send(message, after=HIDDEN_FOR)
        world.clock.advance(300)
    assert len(world.store.rows) == 300
