"""The process dies after its k-th outside call, for every k: nothing is lost, nothing is paid for
twice, nothing stays behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from shared.errors import OutcomeUnknown
from shared.model.policy import Policy
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import BAD
from tests.fakes.world import World, a_second_of_silence

PORTS = {
    "store": (
        "open_batch note_version open_batches close_batch batch insert recording recordings "
        "recording_ids any_left job jobs save save_batch"
    ).split(),
    "active": "all get put update remove".split(),
    "book": ["state", "save"],
    "diaries": ["get", "save"],
    "queue": ["send"],
    "audio": ["head", "read", "list"],
    "outputs": ["put", "put_stream"],
    "provider": "submit find status files result report delete copies".split(),
}
Scenario = Callable[[World], None]


class Crash(BaseException):
    """The end of a process: no handler of ours sees it."""


class Trap:
    """Counts the outside calls of a world and ends the process after the chosen one."""

    def __init__(self, world: World, after: int | None) -> None:
        self.calls, self._after = 0, after
        for port, methods in PORTS.items():
            adapter = getattr(world, port)
            for method in methods:
                setattr(adapter, method, self._trapped(getattr(adapter, method)))

    def _trapped(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            answer = method(*args, **kwargs)
            if isinstance(answer, Iterator):
                answer = iter(list(answer))
            self.calls += 1
            if self.calls == self._after:
                raise Crash
            return answer

        return call


def plain(world: World) -> None:
    """Five good ones, and one of each kind of trouble."""
    for i in range(5):
        world.audio.drop(f"{i}.wav", a_second_of_silence(), world.clock.now())
    world.audio.drop("empty.wav", b"", world.clock.now())
    url = world.audio.url
    world.provider.bad_sources[url("audio", "1.wav")] = BAD
    world.provider.missing_results[url("audio", "2.wav")] = 1
    world.provider.dropped_results.add(url("audio", "3.wav"))


def splitting(world: World) -> None:
    for i in range(6):
        world.audio.drop(f"{i}.wav", a_second_of_silence(), world.clock.now())
    world.provider.bad_sources[world.audio.url("audio", "4.wav")] = BAD
    world.provider.fails_with_bad_source = True


def unanswered(world: World) -> None:
    for i in range(3):
        world.audio.drop(f"{i}.wav", a_second_of_silence(), world.clock.now())
    world.provider.errors["submit"] = [OutcomeUnknown("time-out")]


def many(world: World) -> None:
    """More than one transaction takes; registered beforehand, which is not what this is about."""
    for i in range(120):
        world.drop(f"{i}.wav")


def live(world: World, is_kind: bool) -> None:
    """Like the platform: a process that died is followed by another. A kind platform brings
    back the event or message that was being worked on; the other one never does."""
    for _, name in list(world.audio.blobs):
        if not _survives(world, partial(world.register, "audio", name)) and is_kind:
            world.register("audio", name)
    end = world.clock.now() + timedelta(hours=24)
    while world.clock.now() < end:
        for step in ("drain", "complete_all", "drain", "poll", "sweep"):
            taken = list(world.queue.waiting)
            if not _survives(world, getattr(world, step)) and is_kind:
                _return_lost(world, taken)
        has_seen_all = len(world.store.rows) == len(world.audio.versions)
        is_busy = world.store.notes or world.queue.waiting or world.active.entries
        if has_seen_all and not is_busy:
            return
        world.clock.advance(60)
    raise AssertionError(f"still open: {world.store.notes} {world.queue.waiting}")


def _survives(world: World, step: Callable[[], object]) -> bool:
    try:
        step()
    except Crash:
        world.start()
        return False
    return True


def _return_lost(world: World, before: list[Any]) -> None:
    """The message that was being worked on becomes visible again; finished ones may come twice."""
    for entry in before:
        if entry not in world.queue.waiting:
            world.queue.waiting.append(entry)


def new_world() -> World:
    return World(policy=Policy(slice_size=20), files_per_job=1_000)


@pytest.mark.parametrize("is_kind", [True, False], ids=["redelivered", "lost"])
@pytest.mark.parametrize(
    ("scenario", "every"), [(plain, 1), (splitting, 1), (unanswered, 1), (many, 23)]
)
def test_a_process_may_die_after_any_outside_call(
    scenario: Scenario, every: int, is_kind: bool
) -> None:
    world = new_world()
    scenario(world)
    trap = Trap(world, None)
    live(world, is_kind)
    assert_all_is_well(world)
    expected = world.states()
    points = range(1, trap.calls + 1, every)
    for point in points:
        world = new_world()
        scenario(world)
        Trap(world, point)
        try:
            live(world, is_kind)
            assert_all_is_well(world)
            assert world.states() == expected
        except AssertionError as error:
            raise AssertionError(f"after outside call {point} of {trap.calls}") from error
    print(f"{scenario.__name__}: died at {len(points)} points")
    assert len(points) > 25
