"""The host ends a function that takes too long, and restarts it. Here every execution is ended
after so many outside calls: work that keeps its place gets done, in calls that grow with the work
alone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from shared.errors import DropscribeError
from shared.messages import Plan, Register
from shared.pipeline.watch import missed
from tests.fakes.crashes import PORTS, outside_calls
from tests.fakes.world import World, a_second_of_silence

pytestmark = pytest.mark.long


class Killed(BaseException):
    """No handler of ours sees it."""


class Budget:
    """So many outside calls an execution, at most; `made` counts them all."""

    def __init__(self, world: World, most: int) -> None:
        self.world, self.most = world, most
        self.left: int | None = None
        self.made = self.executions = self.killed = 0
        for place, port in PORTS.items():
            adapter = getattr(world, place)
            for name in outside_calls(port):
                setattr(adapter, name, self._counted(getattr(adapter, name)))

    def _counted(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            if self.left is not None:
                self.made += 1
                self.left -= 1
                if self.left < 0:
                    raise Killed
            return method(*args, **options)

        return call

    def run(self, step: Callable[[], object]) -> bool:
        """Whether it came to its end."""
        self.left = self.most
        self.executions += 1
        try:
            step()
        except Killed:
            self.killed += 1
            return False
        except DropscribeError:
            return False
        finally:
            self.left = None
        return True

    def run_all(self, most: int) -> None:
        """Every message, with polls and sweeps in between, until nothing is open."""
        world = self.world
        while self.executions < most:
            message = world.queue.take()
            if message is not None:
                if not self.run(lambda message=message: world.step(message)):  # type: ignore[misc]
                    world.queue.send(message, after=timedelta(seconds=15))
            elif world.store.notes or world.active.entries:
                world.clock.advance(300)
                self.run(world.poll)
                self.run(world.sweep)
            else:
                return
        raise AssertionError(f"not done after {most} executions, {self.killed} of them killed")


def batch(recordings: int, files_per_job: int = 1_000) -> World:
    world = World(files_per_job=files_per_job)
    for i in range(recordings):
        world.drop(f"{i:05}.wav")
    return world


def test_deleting_a_batch_ends_however_often_it_is_cut_short() -> None:
    made = []
    for recordings in (500, 2_000):
        world = batch(recordings)
        world.run()
        world.app.delete_batch(next(iter(world.store.headers)), True)
        budget = Budget(world, 400)
        budget.run_all(most=400)
        assert not world.outputs.files and not world.store.rows
        made.append(budget.made / recordings)
    assert made[1] <= made[0] * 1.2, "linear"


def test_cancelling_a_line_ends_however_often_it_is_cut_short() -> None:
    made = []
    for recordings in (250, 1_000):
        world = batch(recordings, 1)
        world.clock.advance(66)
        plan = world.queue.take()
        assert isinstance(plan, Plan)
        world.step(plan)
        world.app.cancel(next(iter(world.store.headers)))
        budget = Budget(world, 200)
        budget.run_all(most=2_000)
        assert {row.state for row in world.store.rows.values()} == {"failed"}
        assert not world.provider.created
        made.append(budget.made / recordings)
    assert made[1] <= made[0] * 1.2, "linear"


def test_the_sweep_looks_at_every_open_batch_in_turn_and_every_part_of_it_has_its_turn() -> None:
    world = World()
    for i in range(400):
        world.drop(f"{i:05}.wav")
        world.clock.advance(61)
    world.queue.waiting.clear()
    world.start()
    world.clock.advance(1_000)
    budget = Budget(world, 300)
    looked_at: set[str] = set()
    for _ in range(30):
        budget.run(world.sweep)
        looked_at |= {m.batch_id for _, m in world.queue.waiting if isinstance(m, Plan)}
        world.queue.waiting.clear()
        world.clock.advance(300)
    assert looked_at == set(world.store.notes)
    with suppress(KeyError):
        assert world.diaries.diaries["reconcile audio"].complete_to_at is not None


@pytest.mark.parametrize("most", [150, 100_000], ids=["cut short", "too slow"])
def test_the_comparison_of_the_intake_ends_however_often_it_is_cut_short(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the host, or by itself, as it takes longer than others in the same sweep can wait."""
    monkeypatch.setattr(missed, "PAGE", 20)
    monkeypatch.setattr(missed, "COMPARED_AT_ONCE", 40)
    made = []
    for blobs in (200, 2_000):
        world = World()
        for i in range(blobs):
            name, sound = f"{i * 7_919 % 100_000:05}.wav", a_second_of_silence()
            world.audio.drop(name, sound, world.clock.now() - timedelta(days=2, minutes=i % 60))
        budget = Budget(world, most)
        page = world.audio.page

        def slow(*where: Any, page: Any = page, world: World = world) -> Any:
            world.clock.advance(100)
            return page(*where)

        world.audio.page = slow  # type: ignore[method-assign]
        world.start()
        registered: list[str] = []
        while "reconcile audio" not in world.diaries.diaries:
            budget.run(world.sweep)
            registered += [
                n for _, m in world.queue.waiting if isinstance(m, Register) for n in m.names
            ]
            world.queue.waiting.clear()
            world.clock.advance(300)
            assert budget.executions < blobs
        assert set(registered) == {name for _, name in world.audio.blobs}
        assert len(registered) <= 1.5 * blobs
        assert budget.executions > 2
        made.append(budget.made / blobs)
    assert made[1] <= made[0] * 1.2, "linear"
