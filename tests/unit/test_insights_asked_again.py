"""Insights whose message was lost are asked for again, and nothing else is."""

from __future__ import annotations

from datetime import timedelta

import pytest

import shared.insights.again as again
from shared.errors import ProviderUnavailable
from shared.insights.again import EVERY, PATIENCE
from shared.messages import Understand
from shared.model.profile.profile import Profile
from shared.ports.indices import Diary
from tests.fakes.analyst import analysts
from tests.fakes.crashes import Trap, live
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.prompter import FakePrompter
from tests.fakes.world import World, a_second_of_silence

NAME = "call.wav"
SAYS = {"sentiment": {"This": "positive"}}


def world_of(*insights: str, prompter: FakePrompter | None = None) -> World:
    profile = Profile(insights=insights or tuple(SAYS))
    return World(profiles=(profile,), analysts=analysts(**SAYS), prompter=prompter)


def lose(world: World) -> int:
    """All messages for insights, once whatever sends them is over."""
    lost = [one for one in world.queue.waiting if isinstance(one[1], Understand)]
    for one in lost:
        world.queue.waiting.remove(one)
    return len(lost)


def transcribed_without(world: World, *names: str) -> World:
    """Transcribed and reported on, and the messages are gone."""
    for name in names:
        world.drop(name)
    for _ in range(50):
        for step in (world.drain, world.complete_all, world.drain, world.poll):
            step()
            lose(world)
        world.clock.advance(60)
        if world.states() == dict.fromkeys(names, "transcribed") and not world.store.notes:
            break
    lose(world)
    assert not made(world) and not world.queue.waiting
    return world


def made(world: World) -> set[str]:
    return {name for name in world.outputs.files if name.endswith(".insights.json")}


def path(name: str) -> str:
    return f"transcripts/audio/{name}.insights.json"


def swept(world: World, hours: float = 5) -> None:
    """As the timer has it, every five minutes."""
    end = world.clock.now() + timedelta(hours=hours)
    while world.clock.now() < end:
        world.clock.advance(300)
        world.sweep()
        world.drain()


def asked(world: World) -> int:
    return sum(isinstance(message, Understand) for _, message in world.queue.waiting)


def test_what_was_lost_is_made_after_a_while() -> None:
    names = [f"{n}.wav" for n in range(3)]
    world = transcribed_without(world_of(), *names)
    swept(world)
    assert made(world) == set(map(path, names))
    assert_all_is_well(world)


def test_what_is_there_is_asked_for_no_more() -> None:
    world = world_of()
    world.drop(NAME)
    world.run()
    assert made(world) == {path(NAME)}
    for _ in range(200):
        world.clock.advance(300)
        world.app.ask_for_sweep("insights")
        world.drain()
        assert not asked(world)
    assert [len(one.calls) for one in world.analysts.values()] == [1]  # type: ignore[attr-defined]


def test_what_somebody_may_still_be_at_is_left_alone() -> None:
    world = transcribed_without(world_of(), NAME)
    world.app.ask_for_sweep("insights")
    world.drain()
    assert not made(world), "its message may be on its way"
    world.clock.advance((PATIENCE + EVERY).total_seconds())
    world.app.ask_for_sweep("insights")
    world.drain()
    assert made(world) == {path(NAME)}


def test_what_is_lost_while_it_waits_for_a_server_is_found_as_well() -> None:
    prompter = FakePrompter(lambda _: {"summary": "So."})
    prompter.turns += [ProviderUnavailable("no route")] * 40
    world = world_of("summary", prompter=prompter)
    world.drop(NAME)
    for _ in range(60):
        for step in (world.drain, world.complete_all, world.drain, world.poll):
            step()
        world.clock.advance(60)
    swept(world, hours=4)  # a round has seen it
    assert not made(world) and lose(world)
    prompter.turns.clear()
    swept(world, hours=8)
    assert made(world) == {path(NAME)}


def test_a_batch_is_looked_into_once_where_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    world = world_of()
    for n in range(5):
        world.drop(f"{n}.wav")
    world.run()
    world.clock.advance(EVERY.total_seconds())
    read: list[str] = []
    recordings = world.store.recordings

    def counted(batch_id: str, **more: object) -> object:
        if more.get("state") == "transcribed":
            read.append(batch_id)
        return recordings(batch_id, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(world.store, "recordings", counted)
    for _ in range(500):
        world.app.ask_for_sweep("insights")
        world.drain()
        world.clock.advance(300)
    assert len(read) == 1, "one query for all of them"


def test_a_long_run_keeps_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"{n}.wav" for n in range(7)]
    world = transcribed_without(world_of(), *names)
    monkeypatch.setattr(again, "MOST_ROWS", 2)
    monkeypatch.setattr(again, "ENTRIES_AT_ONCE", 1)
    world.clock.advance((PATIENCE + EVERY).total_seconds())
    seen = []
    for _ in range(5):
        world.app.ask_for_sweep("insights")
        world.drain()
        seen.append(len(made(world)))
        world.clock.advance(300)
    assert seen == [2, 4, 6, 7, 7]


def test_a_place_that_nobody_can_read_is_none() -> None:
    world = transcribed_without(world_of(), NAME)
    world.diaries.save(Diary(name=again.DIARY, done_at=world.clock.now(), place='{"page": 7}'))
    world.clock.advance((PATIENCE + EVERY).total_seconds())
    world.app.ask_for_sweep("insights")
    world.drain()
    assert made(world) == {path(NAME)}


def test_where_nobody_asks_or_answers_nothing_is_read() -> None:
    for world in (World(profiles=(Profile(insights=("summary",)),)), World(analysts=analysts())):
        world.start()
        world.app.ask_for_sweep("insights")
        world.drain()
        assert world.diaries.get(again.DIARY) is None


@pytest.mark.long
def test_a_process_may_die_after_any_outside_call_and_its_message_with_it() -> None:
    def begun(point: int | None) -> tuple[World, Trap]:
        world = world_of()
        world.audio.drop(NAME, a_second_of_silence(), world.clock.now())
        trap = Trap(world, point)
        live(world, is_kind=False)
        return world, trap

    calls = begun(None)[1].calls
    for point in range(1, calls + 1):
        world, _ = begun(point)
        swept(world, hours=6)
        assert world.states() == {NAME: "transcribed"}, point
        assert made(world) == {path(NAME)}, f"after outside call {point} of {calls}"
        assert_all_is_well(world)
    assert calls > 20
