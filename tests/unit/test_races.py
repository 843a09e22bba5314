"""Two instances at the same moment, at the places where that once went wrong."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from shared.errors import StoreConflict
from shared.messages import Plan, Submit
from shared.model.recording.recording import Recording
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.world import World
from tests.unit import test_spending as spending


def at(adapter: object, method: str, act: Callable[[], None], nth: int = 1) -> None:
    """Another instance acts right after the n-th call of a method."""
    real, calls = getattr(adapter, method), 0

    def call(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        answer = real(*args, **kwargs)
        calls += 1
        if calls == nth:
            act()
        return answer

    setattr(adapter, method, call)


def marks(world: World) -> Counter[str]:
    return Counter(request.mark for request in world.provider.created)


@pytest.mark.parametrize("method", ["state", "save"])
def test_a_create_call_that_a_table_holds_up_is_left_to_who_resolved_it(method: str) -> None:
    world = World()
    world.drop("a.wav")
    twin = world.twin()

    def hang() -> None:
        world.clock.advance(200)
        twin.poll()
        twin.drain()

    world.clock.advance(66)
    at(world.book, method, hang)
    world.run()
    assert set(marks(world).values()) == {1}
    assert world.states() == {"a.wav": "transcribed"}
    assert_all_is_well(world)


def until_submit(world: World) -> Any:
    """The first message that sends jobs, all before it carried out."""
    world.clock.advance(66)
    while (message := world.queue.take()) is not None:
        if isinstance(message, Submit):
            return message
        world.step(message)
    raise AssertionError("nothing is sent")


def test_nothing_is_sent_after_a_cancel_was_answered() -> None:
    world = World(files_per_job=1)
    for i in range(60):
        world.drop(f"{i:02}.wav")
    message = until_submit(world)
    world.step(message)
    sent = len(world.provider.created)
    assert 0 < sent < 60
    world.app.cancel(next(iter(world.store.headers)))
    world.run()
    assert len(world.provider.created) == sent
    assert_all_is_well(world)


def test_a_job_of_a_cancelled_batch_is_not_sent_before_the_cancel_is_carried_out() -> None:
    world = World()
    world.drop("a.wav")
    message = until_submit(world)
    world.app.cancel(next(iter(world.store.headers)))
    world.step(message)
    assert not world.provider.created
    world.run()
    assert world.states() == {"a.wav": "failed"}
    assert_all_is_well(world)


def test_what_comes_in_while_its_batch_is_cancelled_is_in_the_report() -> None:
    world = World()
    world.drop("a.wav")
    batch_id = next(iter(world.store.headers))
    twin = world.twin()
    twin.app.cancel(batch_id)
    twin.drain()
    world.drop("b.wav")  # this process has a plan message on its way, so it opens nothing
    world.run()
    report = json.loads(world.outputs.reports[f"reports/{batch_id}.json"])
    assert {item["name"] for item in report["recordings"]} == {"a.wav", "b.wav"}
    assert_all_is_well(world)


def test_who_loses_with_the_header_leaves_the_list_as_it_is() -> None:
    world = World()
    world.drop("a.wav")
    world.clock.advance(66)
    twin = world.twin()
    batch_id = next(iter(world.store.headers))
    at(world.store, "note_version", twin.run)
    world.app.cancel(batch_id)
    assert world.store.headers[batch_id].cancelled_at is None
    assert [entry.state for entry in world.store.listed.values()] == ["completed"]


def test_a_cancel_that_meets_a_step_is_carried_out() -> None:
    world = World()
    world.drop("a.wav")
    world.clock.advance(66)
    twin = world.twin()
    batch_id = next(iter(world.store.headers))
    at(world.store, "note_version", twin.drain)
    world.app.cancel(batch_id)
    assert world.store.headers[batch_id].cancelled_at is not None
    world.run()
    assert world.states() == {"a.wav": "failed"}
    assert_all_is_well(world)


def test_a_planner_that_loses_leaves_no_error_report_of_what_is_transcribed() -> None:
    there = spending.world(files_per_job=2)
    batch_id = spending.ask(there, 5, budget=0.03)
    twin, facts, done = there.twin(), there.store.facts, []

    def overtaken(asked: str) -> Any:
        if not done and any(row.state == "waiting" for row in there.store.rows.values()):
            done.append(1)
            twin.step(Plan(batch_id=batch_id))
        return facts(asked)

    there.store.facts = overtaken  # type: ignore[method-assign]
    there.run()
    assert done
    assert_told_of_failures_only(there)


def assert_told_of_failures_only(world: World) -> None:
    failed = {row.id for row in world.store.rows.values() if row.state == "failed"}
    files = world.outputs.files.items()
    told = {file.recording_id for path, file in files if path.startswith("errors/")}
    assert told == failed


def test_a_late_refusal_leaves_no_error_report_of_what_is_registered_already() -> None:
    world = World()
    world.audio.drop("a.wav", b"", world.clock.now())  # nothing in it: refused
    twin = world.twin()
    done: list[Recording | None] = []

    def mended_by_another() -> None:
        if not done:
            done.append(None)
            row = twin.register("audio", "a.wav")
            assert row is not None and row.state == "failed"

    at(world.outputs, "put", mended_by_another)
    world.register("audio", "a.wav")
    world.run()
    assert_told_of_failures_only(world)
    assert_all_is_well(world)


def loses_its_answer(world: World, method: str) -> None:
    """The next such write is carried out; the client repeats it, and meets its own work."""
    real, lost = getattr(world.store, method), []

    def save(*args: Any, **kwargs: Any) -> Any:
        answer = real(*args, **kwargs)
        if not lost:
            lost.append(1)
            raise StoreConflict("it is there")
        return answer

    setattr(world.store, method, save)


@pytest.mark.parametrize(("method", "most"), [("save", 1000), ("save_jobs", 1)])
def test_a_planner_that_lost_its_answer_goes_on(method: str, most: int) -> None:
    world = World(files_per_job=most)
    for i in range(3):
        world.drop(f"{i}.wav")
    world.clock.advance(66)
    loses_its_answer(world, method)
    began = world.clock.now()
    world.run()
    took = max(row.changed_at for row in world.store.rows.values()) - began
    assert took.total_seconds() < 60
    assert_all_is_well(world)


def test_a_submitter_that_lost_its_answer_sends_what_it_meant_to_send() -> None:
    world = World()
    world.drop("a.wav")
    message = until_submit(world)
    loses_its_answer(world, "save_jobs")
    world.step(message)
    assert len(world.provider.created) == 1
    world.run()
    assert_all_is_well(world)


def test_of_two_submitters_one_sends() -> None:
    world = World()
    world.drop("a.wav")
    message = until_submit(world)
    twin = world.twin()
    at(world.store, "items_of", lambda: twin.step(message))
    world.step(message)
    assert len(world.provider.created) == 1
    world.run()
    assert_all_is_well(world)
